"""Which programming problems have tests enough to learn from, and which of their tests are kept (Cobalt's code,
`preproc_taco.py`)."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import Field

from astor.options import Options

T = TypeVar("T")


class ProblemTestOptions(Options):
    """Cobalt's values."""

    least_tests: int = Field(default=8, ge=1)
    """A problem with fewer tests is dropped."""
    least_characters: int = Field(default=100, ge=0)
    """A problem whose statement has fewer letters and digits is dropped."""
    most_tests: int = Field(default=20, ge=4)
    """Of more tests only as many are kept: a quarter of these with the shortest inputs, the others with the longest."""
    public_tests: int = Field(default=4, ge=1)
    """Tests that feedback may show; all others are hidden. Which ones Cobalt shows is not known: the first ones of
    those kept, which are the shortest where there were too many, is our choice."""


def reason_to_drop(
    statement: str, inputs: Sequence[object], outputs: Sequence[object], options: ProblemTestOptions
) -> str:
    """Why a problem is of no use, as reports count it; empty where it is kept."""
    if len(inputs) != len(outputs):
        return "inputs and outputs differ in number"
    if len(inputs) < options.least_tests:
        return "too few tests"
    if not all(isinstance(text, str) for text in (*inputs, *outputs)):
        return "a test is not text"
    if "image" in statement.lower() or "\n![" in statement:
        return "the statement refers to an image"
    if sum(map(str.isalnum, statement)) < options.least_characters:
        return "the statement is too short"
    return ""


def thin_out(tests: Sequence[T], inputs: Sequence[str], options: ProblemTestOptions) -> list[T]:
    """All tests where there are not too many; else the 5 with the shortest inputs, then the 15 with the longest.

    Each of both goes from longer to shorter inputs; of inputs of one length the later one counts as shorter.
    """
    if len(tests) <= options.most_tests:
        return list(tests)
    longest_first = sorted(range(len(tests)), key=lambda place: len(inputs[place]), reverse=True)
    short = options.most_tests // 4
    return [tests[place] for place in longest_first[-short:] + longest_first[: options.most_tests - short]]


def split_tests(tests: Sequence[T], options: ProblemTestOptions) -> tuple[list[T], list[T]]:
    """Public and hidden tests."""
    return list(tests[: options.public_tests]), list(tests[options.public_tests :])
