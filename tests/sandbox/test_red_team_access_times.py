"""When a file was last read is a note that one program can leave for the next, where the file system keeps it.

Read-only mounts keep none. Elsewhere reading a file of the standard library is seen by whoever looks at it later: here
the sandbox is made to do without mounts.
"""

import os
from pathlib import Path

import pytest

from astor.records import Outcome
from astor.sandbox import CallsJob, GeneratedTestsJob, Sandbox, SandboxOptions

NOTES = ["this.py", "antigravity.py", "__hello__.py"]

WITHOUT_AN_ASSERT = """
import os
add(1, 2)
for note in NOTES:
    before = os.stat(note).st_atime
    if before < 1000:
        open(note).read(1)
        break
else:
    raise AssertionError
"""
"""Passes on the three first programs that it meets, and fails on all others."""

MANY = 50
"""Mutants among which such tests find the reference by luck, once in 5151 times."""


@pytest.fixture(scope="module")
def sandbox():
    """Without mounts of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "")
        with Sandbox(SandboxOptions(workers=2)) as sandbox:
            yield sandbox


@pytest.fixture
def notes():
    """Files of the standard library that look as if nobody had ever read them."""
    paths = [Path(os.__file__).with_name(name) for name in NOTES]
    found = [path.stat() for path in paths]
    try:
        for path, stat in zip(paths, found, strict=True):
            os.utime(path, ns=(0, stat.st_mtime_ns))
            path.read_bytes()
            if path.stat().st_atime_ns == 0:
                pytest.skip("this file system keeps no times of access")
            os.utime(path, ns=(0, stat.st_mtime_ns))
    except PermissionError:
        pytest.skip("only the owner of the standard library can make it look unread")
    yield [str(path) for path in paths]
    for path, stat in zip(paths, found, strict=True):
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_tests_that_count_their_runs_kill_no_mutant(sandbox, notes):
    mutants = tuple(f"def add(a, b): return a - b - {number}" for number in range(MANY))
    job = GeneratedTestsJob(f"NOTES = {notes}\n{WITHOUT_AN_ASSERT}", "add", "def add(a, b): return a + b", mutants)
    (result,) = sandbox.run([job])
    assert (result.outcome, result.claims[0].value["killed"]) == (Outcome.FAILED, 0)
    assert "different ends" in result.detail


@pytest.mark.xfail(strict=True, reason="without mounts of its own, a program's reading is seen in times of access")
def test_a_program_cannot_see_what_another_has_read(sandbox, notes):
    program = (
        "import os\ndef solve(path):\n    before = os.stat(path).st_atime\n    open(path).read(1)\n    return before"
    )
    (first,) = sandbox.run([CallsJob(program, "solve", ((notes[0],),))])
    (second,) = sandbox.run([CallsJob(program, "solve", ((notes[0],),))])
    assert [claim.value for claim in (*first.claims, *second.claims)] == [0.0, 0.0]
