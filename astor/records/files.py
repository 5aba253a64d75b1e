"""Records as files: JSON for one, JSONL for few, Parquet for many."""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from astor.errors import UserError
from astor.literals import read_int
from astor.records.record import Record

R = TypeVar("R", bound=Record)

GZIP = b"\x1f\x8b"
"""How a file in gzip's form begins (RFC 1952, section 2.3.1)."""


def write_json(path: Path, record: Record) -> None:
    """Write one record."""
    path.write_text(record.model_dump_json())


def read_json(path: Path, record: type[R]) -> R:
    """Read one record."""
    return record.model_validate_json(path.read_bytes())


def write_jsonl(path: Path, records: Iterable[Record]) -> None:
    """Write one record a line."""
    with path.open("w") as file:
        for record in records:
            file.write(record.model_dump_json() + "\n")


def read_jsonl(path: Path, record: type[R]) -> Iterator[R]:
    """Read records line by line; a UserError names the file, the line and the reason."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                yield record.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(str(key) for key in first["loc"])
                reason = f"{place}: {first['msg']}" if place else first["msg"]
                raise UserError(f"{path}, line {number} is not a {record.schema_name()}: {reason}") from error


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Line number and object of every line of a foreign JSONL file, in gzip's form or as it is.

    A UserError names the line that is no object, and a file in gzip's form that is damaged.
    """
    with path.open("rb") as file:
        packed = file.read(len(GZIP)) == GZIP
    with gzip.open(path) if packed else path.open("rb") as lines:
        for number, line in enumerate(_unpacked(path, lines), start=1):
            if not line.strip():
                continue
            yield number, _object(f"{path}, line {number}", line)


def _object(place: str, line: bytes) -> dict[str, object]:
    try:
        text = line.decode("utf-8-sig")
        value = json.loads(text, parse_int=read_int)
        if rb"\ud" in line.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = error.object[error.start]
        raise UserError(f"{place} is not Unicode ({half!r} is half a character): mend the line.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{place} is not UTF-8 ({error}): save the file in UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place} is not JSON ({error}): write one JSON object a line.") from error
    if not isinstance(value, dict):
        raise UserError(f"{place} is a {type(value).__name__}, not an object: write one JSON object a line.")
    return value


def _unpacked(path: Path, lines: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from lines
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{path} is damaged ({error}): fetch the file again.") from error


def write_parquet(path: Path, records: Sequence[Record], record: type[R]) -> None:
    """Write records in the columns of `record.arrow`."""
    schema: pa.Schema = record.arrow  # type: ignore[attr-defined]
    table = pa.Table.from_pylist([item.model_dump() for item in records], schema=schema)
    pq.write_table(table, path, compression="zstd")


def read_parquet(path: Path, record: type[R]) -> list[R]:
    """Read every record of a Parquet file."""
    return [record.model_validate(row) for row in pq.read_table(path).to_pylist()]
