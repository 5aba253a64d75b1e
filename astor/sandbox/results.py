"""What comes back from the sandbox: how a job ended, and what its program claims."""

from dataclasses import dataclass
from typing import Any, Literal

from astor.records import Outcome


@dataclass(frozen=True, slots=True)
class Claim:
    """What a program says that a call came to. It is a claim: the verifier alone knows what is right."""

    kind: Literal["value", "raised", "opaque"]
    value: Any = None
    """Plain builtins where `kind` is "value"."""
    exception: str = ""
    """Name of the builtin exception, or of the nearest builtin base, where `kind` is "raised"."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a job ended.

    PASSED says that the program ran to its end and answered every call (of a CheckJob: that the check passed), and
    nothing about right or wrong. FAILED: it raised while it was loaded, ended early, crashed, wrote more than it may,
    or the check failed. MALFORMED: it does not compile, or has no such entry. `claims` holds what was answered before
    an early end. An INFRASTRUCTURE_ERROR is ours and has no claims.
    """

    outcome: Outcome
    claims: tuple[Claim, ...]
    cpu_seconds: float
    """User and system time of the program's processes."""
    detail: str
    """For people, one line; holds nothing of the program's data."""
    refused: int = 0
    """Operations that the test of a CheckJob asked for and that can't be expressed."""


def joined(parts: list[Result]) -> Result:
    """One result of the parts of a job: the first abnormal end, and claims only where every part has them."""
    cpu_seconds = sum(part.cpu_seconds for part in parts)
    for part in parts:
        if part.outcome is not Outcome.PASSED:
            return Result(part.outcome, (), cpu_seconds, part.detail)
    return Result(Outcome.PASSED, tuple(claim for part in parts for claim in part.claims), cpu_seconds, "")
