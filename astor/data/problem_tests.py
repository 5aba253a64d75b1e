"""Which programming problems have tests enough to learn from, and which of their tests are kept (Cobalt's code,
`preproc_taco.py`)."""

import re
from collections.abc import Sequence
from typing import TypeVar

from pydantic import Field

from astor.options import Options
from astor.records import StdinTest

T = TypeVar("T")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
"""JSON can name one, no program can be given one."""


class ProblemTestOptions(Options):
    """Cobalt's values."""

    least_tests: int = Field(default=8, ge=1)
    """A problem with fewer tests is dropped."""
    least_characters: int = Field(default=100, ge=0)
    """A problem whose statement has fewer letters and digits is dropped."""
    most_tests: int = Field(default=20, ge=4)
    """Most tests that are kept: a quarter of these with the shortest inputs, the others with the longest."""
    public_tests: int = Field(default=4, ge=1)
    """Tests that feedback may show; all others are hidden. Which ones Cobalt shows is not known: the first ones of
    those kept, which are the shortest where there were too many, is our choice."""
    pictures: bool = False
    """Whether problems are kept whose statement refers to a picture, which no policy sees."""


def reason_to_drop(statement: str, tests: Sequence[tuple[object, object]], options: ProblemTestOptions) -> str:
    """Why a problem with these inputs and outputs is of no use, as reports count it; empty where it is kept."""
    if not tests:
        return "it has no tests"
    if len(tests) < options.least_tests:
        return "too few tests"
    if not all(_is_text(part) for test in tests for part in test):
        return "a test is not text"
    if not options.pictures and ("image" in statement.lower() or "\n![" in statement):
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


def divide(
    tests: Sequence[StdinTest], said_public: int, options: ProblemTestOptions
) -> tuple[list[StdinTest], list[StdinTest]]:
    """Public and hidden tests; the first `said_public` ones are known to be public, where that is not 0."""
    if said_public:
        public, others = list(tests[:said_public]), tests[said_public:]
        left = options.model_copy(update={"most_tests": max(4, options.most_tests - said_public)})
        return public, thin_out(others, [test.stdin for test in others], left)
    kept = thin_out(tests, [test.stdin for test in tests], options)
    return kept[: options.public_tests], kept[options.public_tests :]


def _is_text(part: object) -> bool:
    return isinstance(part, str) and not _HALF_CHARACTER.search(part)
