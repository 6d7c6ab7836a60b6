"""`python -m dokimos` and the script `dokimos`: the program itself, with its output and its exit codes."""

import fcntl
import os
import signal
import subprocess
import sys
import sysconfig
import termios
import time
from pathlib import Path

import pytest
from conftest import CASES, TESTDATA, WEB, report_text

import dokimos

MODULE = [sys.executable, "-m", "dokimos"]
# Those whose policy is a file.
FILE_CASES = [case for case in CASES if isinstance(case["policy"], str)]
SCRIPT = [str(Path(sysconfig.get_path("scripts"), "dokimos"))]


def run(*arguments, start=MODULE, **options):
    return subprocess.run([*start, *arguments], capture_output=True, text=True, timeout=60, cwd=TESTDATA, **options)


@pytest.mark.parametrize("start", [MODULE, SCRIPT], ids=["module", "script"])
def test_the_program_is_there(start):
    done = run("--version", start=start)
    assert (done.stdout, done.stderr, done.returncode) == (f"dokimos {dokimos.__version__}\n", "", 0)
    done = run("--help", start=start)
    assert "Usage: dokimos <COMMAND>" in done.stdout and done.returncode == 0
    assert "keygen" not in done.stdout
    done = run("no-such-command", start=start)
    assert (done.stdout, done.returncode) == ("", 2) and "no-such-command" in done.stderr


@pytest.mark.parametrize("case", FILE_CASES[::5], ids=lambda case: case["name"])
def test_verify_gives_the_recorded_report(case):
    arguments = ["verify", case["image"], "--policy", case["policy"], "--at", case["at"], "-o", "json"]
    for option in ("cluster", "namespace", "serviceAccount"):
        if case[option] is not None:
            arguments += [f"--{option.replace('A', '-a')}", case[option]]
    for name, value in case["annotations"].items():
        arguments += ["--annotation", f"{name}={value}"]
    for file in case["attestations"]:
        arguments += ["--attestations", file]
    done = run(*arguments)
    assert (done.stdout, done.stderr) == (report_text(case["name"]) + "\n", "")
    assert done.returncode == (0 if case["decision"] == "ALLOW" else 1)


def test_policy_check_and_inspect():
    done = run("policy", "check", "policies/shop.json")
    assert done.returncode == 0
    done = run("policy", "check", "cases.json")
    assert done.returncode == 3
    done = run("inspect", "evidence/release.json")
    assert done.returncode == 0 and WEB.split("@")[1] in done.stdout
    assert run("inspect", "no such file").returncode == 3


def test_a_name_that_is_no_text_is_passed_on(tmp_path):
    name = os.fsdecode(b"\xff.json")
    done = run("policy", "check", name)
    assert done.returncode == 3 and "no such file" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much a pipe holds")
def test_ctrl_c_ends_a_program_that_waits_for_its_input():
    arguments = [*MODULE, "policy", "check", "-"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(b"{")
        process.stdin.flush()
        while held(process.stdin) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == -signal.SIGINT
        assert process.stderr.read() == b""


def held(pipe):
    """How many bytes nobody has read yet."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)
