"""What the end of a program is to a verdict."""

from astor.records import Outcome
from astor.sandbox import Ending


def outcome_of(ending: Ending) -> Outcome:
    """The outcome of an answer whose program did not finish. A finished one is right or wrong by what it claims."""
    assert ending is not Ending.FINISHED, "who finished is judged by what was claimed"
    return Outcome(ending.value)
