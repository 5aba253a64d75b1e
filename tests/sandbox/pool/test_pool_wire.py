"""The pool's wire: everything that the sandbox's codec carries comes back as it went, and nothing else is read."""

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from astor.sandbox import (
    CallsJob,
    CheckedStdinJob,
    CheckJob,
    Claim,
    CoverageJob,
    Ending,
    GeneratedTestsJob,
    Job,
    Limits,
    ParseJob,
    Result,
    StdinJob,
)
from astor.sandbox.inside.codec import DEPTH, NotPlainDataError, decode, encode
from astor.sandbox.jobs import KINDS
from astor.sandbox.pool.plain import SAFE, read_plain, write_plain
from astor.sandbox.pool.wire import MODELS, Batch, read_line, write_batch, write_job, write_line

TEXTS = st.text(st.characters(codec=None, exclude_categories=[]), max_size=8)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.complex_numbers(allow_nan=True)
    | TEXTS
    | st.binary(max_size=8)
)
HASHABLE = st.recursive(SCALARS, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=5)
PLAIN = st.recursive(
    HASHABLE,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner)
        | st.dictionaries(HASHABLE, inner, max_size=3)
        | st.sets(HASHABLE, max_size=3)
        | st.frozensets(HASHABLE, max_size=3)
    ),
    max_leaves=12,
)


def there_and_back(value: Any) -> Any:
    return read_plain(json.loads(json.dumps(write_plain(value), allow_nan=False)))


def exact(value: Any) -> Any:
    """The value with every type and bit shown, but for the bits of a NaN; sets without their order."""
    kind = type(value).__name__
    if isinstance(value, complex):
        return kind, exact(value.real), exact(value.imag)
    if isinstance(value, float) and math.isnan(value):
        return kind, "nan"
    if isinstance(value, set | frozenset):
        return kind, sorted(repr(exact(item)) for item in value)
    if isinstance(value, list | tuple):
        return kind, [exact(item) for item in value]
    if isinstance(value, dict):
        return kind, [(exact(key), exact(item)) for key, item in value.items()]
    return kind, encode(value)


@given(PLAIN)
@example(SAFE)
@example(SAFE + 1)
@example(-SAFE - 1)
@example(-0.0)
@example(1 << 20_000)
@example("\ud83d\ude00")
@example({math.nan, -math.nan, (math.nan,)})
@example([float("inf"), complex(-0.0, math.nan)])
def test_what_the_codec_carries_comes_back_exactly(value: Any) -> None:
    assert exact(there_and_back(value)) == exact(decode(encode(value)))


def test_data_may_be_nested_as_deeply_as_in_the_codec_and_no_deeper() -> None:
    value: Any = 1
    for _ in range(DEPTH):
        value = {2: value}
    assert there_and_back(value) == value
    with pytest.raises(NotPlainDataError):
        write_plain([value])


class Sub(int):
    pass


@pytest.mark.parametrize("value", [object(), Sub(1), bytearray(b"x"), [{1: {print}}]])
def test_what_is_no_plain_data_is_not_written(value: Any) -> None:
    with pytest.raises(NotPlainDataError):
        write_plain(value)


DEEP: Any = 1.0
for _ in range(2_000):
    DEEP = {"complex": [DEEP, 1.0]}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"int": "0x1", "set": []},
        {"what": 1},
        {"int": "a pen"},
        {"int": 1.5},
        {"float": "1e3"},
        {"float": []},
        {"bytes": "*"},
        {"bytes": None},
        {"text": "/w=="},
        {"complex": [1, 2.0]},
        {"complex": 3},
        {"complex": [{"complex": [1.0, 2.0]}, 1.0]},
        DEEP,
        {"tuple": "ab"},
        {"set": [1, 1]},
        {"set": [[1]]},
        {"dict": [[1, 2], [1, 3]]},
        {"dict": [[1]]},
        {"dict": {"a": 1}},
    ],
)
def test_what_stands_for_no_value_is_a_value_error(data: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what pydantic takes for a mistake of the sender's
        read_plain(data)


JOBS: list[Job] = [
    CallsJob("def f(x): ...", "f", ((1, {2: (3,)}), ())),
    CheckJob("p", "f", "def test(): ...", "pytest"),
    ParseJob("program", ("1", "\ud800"), "f"),
    CoverageJob("p", "f", ((b"x",),)),
    StdinJob("print(input())", ("1\n", "")),
    CheckedStdinJob("print(input())", ("1\n", ""), "print(1)", ("1\n", "\n")),
    GeneratedTestsJob("assert f(1)", "f", "def f(x): return x", ("def f(x): return 0",)),
]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: type(job).__name__)
def test_a_job_comes_back_as_it_went(job: Job) -> None:
    limits = Limits(cpu_seconds=0.5)
    batch = Batch.model_validate_json(write_batch([write_job(job)], limits))
    assert batch.limits == limits
    assert [wired.job() for wired in batch.jobs] == [job]


def test_every_kind_of_job_has_a_model_of_the_same_fields() -> None:
    assert set(KINDS) == set(MODELS) == {type(job) for job in JOBS}
    for kind, model in MODELS.items():
        assert {field.name for field in dataclasses.fields(kind)} | {"type"} == set(model.model_fields)


def test_a_result_comes_back_as_it_went() -> None:
    claims = (Claim("value", {1: ("\ud800", 2.5)}), Claim("raised", exception="KeyError"), Claim("opaque"))
    result = Result(Ending.FAILED, claims, 0.0123, "it crashed (SIGSEGV)", 3)
    line = write_line(7, result)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert read_line(line) == (7, result)


@pytest.mark.parametrize(
    "job", [0, {"type": "stdin", "program": "", "inputs": [0] * 9}, {"type": "parse", "parser": "", "texts": [0] * 9}]
)
def test_of_many_mistakes_the_first_is_told(job: Any) -> None:
    with pytest.raises(ValidationError) as error:
        Batch.model_validate({"jobs": [job] * 9})
    assert error.value.error_count() == 1
