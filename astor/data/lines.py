"""Records of foreign files as checked models."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from astor.data.files import read_records
from astor.errors import UserError

T = TypeVar("T")


def read_lines(path: Path, lines: TypeAdapter[T]) -> Iterator[tuple[int, T]]:
    """Number and content of every record; a UserError names the file, the place in it and what is wrong there."""
    for number, place, value in read_records(path):
        try:
            yield number, lines.validate_python(value)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(key) for key in first["loc"])
            reason = first["msg"].removeprefix("Value error, ")
            raise UserError(f"{place}, field {field!r}: {reason}.") from error
