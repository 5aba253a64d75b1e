"""What every kind of job has: a name, fields, and runs."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from astor.sandbox.options import Limits
from astor.sandbox.workers.run import Runs

Call = tuple[Any, ...]
"""The positional arguments of one call, plain data."""


@dataclass(frozen=True, slots=True)
class Job(ABC):
    """Something to run. A kind of job is a subclass: a frozen dataclass in a file of its own, named once in `KINDS`.

    Its fields are text, tuples of text and tuples of calls. All else is derived from them: how the job crosses the wire
    of the pool, and what a server refuses of it (`astor.sandbox.pool.wire`).
    """

    type: ClassVar[str]
    """Name of the kind, as requests to the pool have it."""

    @abstractmethod
    def runs(self, limits: Limits) -> Runs:
        """The runs that the job takes, and its result; UserError at the first where it holds what can't be run."""

    def parts(self) -> Sequence[Self]:
        """Jobs that run beside each other in place of this one, their claims one after the other."""
        return (self,)


@dataclass(frozen=True, slots=True)
class Bounded:
    """A job with limits of its own, in place of those of the sandbox."""

    job: Job
    limits: Limits
