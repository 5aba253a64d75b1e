"""What can be asked of the sandbox: a file per kind of job, with its fields, their meaning and the runs that it takes.

A new kind is a file here, and its name in KINDS.
"""

from astor.sandbox.jobs.calls import CallsJob
from astor.sandbox.jobs.check import CheckJob
from astor.sandbox.jobs.checked_stdin import CheckedStdinJob
from astor.sandbox.jobs.coverage import CoverageJob
from astor.sandbox.jobs.generated_tests import GeneratedTestsJob
from astor.sandbox.jobs.job import Bounded, Job
from astor.sandbox.jobs.parse import ParseJob
from astor.sandbox.jobs.stdin import StdinJob

KINDS: tuple[type[Job], ...] = (CallsJob, CheckJob, ParseJob, CoverageJob, StdinJob, CheckedStdinJob, GeneratedTestsJob)

__all__ = [
    "KINDS",
    "Bounded",
    "CallsJob",
    "CheckJob",
    "CheckedStdinJob",
    "CoverageJob",
    "GeneratedTestsJob",
    "Job",
    "ParseJob",
    "StdinJob",
]
