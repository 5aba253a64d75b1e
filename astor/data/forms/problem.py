"""What a record of a programming problem says, whatever its form."""

from abc import abstractmethod
from typing import Any, NamedTuple

from astor.data.foreign import ForeignRecord

DIFFICULTIES = {
    "introductory": 1,
    "interview": 2,
    "competition": 3,
    "easy": 1,
    "medium": 2,
    "medium_hard": 3,
    "hard": 4,
    "very_hard": 5,
}
"""Bucket of what APPS and TACO call it, in small letters."""
THREE = {"easy": 1, "medium": 2, "hard": 3}
"""Bucket of what LiveCodeBench, LeetCode and KodCode call it, in small letters."""


class UnusableError(Exception):
    """Why an entry is left out, as reports count it."""


class Problem(NamedTuple):
    """A problem with its tests: pairs of standard input and output, or of a function's arguments and result."""

    statement: str
    public: list[tuple[Any, Any]]
    """Input and output of each test that is said to be public; none where nothing is said."""
    tests: list[tuple[Any, Any]]
    """Input and output of each other test."""
    solutions: list[Any]
    """Programs that are said to be right, each a text, perhaps in a fence; none where nobody gave one."""
    function: str = ""
    """The function that the tests call; empty where whole programs are run."""
    starter: str = ""
    """Code that the statement gives to begin with."""
    checker: str | None = None
    """Program that decides on outputs where many are right, as `astor.records.Program` has it."""
    difficulty: int = 0
    name: str | int | None = None
    licence: str | None = None


class ProblemForm(ForeignRecord):
    """A record in one of the forms."""

    @abstractmethod
    def problem(self) -> Problem:
        """What it says; UnusableError where that is of no use, for a reason that counts."""
