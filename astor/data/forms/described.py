"""What a record of a function with test code says, whatever its form."""

import ast
from abc import abstractmethod
from typing import NamedTuple

from astor.data.foreign import ForeignRecord
from astor.data.forms.problem import UnusableError
from astor.data.structure import NO_PYTHON, parse
from astor.records import Function


class Described(NamedTuple):
    """A function, and what is said of it."""

    function: Function
    name: str | int | None = None
    difficulty: int = 0
    licence: str | None = None


class FunctionForm(ForeignRecord):
    """A record in one of the forms."""

    @abstractmethod
    def described(self) -> Described:
        """What it says; UnusableError where that is of no use, for a reason that counts."""


def parsed(source: str) -> ast.Module:
    """The syntax tree; UnusableError where the source is no Python."""
    try:
        return parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnusableError(NO_PYTHON) from error
