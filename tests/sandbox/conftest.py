"""One sandbox for all tests of this folder, with limits that make hostile programs end soon."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from child_processes import children

from astor.sandbox import Limits, Sandbox, SandboxOptions, judge_files

JUDGE = SandboxOptions(workers=1, limits=Limits(cpu_seconds=0.4, wall_seconds=2))
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
        for pid in children(os.getpid()):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"launch.py" in command:
                found |= children(pid) if Path(command.split(b"\0")[0].decode()).name == "bwrap" else {pid}
        return found

    return read


@pytest.fixture
def judge(tmp_path):
    """Judge a program against tests in one way: data becomes JSON, text and bytes are the file's as they are."""

    def run(program, tests, way="tests", entry="solve", compare="whitespace", checker=None):
        for name, content in (("program.py", program), ("tests", tests)):
            if not isinstance(content, str | bytes):
                content = json.dumps(content)
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return judge_files(tmp_path / "program.py", way, tmp_path / "tests", entry, compare, JUDGE, checker)

    return run
