"""`astor data prepare`, as people run it: from files to a directory that the other commands read."""

import json
from pathlib import Path

from cli_command import Astor

ADD = {
    "id": "add",
    "entry": "add",
    "source": "def add(a, b):\n    return a + b",
    "description": "Add two numbers.",
    "calls": [{"arguments": "(1, 2)", "returns": "3"}, {"arguments": "(4, 4)", "returns": "8"}],
}
WRONG = ADD | {
    "id": "wrong",
    "source": "def add(a, b):\n    return [a, b, 'this is not a sum']",
    "description": "Pair two numbers.",
}
EVALUATED = ADD | {
    "id": "evaluated",
    "source": "def add(a, b):\n    while b:\n        a, b = a + 1, b - 1\n    return a",
    "description": "Count up.",
}


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_a_file_becomes_a_directory_of_what_is_true_and_not_evaluated(astor: Astor, tmp_path: Path) -> None:
    data = write(tmp_path / "mine.jsonl", ADD, ADD, WRONG, EVALUATED)
    held = write(tmp_path / "held.jsonl", EVALUATED)
    command = ("data", "prepare", data, "--out", tmp_path / "out", "--against", held)
    done = astor(*command)
    assert done.returncode == 0, done.stderr
    assert "mine.jsonl is read as jsonl" in done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["read"], result["kept"]) == (4, 1)
    assert result["dropped"] == {
        "duplicate: the same id": 1,
        "evaluated: the same text": 1,
        "it does not pass its own tests": 1,
    }
    assert result["prompts"]["unit_tests"] == 1
    again = astor(*command)
    assert "is prepared already; --fresh starts over" in again.stderr
    for told in (done.stderr, again.stderr):
        assert f"dropped, it does not pass its own tests: mine-{WRONG.get('id', 3)}\n" in told
    assert again.stdout == done.stdout
    checked = astor("data", "validate", tmp_path / "out")
    assert json.loads(checked.stdout.splitlines()[-1])["passed"] == 1


def test_data_that_cannot_be_had_is_told_in_one_sentence(astor: Astor, tmp_path: Path) -> None:
    write(tmp_path / "mine.jsonl", ADD)
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    variables = {**keys, "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}
    for source, out, told in (
        ("s3://bucket/mine.jsonl", "out", "error: S3 cannot be reached for s3://bucket/mine.jsonl"),
        ("mine.jsonl", "", "error: --out has no name"),
    ):
        done = astor("data", "prepare", source, "--out", out, cwd=tmp_path, **variables)
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith(told)
        assert [path.name for path in tmp_path.iterdir()] == ["mine.jsonl"]


def test_what_cannot_be_prepared_is_told_in_one_sentence(astor: Astor, tmp_path: Path) -> None:
    wrong = write(tmp_path / "wrong.jsonl", WRONG)
    done = astor("data", "prepare", wrong, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "can be used (1 read: 1 it does not pass its own tests): give other data." in " ".join(done.stderr.split())
    assert not list((tmp_path / "out").rglob("*.json*"))
