"""Foreign JSONL files, line by line, as checked models."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from astor.errors import UserError
from astor.records import read_json_lines

T = TypeVar("T")


def read_lines(path: Path, lines: TypeAdapter[T]) -> Iterator[tuple[int, T]]:
    """Number and content of every line; a UserError names the file, the line and what is wrong with it."""
    if not path.is_file():
        raise UserError(f"{path} is no file: give the path of a JSONL file.")
    for number, value in read_json_lines(path):
        try:
            yield number, lines.validate_python(value)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(key) for key in first["loc"])
            reason = first["msg"].removeprefix("Value error, ")
            raise UserError(f"{path}, line {number}, field {place!r}: {reason}.") from error
