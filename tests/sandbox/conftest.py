"""One sandbox for all tests of this folder, with limits that make hostile programs end soon."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from astor.sandbox import Limits, Sandbox, SandboxOptions

LIMITS = Limits(cpu_seconds=0.4, wall_seconds=1.0, memory_mb=256)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(workers=2, limits=LIMITS)) as sandbox:
        yield sandbox


@pytest.fixture
def zygotes():
    """Process ids of this process's children that are zygotes, read from the kernel."""

    def read() -> set[int]:
        children = (
            int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()
        )
        return {pid for pid in children if b"launch.py" in Path(f"/proc/{pid}/cmdline").read_bytes()}

    return read
