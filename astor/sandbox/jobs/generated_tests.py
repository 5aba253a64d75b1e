"""Tests that a model wrote."""

from dataclasses import dataclass
from typing import Any, ClassVar

from astor.sandbox.jobs.job import Job
from astor.sandbox.jobs.mutation_testing import MutationTesting, UnjudgedError, WorthlessError
from astor.sandbox.options import Limits
from astor.sandbox.results import Claim, Ending, Result
from astor.sandbox.workers.run import Runs


@dataclass(frozen=True, slots=True)
class GeneratedTestsJob(Job):
    """What `tests`, which are not to be trusted, are worth against a trusted `reference` and its `mutants`.

    `tests` is Python: asserts, functions and classes as pytest and unittest find them. It has the function `entry` as a
    global and in a module `solution`, or in one that isn't there and that the tests import nothing else from. Arguments
    and results are data, plain or of the standard library; a result that is none is a TypeError, and an iterator gives
    a thousand items at most. Tests that want what isn't offered are left out.

    The one claim is a dict:

    - passed: the tests pass on the reference three times and call it; on no mutant they come to different ends;
    - calls, distinct_calls: what they ask the reference in their first run;
    - left_out: how many of them were left out in it, by reason;
    - line, branch: shares of the reference in [0, 1] that these calls reach, measured with the calls alone
      (`astor.sandbox.inside.coverage`); 0 where that takes more than ten times the limits;
    - killed, of mutants: those that answer some of these calls otherwise than the reference, or not at all, by
      `same_value`, and on which the tests fail twice. An answer is what a call returns or raises, with the text of
      the exception, what it makes of its arguments, and what it prints and warns of.

    Where `passed` is False, line, branch and killed are 0. A reference or mutant that does not load is an
    INFRASTRUCTURE_ERROR. A reference must not run its arguments as code: it would be in the hands of the tests.
    """

    type: ClassVar[str] = "generated_tests"
    tests: str
    entry: str
    reference: str
    mutants: tuple[str, ...]

    def runs(self, limits: Limits) -> Runs:
        """Those of `MutationTesting`. An abnormal end of the tests on a mutant is a failure like any other."""
        testing = MutationTesting(self.tests, self.entry, self.reference, self.mutants, limits)
        found: dict[str, Any] = {"passed": False, "calls": 0, "distinct_calls": 0, "left_out": {}}
        found |= {"line": 0.0, "branch": 0.0, "killed": 0, "mutants": len(self.mutants)}
        ending, detail = Ending.FINISHED, ""
        try:
            yield from testing.runs(found)
        except WorthlessError as error:
            ending, detail = error.args
            found |= {"passed": False, "line": 0.0, "branch": 0.0, "killed": 0}
        except UnjudgedError as error:
            ending, detail = error.args
            return Result(ending, (), testing.cpu_seconds, detail)
        return Result(ending, (Claim("value", found),), testing.cpu_seconds, detail)
