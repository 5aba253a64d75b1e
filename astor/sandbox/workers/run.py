"""What workers are given: a run. What gives it: the generator of a job's runs."""

from collections.abc import Generator
from dataclasses import dataclass

from astor.sandbox.options import Limits
from astor.sandbox.results import Result
from astor.sandbox.workers.evidence import Evidence


@dataclass(frozen=True)
class Run:
    """Children of one worker, forked together: what each is sent, and how many claims each may make."""

    requests: tuple[bytes, ...]
    answers: tuple[int, ...]
    limits: Limits
    stdin: bytes | None = None
    """What the one child finds on its standard input; its standard output is gathered then."""


Runs = Generator[Run, Evidence, Result]
"""A job's runs: it yields one, is sent the evidence of it, and in the end returns the job's result. It knows nothing of
workers, and they know nothing of jobs."""
