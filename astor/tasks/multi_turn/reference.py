"""What judges programs over turns: a function's tests."""

from pydantic import Field

from astor.records import Call, Record
from astor.tolerance import Tolerance


class MultiTurnReference(Record):
    """The tests of a function, and how far the programs of the prompt's conversation came."""

    entry: str
    preamble: str = ""
    """Code that stands before each program when it runs, as the prompt shows it."""
    public_tests: tuple[Call, ...]
    """Tests that feedback may show."""
    tests: tuple[Call, ...]
    """Hidden tests that the reward runs."""
    second_tests: tuple[Call, ...] = ()
    """Hidden tests that the reward never runs; evaluation does."""
    tolerance: Tolerance | None = None
    """How far floats may lie from the expected ones; as `astor.sandbox.same_value` has it where None."""
    prev_best: float = Field(default=0.0, ge=0, le=1)
    """Largest share of all tests that a program already in the conversation passes; 0 where there is none."""
