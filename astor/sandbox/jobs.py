"""What can be asked of the sandbox, and what comes back."""

from dataclasses import dataclass
from typing import Any, Literal

from astor.records import Outcome
from astor.sandbox.options import Limits


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
    """Run the test source `check` against `program`, in two processes; `entry` is the program's function or class.

    Style "check" calls `check(candidate)` with the entry. Of the other two, the test has the entry as a global, and the
    program's names as attributes of modules `solution` and `program`: "unittest" runs every TestCase, "pytest" every
    test function and method of a Test class. Each test function yields a claim, in the order of their definition: the
    value True where it passed, None where it skipped itself unasked, the exception it raised where it failed.

    Plain data crosses copied: what a test changes in an argument, or a program in its own, the other doesn't see. Any
    other object of the program arrives as a handle that equals itself alone (`astor.sandbox.inside.handle`); functions
    of the test can be called by the program. An exception of the program arrives by the name of its builtin type,
    without a message, or of a class that the test has from the program. AssertionError, StopIteration and what is no
    Exception arrive as RuntimeError. What of the test can't be expressed is refused (`astor.sandbox.inside.stand_in`):
    the result is an INFRASTRUCTURE_ERROR that says so.
    """

    program: str
    entry: str
    check: str
    style: Literal["check", "unittest", "pytest"] = "check"


@dataclass(frozen=True, slots=True)
class ParseJob:
    """Read untrusted `texts` with a parser of `astor.sandbox.inside.parsers`, each at most 10 kB of UTF-8."""

    parser: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoverageJob:
    """Which share of the function `entry` the calls reach; `program` is trusted, and confined like any other.

    The lines and branches that count are defined in `astor.sandbox.inside.coverage`.
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
    process has the limits of a program, and may write `output_bytes` to its standard output. An output that does not
    fit into 64 times as much memory (64 MiB at least) with those before it is lost, and FAILED. Every input is run, one
    after the other; the outcome is that of the first abnormal end. A program that does not compile is MALFORMED and
    has no claims.
    """

    program: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GeneratedTestsJob:
    """What `tests`, which are not to be trusted, are worth against a trusted `reference` and its `mutants`.

    `tests` is Python: asserts, functions and classes as pytest and unittest find them. It has the function `entry` as a
    global, and in a module `solution`; arguments and results are plain data, and a result that is none is a TypeError.
    The one claim is a dict:

    - passed: the tests pass on the reference three times and call it; on no mutant they come to different ends;
    - calls, distinct_calls: what they ask the reference in their first run;
    - line, branch: shares of the reference in [0, 1] that these calls reach, measured with the calls alone
      (`astor.sandbox.inside.coverage`); 0 where that takes more than ten times the limits;
    - killed, of mutants: those that answer some of these calls otherwise than the reference, or not at all, by
      `same_value`, and on which the tests fail twice.

    Where `passed` is False, line, branch and killed are 0. A reference or mutant that does not load is an
    INFRASTRUCTURE_ERROR. A reference must not run its arguments as code: it would be in the hands of the tests.
    """

    tests: str
    entry: str
    reference: str
    mutants: tuple[str, ...]


Job = CallsJob | CheckJob | ParseJob | CoverageJob | StdinJob | GeneratedTestsJob


@dataclass(frozen=True, slots=True)
class Bounded:
    """A job with limits of its own, in place of those of the sandbox."""

    job: Job
    limits: Limits


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
