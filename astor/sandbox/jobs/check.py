"""A program's test, in two processes."""

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from astor.errors import UserError
from astor.sandbox.jobs.job import Job
from astor.sandbox.jobs.runs import request, unjudged, with_retry
from astor.sandbox.options import Limits
from astor.sandbox.results import Ending, Result
from astor.sandbox.workers.run import Run, Runs

Style = Literal["check", "unittest", "pytest"]

BROKEN_CHECK = "the check can't be used: "
"""How the detail of a CheckJob starts that failed for its own check's sake, as an infrastructure error."""

MOST_TESTS = 10_000
"""Test functions of one CheckJob. Our choice: no file of tests has more."""


@dataclass(frozen=True, slots=True)
class CheckJob(Job):
    """Run the test source `check` against `program`, in two processes; `entry` is the program's function, class or
    method, as in a `CallsJob`. The program's process never has the test.

    The test has the entry as a global, and the program's names as attributes of modules `solution` and `program`. Style
    "check" runs the test as `__main__`, and calls its `check(candidate)` with the entry unless the test has called it
    itself, on whatever it makes of the program, as HumanEvalPack's last lines do. Of the other two, "unittest" runs
    every TestCase, "pytest" every test function and method of a Test class. Each test function yields a claim, in the
    order of their definition: the value True where it passed, None where it skipped itself unasked, the exception it
    raised where it failed.

    Plain data crosses copied: what a test changes in an argument, or a program in its own, the other doesn't see. Any
    other object of the program arrives as a handle that equals itself alone (`astor.sandbox.inside.handle`); functions
    of the test can be called by the program. An exception of the program arrives by the name of its builtin type,
    without a message, or of a class that the test has from the program. AssertionError, StopIteration and what is no
    Exception arrive as RuntimeError. What of the test can't be expressed is refused
    (`astor.sandbox.inside.remote_program`): the result is an INFRASTRUCTURE_ERROR that says so.
    """

    type: ClassVar[str] = "check"
    program: str
    entry: str
    check: str
    style: Style = "check"

    def runs(self, limits: Limits) -> Runs:
        """One run of two children. UserError for an unknown style."""
        if self.style not in get_args(Style):
            raise UserError(f"There is no style of tests {self.style!r}: the sandbox has {', '.join(get_args(Style))}.")
        candidate = request(limits, mode="candidate", program=self.program, entry=self.entry)
        test = request(limits, mode="test", check=self.check, entry=self.entry, style=self.style)
        # The last claim may be a count of what was refused.
        evidence = yield from with_retry(Run((candidate, test), (0, MOST_TESTS + 1), limits))
        if evidence.failure:
            return unjudged(evidence)
        program, check = evidence.children
        claims = check.transcript.claims
        if check.transcript.final == "broken":
            refused = claims[-1].value if claims and type(claims[-1].value) is int else 0
            detail = BROKEN_CHECK + check.transcript.why
            return Result(Ending.INFRASTRUCTURE_ERROR, (), evidence.cpu_seconds, detail, refused)
        ending, detail = check.ending(limits, len(claims))
        if ending is not Ending.FINISHED and not program.left_over:
            # Why the test lost the program says more than that it did.
            own, why = program.ending(limits, 0)
            if own is not Ending.FINISHED:
                ending, detail = own, why
        return Result(ending, claims, evidence.cpu_seconds, detail)
