"""What several test files need."""

import json
import os
from datetime import datetime, timezone
from pathlib import Path

import pytest

import dokimos

ROOT = Path(__file__).resolve().parents[2]
TESTDATA = ROOT / "testdata"
CASES = json.loads((TESTDATA / "cases.json").read_text())

WEB = "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94"
AT = datetime(2026, 6, 1, tzinfo=timezone.utc)
PLACE = {"cluster": "prod-1", "namespace": "default", "at": AT}


def case_policy(case):
    """The policy of a shared case."""
    policy = case["policy"]
    return dokimos.Policy.from_json((TESTDATA / policy).read_bytes() if isinstance(policy, str) else json.dumps(policy))


def case_place(case):
    """The keywords of `evaluate` for a shared case."""
    return {
        "cluster": case["cluster"],
        "namespace": case["namespace"],
        "service_account": case["serviceAccount"],
        "annotations": case["annotations"],
        "at": datetime.fromisoformat(case["at"].replace("Z", "+00:00")),
    }


def report_text(name):
    """The recorded report of a shared case: what every language gives."""
    return (TESTDATA / "reports" / f"{name}.json").read_text(encoding="utf-8").removesuffix("\n")


@pytest.fixture
def in_testdata(monkeypatch):
    """Reports name a file as it was named: in the recorded ones, from the folder `testdata`."""
    monkeypatch.chdir(TESTDATA)


@pytest.fixture(scope="session")
def shop():
    """The policy of most cases."""
    return dokimos.Policy.from_file(TESTDATA / "policies/shop.json")


@pytest.fixture(scope="session")
def release():
    """An attestation that satisfies it for `WEB`."""
    return (TESTDATA / "evidence/release.json").read_bytes()


@pytest.fixture(scope="session")
def vectors():
    """The folder of the published test vectors; without it a test is skipped, but in CI it fails."""
    folder = os.environ.get("DOKIMOS_VECTORS")
    if folder is None:
        if os.environ.get("CI"):
            pytest.fail("DOKIMOS_VECTORS must name the folder of test vectors")
        pytest.skip("DOKIMOS_VECTORS is not set")
    return Path(folder)
