"""The examples do what they say."""

import subprocess
import sys
from xml.etree import ElementTree

import pyarrow
import pytest
import yaml
from conftest import AT, ROOT, TESTDATA, WEB, case_policy
from pyarrow import parquet
from test_audit import as_table, shared_cases

import dokimos

TAG = "registry.example.com/shop/web:1.4"
ACTION = ROOT / "examples/ci"

DEPLOYMENT = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: default}}
spec:
  template:
    spec:
      initContainers: [{{name: setup, image: "{WEB}"}}]
      containers: [{{name: web, image: "{WEB}"}}]
---
apiVersion: v1
kind: List
items:
  - apiVersion: batch/v1
    kind: CronJob
    metadata: {{name: nightly, namespace: default}}
    spec: {{jobTemplate: {{spec: {{template: {{spec: {{containers: [{{name: job, image: "IMAGE"}}]}}}}}}}}}}
  - {{apiVersion: v1, kind: ConfigMap, metadata: {{name: settings}}, data: {{image: "not an image"}}}}
"""
COMPOSE = f"""
services:
  web: {{image: "{WEB}"}}
  built: {{build: .}}
"""


def verify_images(folder, *manifests, **options):
    arguments = ["--policy", TESTDATA / "policies/shop.json", "--cluster", "prod-1", "--namespace", "default"]
    arguments += ["--attestations", folder / "attestations"]
    for name, value in options.items():
        arguments += [f"--{name}", value]
    command = [sys.executable, "-W", "error", ACTION / "verify_images.py", *arguments, "--", *manifests]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.fixture
def folder(tmp_path, release):
    (tmp_path / "attestations").mkdir()
    (tmp_path / "attestations/release.json").write_bytes(release)
    (tmp_path / "attestations/README.txt").write_text("no attestation")
    return tmp_path


@pytest.mark.parametrize("image, code", [(WEB, 0), (TAG, 1), ("Foo/bar", 1)])
def test_the_step_verifies_manifests_and_compose_files(folder, image, code):
    (folder / "deploy.yaml").write_text(DEPLOYMENT.replace("IMAGE", image))
    (folder / "compose.yaml").write_text(COMPOSE)
    junit, summary = folder / "junit.xml", folder / "summary.md"
    summary.write_text("before\n")
    done = verify_images(folder, folder / "deploy.yaml", folder / "compose.yaml", junit=junit, summary=summary)
    assert (done.returncode, done.stderr) == (code, "")
    lines = done.stdout.splitlines()
    verdicts = ["allow", "allow", "DENY" if code else "allow", "allow"]
    assert [line.split()[0] for line in lines[1:5]] == verdicts
    assert lines[-1] == f"4 images, {code} denied" and "CronJob nightly, job" in lines[3]
    suite = ElementTree.parse(junit).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("4", str(code))
    assert [case.find("failure") is not None for case in suite] == [verdict == "DENY" for verdict in verdicts]
    for case in suite:
        assert dokimos.Report(case.find("system-out").text).allowed == (case.find("failure") is None)
    text = summary.read_text()
    assert text.startswith("before\n### Images\n") and text.count("❌") == code and text.count("✅") == 4 - code


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "kind: Pod",
        "services: {a: {}}",
        "just text",
        "- a list",
        "a: [",
        "kind: Pod\nspec: {containers: [{name: a}]}",
        "a: &a [*a]",
    ],
)
def test_what_holds_no_image_is_no_success(folder, manifest):
    (folder / "deploy.yaml").write_text(manifest)
    done = verify_images(folder, folder / "deploy.yaml")
    assert (done.returncode, done.stdout) == (3, "") and len(done.stderr.splitlines()) == 1, done.stderr


def test_every_image_that_a_pod_runs_is_found(folder):
    volume = f'{{name: model, image: {{reference: "{TAG}"}}}}'
    pod = f'{{kind: Pod, metadata: {{name: web, namespace: default}}, spec: {{containers: [{{name: a, image: "{WEB}"}}], volumes: [{volume}]}}}}'
    (folder / "pod.yaml").write_text(pod)
    done = verify_images(folder, folder / "pod.yaml")
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.split()[:2] for line in done.stdout.splitlines()[1:3]] == [["allow", WEB], ["DENY", TAG]]


def test_names_cannot_forge_the_output(folder):
    name = "web\\e[2K\\r✅ | <b>x</b>"
    pod = f'{{kind: Pod, metadata: {{name: "{name}", namespace: default}}, spec: {{containers: [{{name: a, image: "{name}"}}]}}}}'
    (folder / "pod.yaml").write_text(pod)
    summary, junit = folder / "summary.md", folder / "junit.xml"
    done = verify_images(folder, folder / "pod.yaml", summary=summary, junit=junit)
    assert done.returncode == 1 and "\x1b" not in done.stdout and "\r" not in done.stdout
    last = summary.read_text().splitlines()[-2]
    assert last.count("|") == 5 and "<" not in last and ElementTree.parse(junit)


def test_the_action_passes_every_input_on():
    action = yaml.safe_load((ACTION / "action.yml").read_text())
    steps = action["runs"]["steps"]
    passed = {value for step in steps for value in step["env"].values()}
    assert passed == {f"${{{{ inputs.{name} }}}}" for name in action["inputs"]}
    for step in steps:
        # No input stands in a script itself, where it would be run.
        assert "${{" not in step["run"]
        assert all(f"${name}" in step["run"] or f"${{{name}" in step["run"] for name in step["env"])


def test_the_actions_script_runs(folder):
    """The second step as a runner would run it."""
    (folder / "deploy one.yaml").write_text(DEPLOYMENT.replace("IMAGE", WEB))
    (folder / "policy.json").write_bytes((TESTDATA / "policies/shop.json").read_bytes())
    script = yaml.safe_load((ACTION / "action.yml").read_text())["runs"]["steps"][1]["run"]
    variables = {"POLICY": "policy.json", "ATTESTATIONS": "attestations", "CLUSTER": "prod-1", "MANIFESTS": "deploy*.yaml"}
    variables |= {"NAMESPACE": "", "JUNIT": "junit.xml", "GITHUB_STEP_SUMMARY": "summary.md"}
    path = f"{folder / 'bin'}:/usr/bin:/bin"
    (folder / "bin").mkdir()
    # A link into a virtual environment would not lead to its packages.
    (folder / "bin/python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (folder / "bin/python3").chmod(0o755)
    environment = {"PATH": path, "GITHUB_ACTION_PATH": str(ACTION), **variables}
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "junit.xml").exists() and (folder / "summary.md").exists()


def test_dask_gives_the_audit_of_one_machine(tmp_path):
    cases = shared_cases()
    table = pyarrow.table(as_table(cases))
    (tmp_path / "images").mkdir()
    for part in range(3):
        rows = table.slice(part * len(cases) // 3, (part + 1) * len(cases) // 3 - part * len(cases) // 3)
        parquet.write_table(rows, tmp_path / f"images/{part}.parquet")
    policy = TESTDATA / "policies/shop.json"
    command = [sys.executable, ROOT / "examples/dask_audit.py", tmp_path / "images", tmp_path / "results"]
    command += ["--policy", policy, "--at", AT.isoformat()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    expected = dokimos.audit(table, None, case_policy(cases[0]), at=AT)
    denied = expected["allowed"].to_pylist().count(False)
    assert (done.returncode, done.stdout) == (1, f"{denied} images may not run\n"), done.stderr
    found = parquet.read_table(tmp_path / "results")
    assert found.column_names == expected.column_names
    assert found.to_pylist() == expected.to_pylist()
