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
    done = run("key", "id", name)
    assert done.returncode == 3 and "no such file" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much a pipe holds")
def test_ctrl_c_ends_a_program_that_waits_for_its_input():
    arguments = [*MODULE, "key", "id", "-"]
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
