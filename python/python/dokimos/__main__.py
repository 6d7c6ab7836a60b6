"""The command line program: ``python -m dokimos`` and the script ``dokimos``."""

import signal
import sys

from ._dokimos import run_program


def main() -> None:
    """Runs the program with the arguments of this process, and ends the process with its exit code."""
    # Python's own handler would wait for the program, which may wait for its input.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(run_program(["dokimos", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
