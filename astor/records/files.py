"""Records as files: JSON for one, JSONL for few, Parquet for many."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from astor.errors import UserError
from astor.records.record import Record

R = TypeVar("R", bound=Record)


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


def write_parquet(path: Path, records: Sequence[Record], record: type[R]) -> None:
    """Write records in the columns of `record.arrow`."""
    schema: pa.Schema = record.arrow  # type: ignore[attr-defined]  # of records that are tables alone
    columns = {field.name: [getattr(item, field.name) for item in records] for field in schema}
    pq.write_table(pa.Table.from_pydict(columns, schema=schema), path, compression="zstd")


def read_parquet(path: Path, record: type[R]) -> list[R]:
    """Read every record of a Parquet file."""
    return [record.model_validate(row) for row in pq.read_table(path).to_pylist()]
