"""The shared cases: the same answers and the same reports, byte for byte, as in every other language."""

from pathlib import Path

import pytest
from conftest import CASES, TESTDATA, case_place, case_policy, report_text

import dokimos


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_report_is_the_recorded_one(case, in_testdata):
    documents = [Path(file) for file in case["attestations"]]
    report = case_policy(case).evaluate(case["image"], documents, **case_place(case))
    assert report.to_json() == report_text(case["name"])
    assert report.allowed == bool(report) == (case["decision"] == "ALLOW")
    assert report.decision == case["decision"]
    assert report.reason.code == dokimos.ReasonCode(case["reason"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_verify_raises_exactly_when_evaluate_denies(case, in_testdata):
    policy, documents = case_policy(case), [Path(file) for file in case["attestations"]]
    if case["decision"] == "ALLOW":
        assert policy.verify(case["image"], documents, **case_place(case)).to_json() == report_text(case["name"])
        return
    with pytest.raises(dokimos.NotAttestedError) as raised:
        policy.verify(case["image"], documents, **case_place(case))
    assert raised.value.report.to_json() == report_text(case["name"])
    assert raised.value.code == case["reason"]
    assert str(raised.value).startswith(raised.value.report.message)
    assert "\n" not in str(raised.value)


def test_every_report_has_a_case():
    files = {path.stem for path in (TESTDATA / "reports").iterdir()}
    assert files == {case["name"] for case in CASES}
    assert len(CASES) >= 190


def test_every_reason_is_reached():
    assert {case["reason"] for case in CASES} == {code.value for code in dokimos.ReasonCode}


def test_a_policy_in_yaml_decides_as_the_one_in_json(in_testdata):
    compared = 0
    for case in CASES:
        yaml = TESTDATA / str(case["policy"]).replace(".json", ".yaml")
        if isinstance(case["policy"], str) and yaml.exists():
            documents = [Path(file) for file in case["attestations"]]
            report = dokimos.Policy.from_file(yaml).evaluate(case["image"], documents, **case_place(case))
            assert report.to_json() == report_text(case["name"])
            compared += 1
    assert compared > 100
