"""What can be asked of the sandbox, and what comes back."""

from dataclasses import dataclass
from typing import Any, Literal

from astor.records import Outcome


@dataclass(frozen=True, slots=True)
class CallsJob:
    """Run `program` and call its function `entry` once per tuple of `arguments` (plain data), in order.

    One process does all calls, so that what one call leaves behind in the program meets the next.
    """

    program: str
    entry: str
    arguments: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class CheckJob:
    """Run `check(candidate)` of the source `check` against the function `entry` of `program`, in two processes.

    Arguments and results cross as plain data, copied: what a check changes in an argument, or a program in its own,
    the other doesn't see. An exception of the program reaches the check by the name of its builtin type alone, and
    never as AssertionError or as one that is no Exception: those arrive as RuntimeError. A result that is no plain
    data arrives as an object that equals nothing and has no truth value.
    """

    program: str
    entry: str
    check: str


@dataclass(frozen=True, slots=True)
class ParseJob:
    """Read untrusted `texts` with a parser of `astor.sandbox.parsers`, each at most 10 kB of UTF-8."""

    parser: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoverageJob:
    """Which share of the function `entry` the calls reach; `program` is trusted, and confined like any other.

    The lines and branches that count are defined in `astor.sandbox.coverage`.
    """

    program: str
    entry: str
    arguments: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class StdinJob:
    """Run `program` as `__main__`, once per input, in a process of its own each time.

    An input is the whole standard input, as UTF-8; the one claim per input is the whole standard output: a value, text
    (bytes that are no UTF-8 as lone surrogates, as `surrogateescape` makes them), or "raised" where the program ended
    otherwise than with the exit status 0, with the exception's name where there was one. Standard error is lost. Each
    process has the limits of a program, and may write `output_bytes` to its standard output. Every input is run, one
    after the other; the outcome is that of the first abnormal end. A program that does not compile is MALFORMED and
    has no claims.
    """

    program: str
    inputs: tuple[str, ...]


Job = CallsJob | CheckJob | ParseJob | CoverageJob | StdinJob


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
