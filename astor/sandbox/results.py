"""What comes back from the sandbox: how a job ended, and what its program claims."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal


class Ending(StrEnum):
    """How a job ended; of an answer it says nothing, whoever asked compares the claims.

    The values are the words of the pool's API, of metrics and of `astor sandbox judge`, where FINISHED is "passed".
    """

    FINISHED = "passed"
    """The program ran to its end and answered every call; of a CheckJob: the check passed."""
    FAILED = "failed"
    """It raised while it was loaded, ended early, crashed, wrote more than it may, or the check failed."""
    MALFORMED = "malformed"
    """It does not compile, or has no such entry."""
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    FORBIDDEN = "forbidden"
    """It tried what no honest program needs, or broke two workers while a control run stood."""
    INFRASTRUCTURE_ERROR = "infrastructure_error"
    """We failed, not the program."""


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
    """What came of a job."""

    ending: Ending
    claims: tuple[Claim, ...]
    """What was answered, before an early end too; none of an INFRASTRUCTURE_ERROR."""
    cpu_seconds: float
    """User and system time of the program's processes."""
    detail: str
    """For people, one line; holds nothing of the program's data."""
    refused: int = 0
    """Operations that the test of a CheckJob asked for and that can't be expressed; where it can be used nevertheless,
    the tests that were left out for them."""

    @property
    def outcome(self) -> Ending:
        """`ending`, by the name that the pool's API and `astor sandbox judge` give it."""
        return self.ending


def joined(parts: list[Result]) -> Result:
    """One result of the parts of a job: the first abnormal end, and claims only where every part has them."""
    cpu_seconds = sum(part.cpu_seconds for part in parts)
    for part in parts:
        if part.ending is not Ending.FINISHED:
            return Result(part.ending, (), cpu_seconds, part.detail)
    return Result(Ending.FINISHED, tuple(claim for part in parts for claim in part.claims), cpu_seconds, "")
