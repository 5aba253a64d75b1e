"""Run as a script: a program that must not outlive the process that wants it, however that one ends.

`python supervised.py PID PROGRAM ARGUMENT …` starts the program in a session of its own, and ends the whole session
when the process PID is gone or this one is asked to end. The kernel's own signal for it, PR_SET_PDEATHSIG, reaches
neither the program's children nor a program whose starting thread ends early. Linux only; imports no package.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
from types import FrameType

PATIENCE = 5.0
"""Seconds that the program has to end by itself. Our choice: a server that loses its clients has nothing to save."""


def main(wanted_by: int, command: list[str]) -> int:
    """Run the command until it ends, or nobody wants it; its exit code."""
    try:
        lifeline = os.pidfd_open(wanted_by)
    except ProcessLookupError:
        return 1
    woken, wake = os.pipe()
    os.set_blocking(wake, False)

    def end(number: int, frame: FrameType | None) -> None:
        os.write(wake, b"x")

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: whoever wants the program decides when it ends
    program = subprocess.Popen(command, start_new_session=True)
    own = os.pidfd_open(program.pid)
    poll = select.poll()
    for watched in (lifeline, woken, own):
        poll.register(watched, select.POLLIN)
    poll.poll()
    _end(program)
    return program.wait()


def _end(program: subprocess.Popen[bytes]) -> None:
    """End the program and all that it started."""
    if program.poll() is None:
        program.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(PATIENCE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
