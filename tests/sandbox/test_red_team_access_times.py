"""When a file was last read is a note that one program can leave for the next, where the file system keeps it.

Read-only mounts keep none. Elsewhere reading a file of the standard library is seen by whoever looks at it later: here
the sandbox is made to do without mounts.
"""

import os
from pathlib import Path

import pytest

from astor.sandbox import CallsJob, Ending, GeneratedTestsJob, Sandbox, SandboxOptions

NOTES = ["this.py", "antigravity.py", "__hello__.py"]

COUNTS = """
import os
add(1, 2)
for note in NOTES:
    if os.stat(note).st_atime < 1000:
        open(note).read(1)
        break
else:
    raise AssertionError
"""
"""Passes in the first three runs, and fails in all others."""

REMEMBERS = """
import os
met, positive, _ = (os.stat(note).st_atime > 1000 for note in NOTES)
answer = add(1, 2)
if not met:
    open(NOTES[0]).read(1)
    if answer > 0:
        open(NOTES[1]).read(1)
else:
    assert (answer > 0) == positive
"""
"""Passes on the program that it met first, and fails on those that answer otherwise."""

MANY = 50
"""Mutants among which such tests find the reference by luck: those that remember it once in 51 times, those that count
more seldom still."""


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


@pytest.mark.parametrize("tests", [COUNTS, REMEMBERS], ids=["counts", "remembers"])
def test_notes_for_the_next_run_do_not_tell_which_program_is_the_reference(sandbox, notes, tests):
    mutants = tuple(f"def add(a, b): return a - b - {number}" for number in range(MANY))
    job = GeneratedTestsJob(f"NOTES = {notes}\n{tests}", "add", "def add(a, b): return a + b", mutants)
    results = []
    for _ in range(2):
        for note in notes:
            os.utime(note, ns=(0, Path(note).stat().st_mtime_ns))
        results += sandbox.run([job])
    assert (Ending.FAILED, 0) in [(result.ending, result.claims[0].value["killed"]) for result in results]


def test_they_would_tell_if_the_reference_came_first(sandbox, notes, monkeypatch):
    monkeypatch.setattr("secrets.SystemRandom.shuffle", lambda _, meetings: None)
    mutants = ("def add(a, b): return a - b", "def add(a, b): return -a - b")
    job = GeneratedTestsJob(f"NOTES = {notes}\n{REMEMBERS}", "add", "def add(a, b): return a + b", mutants)
    (result,) = sandbox.run([job])
    assert (result.ending, result.claims[0].value["killed"]) == (Ending.FINISHED, 2)


@pytest.mark.xfail(strict=True, reason="without mounts of its own, a program's reading is seen in times of access")
def test_a_program_cannot_see_what_another_has_read(sandbox, notes):
    program = (
        "import os\ndef solve(path):\n    before = os.stat(path).st_atime\n    open(path).read(1)\n    return before"
    )
    (first,) = sandbox.run([CallsJob(program, "solve", ((notes[0],),))])
    (second,) = sandbox.run([CallsJob(program, "solve", ((notes[0],),))])
    assert [claim.value for claim in (*first.claims, *second.claims)] == [0.0, 0.0]
