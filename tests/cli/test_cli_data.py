"""`astor data inspect` and `astor data validate`, as people run them."""

import json
from pathlib import Path

import pytest
from cli_command import Astor

GOOD = {
    "id": "good",
    "entry": "add",
    "source": "def add(a, b):\n    return a + b",
    "description": "Add [two] numbers.",
    "calls": [{"arguments": "(1, 2)", "returns": "3"}],
}
BAD = GOOD | {"id": "bad", "calls": [{"arguments": "(1, 2)", "returns": "4"}]}


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_inspect_shows_what_is_there(astor: Astor, tmp_path: Path) -> None:
    done = astor("data", "inspect", write(tmp_path / "mine.jsonl", GOOD, BAD), COLUMNS="120")
    assert done.returncode == 0, done.stderr
    assert "mine.jsonl is read as jsonl" in done.stdout.replace("\n", "")
    for told in ("warm_start", "description", "Add [two] numbers.", "unknown", "function mine-good"):
        assert told in done.stdout


def test_inspect_tells_the_form_of_commits_and_what_it_does_not_read(astor: Astor, tmp_path: Path) -> None:
    diff = "--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
    record = {"hash": "ab12", "diff": diff, "message": "Raise x", "project": "own/app", "split": "test"}
    done = astor("data", "inspect", write(tmp_path / "mine.jsonl", record), COLUMNS="120")
    assert done.returncode == 0, done.stderr
    for told in ("CommitBench", "column that is not read", "split", "commit own/app@ab12"):
        assert told in done.stdout


def test_validate_lists_failures_and_ends_with_json(astor: Astor, tmp_path: Path) -> None:
    done = astor("data", "validate", write(tmp_path / "mine.jsonl", GOOD, BAD))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result.keys() == {"items", "passed", "failed", "seconds"}
    assert (result["items"], result["passed"]) == (2, 1)
    reason = "it does not pass its own tests (test 1 of 1: the result is another one)"
    assert result["failed"] == [{"id": "mine-bad", "reason": reason}]
    assert f"mine-bad: {reason}" in done.stderr


@pytest.mark.parametrize(
    ("command", "records", "options", "told"),
    [
        ("validate", [GOOD, GOOD], (), "Items 1 and 2 of mine.jsonl are both called 'mine-good'"),
        ("validate", [GOOD], ("--write",), "mine.jsonl is no prepared directory, and only such a one is written"),
        ("inspect", [GOOD], ("--format", "mbpp"), "mine.jsonl, line 1: field 'task_id' is missing."),
    ],
)
def test_mistakes_are_told_in_one_sentence(
    astor: Astor, tmp_path: Path, command: str, records: list[object], options: tuple[str, ...], told: str
) -> None:
    write(tmp_path / "mine.jsonl", *records)
    done = astor("data", command, "mine.jsonl", *options, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.jsonl"]
