"""What is seen from outside while a program runs. No word of the program's is taken for it.

`Watch` compares what must be the same before and after, and measures what must stay small meanwhile. It complains in
sentences; a program that leaves nothing behind makes it say nothing.
"""

import contextlib
import ctypes
import os
import resource
import socket
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator, Set
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from red_team.bystanders import IPC_KEY, MARK, Bystanders

SAMPLE_SECONDS = 0.02

_PR_SET_CHILD_SUBREAPER = 36
_PAGE = os.sysconf("SC_PAGE_SIZE")
_LIMITS = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]


@contextlib.contextmanager
def adopting_orphans() -> Iterator[None]:
    """Be the parent of whatever a descendant of this process leaves behind, so that `descendants` finds it."""
    prctl = ctypes.CDLL(None).prctl
    assert prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    try:
        yield
    finally:
        prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def descendants(pid: int, strangers: Set[int] = frozenset()) -> Iterator[int]:
    """Process ids of all that `pid` has started, and they in turn; without itself, strangers and what is theirs."""
    for task in _entries(Path(f"/proc/{pid}/task")):
        for child in _text(task / "children").split():
            if int(child) not in strangers:
                yield int(child)
                yield from descendants(int(child), strangers)


class Watch:
    """A context manager around a run of the sandbox; `complaints` are complete once it is left.

    `memory_bytes` is what the program's processes may hold together, `cpu_seconds` what they may make the verifier
    spend. Only one watch at a time; this process should start nothing else meanwhile, but for the `strangers`.
    """

    def __init__(
        self, bystanders: Bystanders, memory_bytes: int, cpu_seconds: float, strangers: Set[int] = frozenset()
    ) -> None:
        self.complaints: list[str] = []
        self.peak_bytes = 0
        self._bystanders = bystanders
        self._memory_bytes = memory_bytes
        self._cpu_seconds = cpu_seconds
        self._strangers = strangers
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self._bystanders.heard()
        self._before = self._look()
        # The pages that zygotes share with their children are no program's.
        self._resident_before = self._resident()
        self._sampler = threading.Thread(target=self._sample)
        self._sampler.start()
        self._cpu_before = time.process_time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        spent = time.process_time() - self._cpu_before
        self._over.set()
        self._sampler.join()
        after = self._look()
        self.complaints += [
            f"{name} changed from {self._before[name]} to {after[name]}"
            for name in after
            if after[name] != self._before[name]
        ]
        self.complaints += [f"the {name} listener was reached" for name in self._bystanders.heard()]
        if self.peak_bytes > self._memory_bytes:
            self.complaints.append(f"the processes took {self.peak_bytes >> 20} MiB")
        if spent > self._cpu_seconds:
            self.complaints.append(f"the verifier itself took {spent:.2f} CPU seconds")

    def _sample(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.peak_bytes = max(self.peak_bytes, self._resident() - self._resident_before)

    def _look(self) -> dict[str, Any]:
        processes = set(descendants(os.getpid(), self._strangers))
        return {
            "processes": processes,
            "files": {str(path) for folder in _folders() for path in folder.glob(f"*{MARK}*")},
            "the precious file": _about(self._bystanders.precious),
            "the bystander": _state(self._bystanders.canary.pid),
            "SysV objects": [line for line in _sysv() if f"{IPC_KEY}" in line.split()],
            "limits": {pid: _limits(pid) for pid in {os.getpid(), self._bystanders.canary.pid}},
            "scheduling": {pid: _scheduling(pid) for pid in processes | {os.getpid()}},
            "the host's name": socket.gethostname(),
            "the environment": dict(os.environ),
            "the current folder": str(Path.cwd()),
            "the verifier's descriptors": len(list(Path("/proc/self/fd").iterdir())),
        }

    def _resident(self) -> int:
        """Bytes that the descendants of this process hold, shared pages counted each time."""
        pids = descendants(os.getpid(), self._strangers)
        return sum(int((_text(Path(f"/proc/{pid}/statm")) or "0 0").split()[1]) for pid in pids) * _PAGE


def _entries(folder: Path) -> list[Path]:
    """What is in a folder of /proc; nothing where its process has ended."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _text(path: Path) -> str:
    """What is in a file of /proc; nothing where its process has ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


def _folders() -> list[Path]:
    paths = sysconfig.get_paths()
    places = ["/", ".", "~", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", tempfile.gettempdir(), sys.prefix]
    places += [paths["stdlib"], paths["purelib"], paths["platlib"], str(Path(__file__).parent)]
    return [Path(place).expanduser() for place in dict.fromkeys(places)]


def _about(path: Path) -> tuple[Any, ...]:
    found = path.stat()
    names = sorted(neighbour.name for neighbour in path.parent.iterdir())
    return path.read_text(), found.st_mode, found.st_uid, found.st_nlink, found.st_mtime_ns, found.st_ctime_ns, names


def _state(pid: int) -> str:
    """Whether a process sleeps, as it should, or has been stopped, traced or killed."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _sysv() -> list[str]:
    kinds = [Path(f"/proc/sysvipc/{kind}") for kind in ("shm", "sem", "msg")]
    return [line for kind in kinds if kind.exists() for line in kind.read_text().splitlines()]


def _limits(pid: int) -> list[tuple[int, int]]:
    return [resource.prlimit(pid, limit) for limit in _LIMITS]


def _scheduling(pid: int) -> tuple[Any, ...]:
    return os.getpriority(os.PRIO_PROCESS, pid), os.sched_getscheduler(pid), sorted(os.sched_getaffinity(pid))
