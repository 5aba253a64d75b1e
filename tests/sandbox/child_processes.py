"""The children of a process, as /proc tells: a thread's own list of them there is unsound while one of them ends."""

import psutil


def children(pid: int) -> set[int]:
    """Process ids of a process's children, the ended ones that nobody waited for among them; none where it is gone."""
    try:
        return {child.pid for child in psutil.Process(pid).children()}
    except psutil.NoSuchProcess:
        return set()
