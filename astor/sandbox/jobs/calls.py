"""Calls of a function."""

from dataclasses import dataclass
from typing import ClassVar

from astor.sandbox.jobs.job import Call, Job
from astor.sandbox.jobs.runs import one_run, request
from astor.sandbox.options import Limits
from astor.sandbox.workers.run import Runs


@dataclass(frozen=True, slots=True)
class CallsJob(Job):
    """Run `program` and call its function `entry` once per tuple of `arguments` (plain data), in order.

    One process does all calls, so that what one call leaves behind in the program meets the next. An `entry` such as
    `Solution.solve` is a method, of a new `Solution()` at each call; `solve` means the same where the program has no
    `solve` but there.
    """

    type: ClassVar[str] = "calls"
    program: str
    entry: str
    arguments: tuple[Call, ...]

    def runs(self, limits: Limits) -> Runs:
        """One run, a claim per call."""
        asked = request(limits, mode="calls", program=self.program, entry=self.entry, arguments=list(self.arguments))
        return (yield from one_run(asked, len(self.arguments), limits))
