"""What this machine has: memory, of which a container may get a part, room on a disk, cores and cards."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from astor.policies.ranks import CARDS

ROOT = Path("/")


def memory_limit(root: Path = ROOT) -> int | None:
    """Bytes that this process and its children may have: the machine's, or the least that a control group of theirs
    gives them; None where neither is known. `root`: where `proc` and `sys` lie."""
    return min(_limits(root), default=None)


def has_gpu() -> bool:
    """Whether there is an NVIDIA GPU, whose memory then holds policies."""
    return any(Path("/dev").glob("nvidia[0-9]*"))


def gpu_memories() -> list[int]:
    """Bytes of each NVIDIA GPU that this process may use, as its driver says; none where there is no driver."""
    if not has_gpu() or (tool := shutil.which("nvidia-smi")) is None:
        return []
    asked = [tool, "--query-gpu=index,uuid,memory.total", "--format=csv,noheader,nounits"]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=30).stdout
    rows = (line.split(", ") for line in told.splitlines())
    found = [(row[0], row[1], int(row[2]) * 2**20) for row in rows if len(row) == 3 and row[2].isdigit()]
    named = os.environ.get(CARDS)
    if named is None:
        return [size for *_, size in found]
    seen: list[int] = []
    for card in map(str.strip, named.split(",")):  # a position, or how a UUID begins
        same = [size for index, uuid, size in found if card in (index, uuid[: max(len(card), len("GPU-") + 1)])]
        if not same:
            break  # CUDA takes none from there on
        seen.append(same[0])
    return seen


def cards(devices: Path = Path("/dev")) -> list[str]:
    """NVIDIA GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them: by UUIDs where that does, else by
    their places among those of this container, whose devices may bear other numbers. `devices`: where they lie."""
    there = [str(place) for place, _ in enumerate(devices.glob("nvidia[0-9]*"))]
    named = os.environ.get(CARDS)
    if named is None or not there:
        return there
    listed = (card.strip() for card in named.split(","))
    # CUDA reads up to the first name that is none.
    return list(takewhile(lambda card: card in there or card.startswith(("GPU-", "MIG-")), listed))


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_disk(place: str) -> int:
    """Bytes that are free where `place`, a local path, lies or will lie."""
    path = Path(place).absolute()
    return shutil.disk_usage(next(there for there in (path, *path.parents) if there.exists())).free


def _limits(root: Path) -> Iterator[int]:
    for line in _lines(root / "proc/meminfo"):
        if line.startswith("MemTotal:"):
            yield int(line.split()[1]) * 1024
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, own = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        # Version 2 has one hierarchy and no controllers here; a limit of any group above holds, too.
        base, name = (
            ("sys/fs/cgroup/memory", "memory.limit_in_bytes") if controllers else ("sys/fs/cgroup", "memory.max")
        )
        group = root / base / own.lstrip("/")
        for place in (group, *group.parents):
            for limit in _lines(place / name):
                if limit.isdigit():  # `max` is none
                    yield int(limit)
            if place == root / base:
                break


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().split("\n")[:-1]
    except OSError:  # Not on this system, or not for this user.
        return []
