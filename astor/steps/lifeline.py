"""A process that must not outlive the one that started it: a run's orphan would go on writing into the run."""

import ctypes
import os
import signal
import sys

VARIABLE = "ASTOR_DIE_WITH_PARENT"
"""Set for the tasks of a local pipeline; on a cluster a task's parent is none of ours."""
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent is gone. Linux only; elsewhere nothing happens."""
    if sys.platform != "linux" or not os.environ.get(VARIABLE):
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
