"""`python -m dokimos` and the script `dokimos`: the program itself, with its output and its exit codes."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from conftest import TESTDATA

import dokimos

MODULE = [sys.executable, "-m", "dokimos"]
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


def test_a_name_that_is_no_text_is_passed_on(tmp_path):
    name = os.fsdecode(b"\xff.json")
    done = run("policy", "check", name)
    assert done.returncode == 3 and "no such file" in done.stderr


def test_ctrl_c_ends_the_program():
    import signal

    if os.name != "posix":
        pytest.skip("signals are those of POSIX")
    arguments = [*MODULE, "policy", "check", "-"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        # It waits for its input; once it reads, the default action is in place.
        for _ in range(600):
            with open(f"/proc/{process.pid}/wchan") if os.path.exists(f"/proc/{process.pid}/wchan") else open(os.devnull):
                pass
            if process.poll() is not None:
                break
            try:
                status = Path(f"/proc/{process.pid}/status").read_text()
            except FileNotFoundError:
                break
            if "SigCgt:" in status and not int(status.split("SigCgt:")[1].split()[0], 16) & (1 << (signal.SIGINT - 1)):
                if "_dokimos" in Path(f"/proc/{process.pid}/maps").read_text():
                    break
            import time

            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGINT
