"""One sandbox for all tests of this folder, with limits that make hostile programs end soon."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from astor.sandbox import Limits, Sandbox, SandboxOptions

LIMITS = Limits(cpu_seconds=0.4, wall_seconds=3.0, memory_mb=256)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(workers=2, limits=LIMITS)) as sandbox:
        yield sandbox


@pytest.fixture
def zygotes():
    """Process ids of this process's zygotes, read from the kernel: its children, or those of a bwrap of its own."""

    def read() -> set[int]:
        found = set()
        for pid in children("self"):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"launch.py" in command:
                found |= children(pid) if Path(command.split(b"\0")[0].decode()).name == "bwrap" else {pid}
        return found

    return read


def children(pid: int | str) -> set[int]:
    """Process ids of the children of a process, of all its threads; none where it has gone."""
    try:
        texts = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:
        return set()
    return {int(child) for text in texts for child in text.split()}
