"""Coverage of a function by calls."""

from dataclasses import dataclass
from typing import ClassVar

from astor.sandbox.jobs.job import Call, Job
from astor.sandbox.jobs.runs import one_run, request
from astor.sandbox.options import Limits
from astor.sandbox.workers.run import Runs


@dataclass(frozen=True, slots=True)
class CoverageJob(Job):
    """Which share of the function `entry` the calls reach; `program` is trusted, and confined like any other.

    The one claim is {"line": share, "branch": share}; `astor.sandbox.inside.coverage` defines which of them count.
    """

    type: ClassVar[str] = "coverage"
    program: str
    entry: str
    arguments: tuple[Call, ...]

    def runs(self, limits: Limits) -> Runs:
        """One run, one claim."""
        asked = request(limits, mode="coverage", program=self.program, entry=self.entry, arguments=list(self.arguments))
        return (yield from one_run(asked, 1, limits))
