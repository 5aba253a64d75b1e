"""A process that must not outlive the command that started it: a run's orphan would go on writing into the run."""

import os
import select
import signal
import sys
import threading

VARIABLE = "ASTOR_LIFELINE"
"""Process id of the command, set for the tasks of a local pipeline; on a cluster no process of ours starts a task."""


def hold_lifeline() -> None:
    """Have this process killed as soon as the command is gone, however many processes lie between the two.

    Linux only; elsewhere nothing happens. (The kernel's own signal for it, PR_SET_PDEATHSIG, looks one process up, and
    KFP starts tasks through a shell.)
    """
    command = os.environ.get(VARIABLE)
    if sys.platform != "linux" or not command:
        return
    try:
        lifeline = os.pidfd_open(int(command))
    except ProcessLookupError:
        _die()
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()


def _watch(lifeline: int) -> None:
    poll = select.poll()
    poll.register(lifeline, select.POLLIN)
    poll.poll()
    _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
