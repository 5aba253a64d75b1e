"""Namespaces around a zygote, by Debian's `bubblewrap`, where they are allowed.

The root holds what may be read, read-only, and nothing else: no /proc, no /tmp, no file of anyone's. Processes, the
network, System V IPC and the host's name are its own. It costs each zygote some milliseconds when it starts and a
program nothing; around each program it would cost more than the program does.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from astor.sandbox.isolation.readable import PYTHON, Readable

_NAMESPACES = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]

# The zygote is the first process of its namespace: none is between it and the one that waits for it outside, and the
# kernel kills all others with it.
_ENDS = ["--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"]

_DEVICES = ("/dev/null", "/dev/urandom")

_START_SECONDS = 10.0


@dataclass(frozen=True)
class Bubblewrap:
    """How a zygote is started in namespaces."""

    command: tuple[str, ...] = ()
    """What goes before the zygote's own command; empty where it is started without namespaces."""
    missing: str = ""
    """Why it is, for people."""

    @property
    def counts_threads(self) -> bool:
        """Whether RLIMIT_NPROC counts its threads alone: from Linux 5.14 on a user namespace has counts of its own."""
        version = re.findall(r"\d+", os.uname().release)[:2]
        return "--unshare-user" in self.command and [int(number) for number in version] >= [5, 14]


def bubblewrap(readable: Readable, sources: str) -> Bubblewrap:
    """Try whether the interpreter starts in namespaces, with nothing but `readable` and the directory `sources`."""
    path = shutil.which("bwrap")
    if path is None:
        return Bubblewrap(missing="not installed: install the system's package bubblewrap")
    # Real root keeps one capability, to give the zygote a user of its own. Who has not enough of root's, or is an
    # ordinary user, needs a user namespace.
    ways = [["--unshare-user"]] if os.geteuid() else [["--cap-add", "CAP_SETUID"], ["--unshare-user"]]
    for way in ways:
        command = [path, *_NAMESPACES, *_ENDS, *way, *_mounts(readable, sources), "--"]
        refusal = _try([*command, PYTHON, "-I", "-S", "-c", ""])
        if not refusal:
            return Bubblewrap(tuple(command))
    return Bubblewrap(missing=f"refused: {refusal}")


def _mounts(readable: Readable, sources: str) -> list[str]:
    arguments = []
    for path in (PYTHON, *readable.roots):
        arguments += ["--ro-bind", path, path]
    for path, target in readable.links:
        arguments += ["--symlink", target, path]
    for path in readable.hidden:
        arguments += ["--tmpfs", path]
    for path in (*readable.packages, sources):
        arguments += ["--ro-bind", path, path]
    for path in _DEVICES:
        arguments += ["--dev-bind", path, path]
    for path in (*readable.hidden, "/"):
        arguments += ["--remount-ro", path]
    return [*arguments, "--chdir", "/"]


def _try(command: list[str]) -> str:
    """Why it does not succeed; empty where it does."""
    try:
        done = subprocess.run(
            command, env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=_START_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"]
    return "" if done.returncode == 0 else said[0].removeprefix("bwrap: ").partition(" See <")[0]
