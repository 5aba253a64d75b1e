"""Records in files of columns: Parquet, Arrow and CSV."""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from astor.data.file_kinds import ARROW_FILE, ARROW_STREAM, PARQUET, opened
from astor.data.json_records import Placed
from astor.errors import UserError

ROWS = 64
"""Rows that are made records at once. Our choice: a row of tests may be tens of megabytes."""
CELL = (1 << 31) - 1
"""Most characters of a cell of CSV, the most that `csv` takes everywhere."""
COLUMNAR = (PARQUET, ARROW_FILE, ARROW_STREAM)
SEPARATORS = ",;\t"
"""What may stand between cells of CSV: the one of them that the header has most often."""


def is_columnar(path: Path) -> bool:
    """Whether the file is Parquet or Arrow, by how it begins."""
    with opened(path) as stream:
        return stream.peek(len(ARROW_FILE)).startswith(COLUMNAR)


def columnar_records(path: Path) -> Iterator[Placed]:
    """The rows of a file of Parquet, or of Arrow's formats for files and streams."""
    number = 0
    with opened(path) as stream, _rewindable(path, stream) as file:
        for batch in _batches(file):
            for start in range(0, batch.num_rows, ROWS):
                for record in batch.slice(start, ROWS).to_pylist():
                    number += 1
                    yield Placed(number, f"record {number}", record)


def _batches(file: BinaryIO) -> Iterator[pa.RecordBatch]:
    head = file.read(len(ARROW_FILE))
    file.seek(0)
    if head.startswith(ARROW_STREAM):
        yield from pa.ipc.open_stream(file)
    elif head.startswith(PARQUET):
        yield from pq.ParquetFile(file).iter_batches(ROWS)
    else:
        reader = pa.ipc.open_file(file)
        yield from map(reader.get_batch, range(reader.num_record_batches))


@contextmanager
def _rewindable(path: Path, stream: BinaryIO) -> Iterator[BinaryIO]:
    """The file itself; of a packed one what is packed in it, in a temporary file: what is unpacked cannot go back, and
    most files of columns have their index at the end."""
    with path.open("rb") as plain:
        if plain.read(len(ARROW_FILE)).startswith(COLUMNAR):
            plain.seek(0)
            yield plain
            return
    with tempfile.TemporaryFile() as unpacked:
        shutil.copyfileobj(stream, unpacked)
        unpacked.seek(0)
        yield unpacked


def csv_records(path: Path) -> Iterator[Placed]:
    """The rows of a file of CSV (RFC 4180) under its header, in UTF-8; every cell is text, and an empty one is missing.

    Raises:
        UserError: it is not UTF-8, or a line has more cells than the header.
    """
    csv.field_size_limit(CELL)
    with opened(path) as stream:
        header = stream.peek().partition(b"\n")[0].decode(errors="replace")
        rows = csv.DictReader(
            io.TextIOWrapper(stream, "utf-8-sig", newline=""),
            delimiter=max(SEPARATORS, key=header.count),
            restkey="",
            strict=True,
        )
        try:
            for number, row in enumerate(rows, start=1):
                place = f"line {rows.line_num}"
                if isinstance(row.get(""), list):
                    raise UserError(f"{path}, {place} has more cells than the header: quote what holds a separator.")
                yield Placed(number, place, {name: cell for name, cell in row.items() if cell})
        except UnicodeDecodeError as error:
            raise UserError(f"{path} is not UTF-8 ({error}): save the file in UTF-8.") from error
        except csv.Error as error:
            raise UserError(f"{path} is not CSV after line {rows.line_num} ({error}): mend the next line.") from error
