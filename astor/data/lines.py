"""Records of foreign files as checked models."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from astor.data.files import read_records
from astor.errors import UserError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Model(Protocol[T_co]):
    """What makes a checked model of a record, as pydantic's TypeAdapter does."""

    def validate_python(self, record: Any, /) -> T_co:
        """The model; pydantic's ValidationError where the record is none."""


def read_lines(path: Path, lines: Model[T]) -> Iterator[tuple[int, T]]:
    """Number and content of every record; a UserError names the file, the place in it and what is wrong there."""
    for number, place, value in read_records(path):
        try:
            yield number, lines.validate_python(value)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(key) for key in first["loc"])
            reason = first["msg"].removeprefix("Value error, ")
            raise UserError(f"{place}, field {field!r}: {reason}.") from error
