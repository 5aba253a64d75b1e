"""Records of files that others wrote, of whatever kind, one file or a directory of them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from astor.data.column_records import columnar_records, csv_records, is_columnar
from astor.data.json_records import Placed, json_records
from astor.errors import UserError

NAMES = re.compile(r".+\.(jsonl|ndjson|json|csv|tsv|parquet|arrow)(\.(gz|zst|zstd|bz2))?", re.IGNORECASE)
"""Files of records in a directory; a file that is named itself may be called anything."""
_CSV = re.compile(r".+\.(csv|tsv)(\.\w+)?", re.IGNORECASE)
_ABOUT = {"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"}
"""What the library `datasets` writes beside records."""


def record_files(path: Path) -> Iterator[Path]:
    """The file, or in a directory and those below it the files of records, by path; what begins with a dot is passed
    over."""
    if not path.is_dir():
        yield path
        return
    for found in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
        if not hidden and found.name not in _ABOUT and NAMES.fullmatch(found.name) and found.is_file():
            yield found


def read_records(path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Number, place and fields of every record. A field that holds null is not there, nor is one that holds what is no
    number, which is how pandas says it.

    Raises as `read_columns`.
    """
    for number, place, record in read_columns(path):
        yield number, place, {name: value for name, value in record.items() if is_there(value)}


def read_columns(path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Number, place and columns of every record, nulls too; numbers go on from file to file, and places are for people.

    Of a file of lines the number is the line's.

    Raises:
        UserError: there is no file; one is of another kind, damaged, or holds what is no record.
    """
    if not path.exists():
        raise UserError(f"{path} is no file: give the path of a file of records.")
    before = last = 0
    for file in record_files(path):
        before += last
        last = 0
        for last, place, record in _records(file):
            yield before + last, f"{file}, {place}", record


def _records(path: Path) -> Iterator[Placed]:
    try:
        if is_columnar(path):
            yield from columnar_records(path)
        elif _CSV.fullmatch(path.name):
            yield from csv_records(path)
        else:
            yield from json_records(path)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise UserError(f"{path} is damaged, or cannot be read ({reason}): fetch the file again.") from error


def is_there(value: Any) -> bool:
    """Whether a column holds something."""
    return value is not None and value == value
