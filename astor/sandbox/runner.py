"""What `Sandbox` and `SandboxPool` have in common: all that those need who have programs run."""

from collections.abc import Sequence
from typing import Protocol

from astor.sandbox.jobs import Job
from astor.sandbox.results import Result


class JobRunner(Protocol):
    """Runs jobs, wherever its workers are."""

    def run(self, jobs: Sequence[Job]) -> list[Result]:
        """The result of each job, in order. UserError where a job holds what can't be run at all."""
        ...
