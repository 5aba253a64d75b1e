"""What a place holds is told from its records, or refused with a way out."""

import gzip
import json
import sys
from pathlib import Path

import boto3
import pytest

from astor.data.formats import FIELDS, open_source
from astor.errors import UserError

OWN = {"entry": "f", "source": "def f(x):\n    return x", "calls": [{"arguments": "(1,)", "returns": "1"}]}
RECORDS = {
    "mbpp": {"task_id": 1, "text": "t", "code": "def f(): pass", "test_list": []},
    "human-eval": {"task_id": "a/1", "prompt": "", "entry_point": "f", "canonical_solution": "", "test": ""},
    "crux-eval": {"id": "1", "code": "def f(x): return x", "input": "1", "output": "1"},
    "stdin": {"question": "", "input_output": "", "solutions": ""},
    "functions": {"question": "", "test_cases": []},
    "commits": {"repo": "a/b", "sha": "1", "message": "m", "diff": "d"},
    "jsonl": OWN,
}


def write(path: Path, *records: object) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)


def test_every_format_of_records_is_recognised(tmp_path: Path) -> None:
    assert RECORDS.keys() == FIELDS.keys()
    for name, record in RECORDS.items():
        assert open_source(write(tmp_path / "file", record)).options.type == name
    own_commit = {"kind": "commit", "diff": "d", "message": "m", "repository": "r"}
    assert open_source(write(tmp_path / "file", OWN, own_commit)).options.type == "jsonl"


def test_gzip_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl.gz"
    path.write_bytes(gzip.compress((json.dumps(OWN) + "\n").encode()))
    (item,) = open_source(str(path)).items()
    assert item.content.entry == "f"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UserError, match="is damaged"):
        list(open_source(str(path), "jsonl").items())


def test_directories_are_recognised(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"holds no manifest\.json, no git repository, no Python file and no file of records"
    ):
        open_source(str(tmp_path))
    (tmp_path / "m.py").touch()
    assert open_source(str(tmp_path)).options.type == "doctests"
    assert open_source(str(tmp_path / "m.py")).options.type == "doctests"
    (tmp_path / ".git").mkdir()
    assert open_source(str(tmp_path)).options.type == "git"
    assert open_source(str(tmp_path), "doctests").options.type == "doctests"
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(UserError, match="prepare the directory again"):
        open_source(str(tmp_path))


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([], "holds no record"),
        ([RECORDS["crux-eval"] | RECORDS["stdin"]], "could be crux-eval or stdin: say which with --format"),
        ([RECORDS["mbpp"] | RECORDS["human-eval"]], "could be mbpp or human-eval: say which with --format"),
        ([{"kind": "commit", **RECORDS["commits"]}], "could be commits or jsonl: say which with --format"),
        ([{"code": "", "task_id": 1}], "of no known format: line 1 lacks test_list for mbpp"),
        ([OWN, OWN, {"source": ""}, {"entry": "f"}], "of no known format: line 3 lacks entry for jsonl"),
        ([{"a": 1}], "of no known format: mbpp has code, task_id, test_list; human-eval"),
        ([OWN, RECORDS["mbpp"]], "of no known format: line 2 lacks entry, source for jsonl"),
        ([OWN, 3], "line 2 is a int, not an object"),
    ],
)
def test_other_records_are_refused(tmp_path: Path, records: list[object], told: str) -> None:
    with pytest.raises(UserError, match=told):
        open_source(write(tmp_path / "file", *records))


def test_the_ambiguous_is_read_as_it_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "file", RECORDS["crux-eval"] | RECORDS["stdin"])
    assert len(list(open_source(path, "crux-eval").items())) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (json.dumps(OWN).encode() + b'\n{"entry": "\xe9"}\n', "line 2 is not UTF-8 .*: save the file in UTF-8"),
        (json.dumps(OWN).encode("utf-16"), "line 1 is not UTF-8"),
        (json.dumps(OWN | {"description": "\ud83d"}).encode(), "line 1 is not Unicode .*: mend the line"),
        (b"[[1]]", "record 1 is a list, not an object: write one JSON object a line"),
        (gzip.compress(b"", mtime=0)[:5], "is damaged"),
        (gzip.compress(b"", mtime=0), "holds no record"),
        (b"", "holds no record"),
    ],
)
def test_what_is_no_text_of_records_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UserError, match=told):
        open_source(str(path))


def test_a_byte_order_mark_is_no_part_of_the_records(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(f"{json.dumps(OWN)}\n".encode("utf-8-sig"))
    assert len(list(open_source(str(path)).items())) == 1


@pytest.mark.parametrize(
    ("text", "format", "told"),
    [
        ("", "auto", "The source has no name"),
        ("none.jsonl", "auto", "There is no file or directory none.jsonl"),
        ("data/none.jsonl", "auto", "There is no file or directory data/none.jsonl"),
        ("http://a/b", "auto", "neither a local path nor an s3:// URI"),
        (__file__, "poem", "There is no format 'poem': known are auto, commits,"),
        (__file__, "procedural", "There is no format 'procedural'"),
    ],
)
def test_what_is_not_there_is_named(text: str, format: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        open_source(text, format)


def test_an_object_of_a_bucket_is_read(tmp_path: Path, s3_prefix: str) -> None:
    bucket, _, key = s3_prefix.removeprefix("s3://").partition("/")
    path = write(tmp_path / "mine.jsonl", OWN)
    boto3.client("s3").upload_file(path, bucket, f"{key}/mine.jsonl")
    for _ in range(2):
        assert len(list(open_source(f"{s3_prefix}/mine.jsonl").items())) == 1
    write(tmp_path / "mine.jsonl", OWN, OWN)
    boto3.client("s3").upload_file(path, bucket, f"{key}/mine.jsonl")
    assert len(list(open_source(f"{s3_prefix}/mine.jsonl").items())) == 2, "it changed in the bucket"
    with pytest.raises(UserError, match="There is no s3://"):
        open_source(f"{s3_prefix}/other.jsonl")


def test_a_name_on_the_hub_needs_datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UserError, match=r"someone/problems:train is a name .*: pip install 'astor-rl\[hub\]'"):
        open_source("someone/problems:train")


def test_a_name_on_the_hub_needs_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="someone/problems:train cannot be had from the hub") as caught:
        open_source("someone/problems:train")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.rglob("*.jsonl"))


def test_an_empty_split_is_named_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(datasets, "load_dataset", lambda *names, **options: [])
    with pytest.raises(UserError, match="someone/problems:train has no records: name another split"):
        open_source("someone/problems:train")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.slow  # of a machine's first look into `datasets`
def test_a_data_set_becomes_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("datasets")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "someone" / "problems").mkdir(parents=True)
    write(tmp_path / "someone" / "problems" / "train.jsonl", RECORDS["crux-eval"])
    write(tmp_path / "someone" / "problems" / "test.jsonl", RECORDS["crux-eval"])
    from astor.data import hub

    with pytest.raises(UserError, match=r"has the splits .*: name one, as someone/problems:t"):
        hub.fetch("someone/problems")
    path = hub.fetch("someone/problems:train")
    assert [json.loads(line) for line in path.read_text().splitlines()] == [RECORDS["crux-eval"]]
    assert open_source(str(path)).options.type == "crux-eval"
