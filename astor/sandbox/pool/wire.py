"""What a client of the pool sends, and what it gets: models of JSON, one per kind of job, derived from its fields.

A request is a batch of jobs; the answer is a line of JSON per job, as each ends. Programs, inputs and limits travel,
and claims come back. No field can hold an expected output: who asks compares. The exceptions are the source `check` of
two-process mode and what a checker is given, which go to the test's or checker's process and never to the program's.
"""

import dataclasses
import json
from collections.abc import Iterable
from functools import reduce
from inspect import getdoc
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, FailFast, Field, create_model

from astor.sandbox.jobs import KINDS, Job
from astor.sandbox.jobs.job import Call
from astor.sandbox.options import Limits
from astor.sandbox.pool.plain import Plain, Text, write_plain, write_text
from astor.sandbox.results import Claim, Ending, Result

JSON_LINES = "application/jsonl"

# Of what holds many mistakes the first is told: gathered, they would take a thousand times the request's own memory.
_FORMS: dict[Any, Any] = {
    str: Text,
    tuple[str, ...]: Annotated[tuple[Text, ...], FailFast()],
    tuple[Call, ...]: Annotated[tuple[Annotated[tuple[Plain, ...], FailFast()], ...], FailFast()],
}
"""Type of a job's field → its form on the wire. Any other, as a choice of words, stands as it is."""

_encode = json.JSONEncoder(check_circular=False, allow_nan=False, separators=(",", ":")).encode


class WiredJob(BaseModel):
    """The fields of a kind of job, as JSON."""

    model_config = ConfigDict(extra="forbid")
    kind: ClassVar[type[Job]]
    call_fields: ClassVar[frozenset[str]]
    """Fields that hold calls, of which one process makes many; the items of others are each run by themselves."""

    def job(self) -> Job:
        """The job that this describes."""
        return self.kind(**{field.name: getattr(self, field.name) for field in dataclasses.fields(self.kind)})


def _model(kind: type[Job]) -> type[WiredJob]:
    """The model of a kind of job: its fields under its name, described by the first paragraph of its docstring."""
    types = get_type_hints(kind, include_extras=True)
    fields: dict[str, Any] = {"type": (Literal[kind.type], kind.type)}
    for field in dataclasses.fields(kind):
        default = ... if field.default is dataclasses.MISSING else field.default
        fields[field.name] = (_FORMS.get(types[field.name], types[field.name]), default)
    summary = (getdoc(kind) or "").partition("\n\n")[0]
    model = create_model(kind.__name__.removesuffix("Job"), __base__=WiredJob, __doc__=summary, **fields)
    model.kind = kind
    model.call_fields = frozenset(name for name, each in types.items() if each == tuple[Call, ...])
    return model


MODELS: dict[type[Job], type[WiredJob]] = {kind: _model(kind) for kind in KINDS}

if TYPE_CHECKING:
    AnyJob = WiredJob
else:
    AnyJob = Annotated[reduce(or_, MODELS.values()), Field(discriminator="type")]


class Batch(BaseModel):
    """Jobs that share limits, and nothing else: each runs in processes of its own."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    limits: Limits = Limits()
    """What each program may use; the server refuses more than it grants to anyone."""
    jobs: Annotated[list[AnyJob], FailFast()]


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
    outcome: Ending
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
    written: dict[str, Any] = {"type": job.type}
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
        "outcome": result.ending.value,
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
