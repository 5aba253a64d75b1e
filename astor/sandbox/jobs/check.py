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
    order of their definition: the value True where it passed, None where it skipped itself unasked or is marked as one
    that may fail, why it was left out where it wants what isn't offered, the exception it raised where it failed.
    `refused` counts those left out.

    Data crosses copied, that of the standard library too (`astor.sandbox.inside.standard_types`); what the program has
    made of a list, dict, set, deque or bytearray by the end of a call, is what the test then finds in it. What the
    program prints and warns of, its test prints and warns of. Any other object of the program arrives as a handle
    (`astor.sandbox.inside.handle`) that equals itself alone, unless it is of a data class; functions of the test can be
    called by the program. An exception of the program arrives with its class, text and arguments; StopIteration and
    what is no Exception, but for SystemExit, arrive as RuntimeError. What of the test can't be expressed is refused
    (`astor.sandbox.inside.remote_program`): after the program was asked, the result is an INFRASTRUCTURE_ERROR that
    says so, lest a program have a test left out.
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
        left_out = sum(type(claim.value) is str for claim in claims)
        return Result(ending, claims, evidence.cpu_seconds, detail or check.transcript.why, left_out)
