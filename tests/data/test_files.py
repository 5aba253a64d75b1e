"""Records come out the same whatever file holds them; a file that holds none is told by its kind."""

import bz2
import csv
import gzip
import json
import sqlite3
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.data.files import read_records
from astor.data.formats import open_source
from astor.errors import UserError

RECORDS = [
    {
        "task_id": 602,
        "prompt": "the last letter, as ü",
        "code": "def f(w):\n  return w[-1]",
        "test_list": ["assert f('ab') == 'b'"],
    },
    {
        "task_id": 603,
        "prompt": "the first letter",
        "code": "def g(w):\n  return w[0]",
        "test_list": ["assert g('ab') == 'a'"],
    },
]


def lines() -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS).encode()


def array() -> bytes:
    return json.dumps(RECORDS, indent=2).encode()


def parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(RECORDS), sink)
    return bytes(sink.getvalue())


def arrow(opened: Callable[..., Any]) -> bytes:
    sink, table = pa.BufferOutputStream(), pa.Table.from_pylist(RECORDS)
    with opened(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def zstd(content: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(content))


FILES = {
    "lines": lines,
    "array": array,
    "array on one line": lambda: json.dumps(RECORDS).encode(),
    "objects on several lines": lambda: "\n".join(json.dumps(record, indent=1) for record in RECORDS).encode(),
    "objects by name": lambda: json.dumps({"a": RECORDS[0], "b": RECORDS[1]}).encode(),
    "objects by name on several lines": lambda: json.dumps({"a": RECORDS[0], "b": RECORDS[1]}, indent=4).encode(),
    "an array beside other things": lambda: json.dumps({"version": "1", "data": RECORDS}).encode(),
    "rows of the hub's server": lambda: json.dumps(
        {"features": [{"name": "code"}], "rows": [{"row_idx": row, "row": each} for row, each in enumerate(RECORDS)]}
    ).encode(),
    "arrays by split": lambda: json.dumps({"train": RECORDS[:1], "test": RECORDS[1:]}).encode(),
    "columns": lambda: json.dumps({name: [record[name] for record in RECORDS] for name in RECORDS[0]}).encode(),
    "columns as pandas writes them": lambda: json.dumps(
        {name: {str(row): record[name] for row, record in enumerate(RECORDS)} for name in RECORDS[0]}
    ).encode(),
    "a byte order mark": lambda: b"\xef\xbb\xbf" + array(),
    "ends of lines of Windows": lambda: lines().replace(b"\n", b"\r\n"),
    "parquet": parquet,
    "arrow file": lambda: arrow(pa.ipc.new_file),
    "arrow stream": lambda: arrow(pa.ipc.new_stream),
}
PACKED = {"as it is": lambda content: content, "gzip": gzip.compress, "zstd": zstd, "bzip2": bz2.compress}


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("kind", FILES)
def test_records_are_the_same_whatever_holds_them(tmp_path: Path, kind: str, packing: str) -> None:
    path = tmp_path / "records"
    path.write_bytes(PACKED[packing](FILES[kind]()))
    assert [record for _, _, record in read_records(path)] == RECORDS
    assert len(list(open_source(str(path)).items())) == 2


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("packing", PACKED)
def test_cells_of_csv_are_text(tmp_path: Path, separator: str, packing: str) -> None:
    plain, path = tmp_path / "plain", tmp_path / "records.csv.gz"
    with plain.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, [*RECORDS[0], "empty"], delimiter=separator)
        writer.writeheader()
        writer.writerows(record | {"test_list": json.dumps(record["test_list"])} for record in RECORDS)
    path.write_bytes(PACKED[packing](plain.read_bytes()))
    found = [record for _, _, record in read_records(path)]
    assert found == [
        record | {"task_id": str(record["task_id"]), "test_list": json.dumps(record["test_list"])} for record in RECORDS
    ]
    assert len(list(open_source(str(path)).items())) == 2


def test_a_directory_is_all_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "data" / "deeper").mkdir(parents=True)
    (tmp_path / ".cache").mkdir()
    for name in ("README.md", "dataset_info.json", "LICENSE", ".cache/old.jsonl"):
        (tmp_path / name).write_text("no record")
    (tmp_path / "data" / "deeper" / "train-00001-of-00002.parquet").write_bytes(parquet())
    (tmp_path / "data" / "test.jsonl.zst").write_bytes(zstd(lines()))
    found = list(read_records(tmp_path))
    assert [record for _, _, record in found] == RECORDS * 2
    assert [number for number, _, _ in found] == [1, 2, 3, 4]
    assert found[1][1] == f"{tmp_path}/data/deeper/train-00001-of-00002.parquet, record 2"
    assert open_source(str(tmp_path)).format == "mbpp"


@pytest.mark.parametrize("nothing", [None, float("nan")])
def test_a_field_that_holds_nothing_is_not_there(tmp_path: Path, nothing: Any) -> None:
    path = tmp_path / "records"
    path.write_text(json.dumps({"a": nothing, "b": [None]}) + "\n{}\n")
    assert [record for _, _, record in read_records(path)] == [{"b": [None]}, {}]
    pq.write_table(pa.table({"a": [nothing, 1.0], "b": [["x"], None]}), path)
    assert [record for _, _, record in read_records(path)] == [{"b": ["x"]}, {"a": 1.0}]


def archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.jsonl", lines())


def ball(path: Path) -> None:
    path.with_suffix(".x").write_bytes(lines())
    with tarfile.open(path, "w:gz") as file:
        file.add(path.with_suffix(".x"), "a.jsonl")


def database(path: Path) -> None:
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE a (b)")


def written(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (archive, "is a zip archive"),
        (ball, "is a tar archive: unpack it"),
        (database, "is an SQLite database: write its table as"),
        (written(b"%PDF-1.7\n"), "is a PDF document"),
        (written(b"\n<!DOCTYPE html>\n<html>"), "is HTML or XML"),
        (written(b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n"), "is a pointer of Git LFS"),
        (written(parquet()[:-20]), "is damaged"),
        (written(parquet()[:40]), "is damaged"),
        (written(zstd(lines())[:-8]), "is damaged"),
        (written(gzip.compress(array())[:-12]), "is damaged"),
        (written(gzip.compress(parquet())[:-12]), "is damaged"),
        (written(array()[:-2]), "record 3 is not JSON .the array ends early"),
        (written(array() + b"{}"), r"record 3 is not JSON .after the array stands '\{'"),
        (written(b"[{} {}]"), "record 2 is not JSON .',' or ']' should stand before"),
        (written(b"[{},]"), "record 2 is not JSON"),
        (written(b'[{"a": "\xff"}]'), "is not UTF-8 after record 0"),
        (written(b'[{"a": "\\ud83d"}]'), "record 1 is not Unicode"),
        (written(b"[3]"), "record 1 is a int, not an object"),
        (written(b"{}\n[1]\n"), "line 2 is a list, not an object"),
        (written(b"{}\n\n{"), "line 3 is not JSON"),
        (written(b"{}\n\n\xff"), "line 3 is not UTF-8"),
        (written(b'{}\n{"a": "\\uD83D "}'), r"line 2 is not Unicode \('\\ud83d' is half a character\)"),
        (written(b"once upon a time"), "line 1 is not JSON"),
        (written(b"[" * 100_000), "record 1 is not JSON"),
    ],
)
def test_what_holds_no_records_is_told_by_its_kind(tmp_path: Path, write: Callable[[Path], None], told: str) -> None:
    path = tmp_path / "file"
    write(path)
    with pytest.raises(UserError, match=told) as caught:
        list(read_records(path))
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a,b\n1,2,3\n", "line 2 has more cells than the header"),
        (b'a,b\n1,"2"3\n', "is not CSV after line 1"),
        (b"a,b\n1,\xff\n", "is not UTF-8"),
    ],
)
def test_a_bad_line_of_csv_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=told):
        list(read_records(path))


def test_an_array_is_never_held_whole(tmp_path: Path) -> None:
    path, element = tmp_path / "file", json.dumps({"a": "b" * 1000})
    with path.open("w") as file:
        file.write("[" + f"{element},\n" * 20_000 + element + "]")
    tracemalloc.start()
    assert sum(1 for _ in read_records(path)) == 20_001
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(st.dictionaries(st.text(min_size=1), values, max_size=3), min_size=2, max_size=5),
    st.sampled_from([None, 2]),
)
def test_lines_and_an_array_hold_the_same_records(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], indent: int | None
) -> None:
    path = tmp_path_factory.mktemp("records") / "file"
    there = [{name: value for name, value in record.items() if value is not None} for record in records]
    path.write_text("\n".join(map(json.dumps, records)))
    assert [record for _, _, record in read_records(path)] == there
    path.write_text(json.dumps(records, indent=indent))
    assert [record for _, _, record in read_records(path)] == there
