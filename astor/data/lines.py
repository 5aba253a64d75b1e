"""Foreign JSONL files, line by line, as checked models."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from astor.errors import UserError
from astor.explain import explain_field
from astor.records import read_json_lines

T = TypeVar("T")


def read_lines(
    path: Path, lines: TypeAdapter[T], kinds: Mapping[str, type[BaseModel]] | None = None
) -> Iterator[tuple[int, T]]:
    """Number and content of every line; a UserError names the file, the line and what is wrong with it.

    `kinds` are the models that `lines` chooses from, by the tag that it tells them apart by.
    """
    if not path.is_file():
        raise UserError(f"{path} is no file: give the path of a JSONL file.")
    for number, value in read_json_lines(path):
        try:
            yield number, lines.validate_python(value)
        except ValidationError as error:
            raise UserError(f"{path}, line {number}: {explain_field(error, kinds or {})}.") from error
