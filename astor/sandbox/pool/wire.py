"""What a client of the pool sends, and what it gets: models of JSON, one per kind of job.

A request is a batch of jobs; the answer is a line of JSON per job, as each ends. Programs, inputs and limits travel,
and claims come back. No field can hold an expected output: who asks compares. The one exception is the source `check`
of two-process mode, which goes to the test's process and never to the program's.
"""

import dataclasses
import json
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field

from astor.records import Outcome
from astor.sandbox.jobs import (
    CallsJob,
    CheckJob,
    Claim,
    CoverageJob,
    GeneratedTestsJob,
    Job,
    ParseJob,
    Result,
    StdinJob,
)
from astor.sandbox.options import Limits
from astor.sandbox.pool.plain import Plain, Text, write_plain, write_text

JSON_LINES = "application/jsonl"

# Of what holds many mistakes the first is told: gathered, they would take a thousand times the request's own memory.
Texts = Annotated[tuple[Text, ...], FailFast()]
Arguments = Annotated[tuple[Annotated[tuple[Plain, ...], FailFast()], ...], FailFast()]

_encode = json.JSONEncoder(check_circular=False, allow_nan=False, separators=(",", ":")).encode


class _Job(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    of: ClassVar[type[Any]]

    def job(self) -> Job:
        """The job that this describes."""
        job: Job = self.of(**{field.name: getattr(self, field.name) for field in dataclasses.fields(self.of)})
        return job


class Calls(_Job):
    """Run a program and call its function once per list of arguments, all in one process."""

    of = CallsJob
    type: Literal["calls"] = "calls"
    program: Text
    entry: Text
    arguments: Arguments
    """Per call its positional arguments."""


class Check(_Job):
    """Run a check, unittest classes or pytest's functions against a program, in two processes."""

    of = CheckJob
    type: Literal["check"] = "check"
    program: Text
    entry: Text
    check: Text
    """The one text that travels and says what is right; the program's process never has it."""
    style: Literal["check", "unittest", "pytest"] = "check"


class Parse(_Job):
    """Read untrusted texts with a parser of the sandbox."""

    of = ParseJob
    type: Literal["parse"] = "parse"
    parser: str
    texts: Texts


class Coverage(_Job):
    """Measure which share of a trusted function the calls reach."""

    of = CoverageJob
    type: Literal["coverage"] = "coverage"
    program: Text
    entry: Text
    arguments: Arguments
    """Per call its positional arguments."""


class Stdin(_Job):
    """Run a program once per input, each in a process of its own, and gather what it prints."""

    of = StdinJob
    type: Literal["stdin"] = "stdin"
    program: Text
    inputs: Texts
    """Each a whole standard input; a server takes 1024 of a job, unless it was told otherwise."""


class GeneratedTests(_Job):
    """Run tests that a model wrote against a trusted reference and its mutants."""

    of = GeneratedTestsJob
    type: Literal["generated_tests"] = "generated_tests"
    tests: Text
    entry: Text
    reference: Text
    mutants: Texts


MODELS = (Calls, Check, Parse, Coverage, Stdin, GeneratedTests)
KINDS: dict[type[Any], type[_Job]] = {model.of: model for model in MODELS}
WireJob = Annotated[Calls | Check | Parse | Coverage | Stdin | GeneratedTests, Field(discriminator="type")]


class Batch(BaseModel):
    """Jobs that share limits, and nothing else: each runs in processes of its own."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    limits: Limits = Limits()
    """What each program may use; the server refuses more than it grants to anyone."""
    jobs: Annotated[list[WireJob], FailFast()]


class WireClaim(BaseModel):
    """What a program says that a call came to: a value, the name of a builtin exception, or no plain data."""

    kind: Literal["value", "raised", "opaque"]
    value: Plain = None
    exception: str = ""


class Line(BaseModel):
    """One line of the answer: how one job ended. An empty line says that the server still works."""

    model_config = ConfigDict(use_attribute_docstrings=True)
    index: int
    """Place of the job in the batch, from 0. Lines come as jobs end, in any order."""
    outcome: Outcome
    claims: list[WireClaim]
    cpu_seconds: float
    """User and system time of the program's processes."""
    detail: str
    """For people, one line; holds nothing of the program's data."""
    refused: int = 0
    """Operations that a test asked for and that can't cross to the program."""


class Refusal(BaseModel):
    """Why a request is refused."""

    detail: str


def write_job(job: Job) -> str:
    """The JSON of a job; NotPlainDataError where it holds what is no plain data."""
    written: dict[str, Any] = {"type": KINDS[type(job)].model_fields["type"].default}
    for field in dataclasses.fields(job):
        written[field.name] = _write_field(getattr(job, field.name))
    return _encode(written)


def _write_field(value: Any) -> Any:
    """A field of a job: a text, a tuple of texts, or a tuple of calls, each a tuple of arguments."""
    if isinstance(value, tuple):
        return [_write_field(item) if isinstance(item, str) else [write_plain(part) for part in item] for item in value]
    return write_text(value)


def write_batch(jobs: Iterable[str], limits: Limits) -> bytes:
    """The body of a request, of jobs that `write_job` wrote."""
    return f'{{"limits":{limits.model_dump_json()},"jobs":[{",".join(jobs)}]}}'.encode()


def write_line(index: int, result: Result) -> bytes:
    """The line of a result, its end included."""
    line = {
        "index": index,
        "outcome": result.outcome.value,
        "claims": [_write_claim(claim) for claim in result.claims],
        "cpu_seconds": result.cpu_seconds,
        "detail": result.detail,
        "refused": result.refused,
    }
    return _encode(line).encode() + b"\n"


def _write_claim(claim: Claim) -> dict[str, Any]:
    match claim.kind:
        case "value":
            return {"kind": "value", "value": write_plain(claim.value)}
        case "raised":
            return {"kind": "raised", "exception": claim.exception}
        case "opaque":
            return {"kind": "opaque"}


def read_line(data: bytes) -> tuple[int, Result]:
    """Index and result of a line; ValueError where it is none."""
    line = Line.model_validate(json.loads(data))
    claims = tuple(Claim(claim.kind, claim.value, claim.exception) for claim in line.claims)
    return line.index, Result(line.outcome, claims, line.cpu_seconds, line.detail, line.refused)
