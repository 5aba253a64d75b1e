"""Runs programs that a model wrote, and returns what they claim; knows nothing of answers, rewards or tasks.

with Sandbox(SandboxOptions()) as sandbox:
    results = sandbox.run([CallsJob("def add(a, b): return a + b", "add", ((1, 2), (3, 4)))])
results[0].ending, [same_value(claim.value, 3) for claim in results[0].claims]
"""

from astor.sandbox.comparison import same_output, same_value
from astor.sandbox.isolation.layers import Layer
from astor.sandbox.jobs import (
    CallsJob,
    CheckedStdinJob,
    CheckJob,
    CoverageJob,
    GeneratedTestsJob,
    Job,
    ParseJob,
    StdinJob,
)
from astor.sandbox.judge.files import judge_files
from astor.sandbox.options import Limits, SandboxOptions
from astor.sandbox.results import Claim, Ending, Result
from astor.sandbox.sandbox import Sandbox, check_layers

__all__ = [
    "CallsJob",
    "CheckJob",
    "CheckedStdinJob",
    "Claim",
    "CoverageJob",
    "Ending",
    "GeneratedTestsJob",
    "Job",
    "Layer",
    "Limits",
    "ParseJob",
    "Result",
    "Sandbox",
    "SandboxOptions",
    "StdinJob",
    "check_layers",
    "judge_files",
    "same_output",
    "same_value",
]
