"""Records of foreign files as checked models."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from astor.data.files import read_records
from astor.errors import UserError
from astor.explain import explain_field

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Model(Protocol[T_co]):
    """What makes a checked model of a record, as pydantic's TypeAdapter does."""

    def validate_python(self, record: Any, /) -> T_co:
        """The model; pydantic's ValidationError where the record is none."""


def read_lines(
    path: Path, lines: Model[T], kinds: Mapping[str, type[BaseModel]] | None = None
) -> Iterator[tuple[int, T]]:
    """Number and content of every record; a UserError names the file, the place in it and what is wrong there.

    `kinds` are the models that `lines` chooses from, by the tag that it tells them apart by.
    """
    for number, place, value in read_records(path):
        try:
            yield number, lines.validate_python(value)
        except ValidationError as error:
            raise UserError(f"{place}: {explain_field(error, kinds or {})}.") from error
