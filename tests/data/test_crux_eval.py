"""CRUXEval: one call a function."""

import json
from pathlib import Path

import pytest

from astor.data.crux_eval import CruxEvalOptions, CruxEvalSource
from astor.data.splits import SplitOptions
from astor.errors import UserError

SAMPLE = {"code": "def f(x, y):\n    return [x, y]", "input": "(1, ), 'a'", "output": "[(1,), 'a']", "id": "sample_0"}


def source(path: Path, *samples: dict[str, object]) -> CruxEvalSource:
    if samples:
        path.write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    return CruxEvalSource(CruxEvalOptions(path=path), SplitOptions())


def test_a_sample_is_a_function_with_one_call(tmp_path: Path) -> None:
    (item,) = source(tmp_path / "c.jsonl", SAMPLE).items()
    (call,) = item.content.calls
    assert (item.id, call.arguments, call.returns) == ("crux-eval-sample_0", "((1,), 'a',)", "[(1,), 'a']")
    assert item.content.description == ""


@pytest.mark.parametrize("given", ["range(3), 'a'", "(lambda x: x), 1", "x=1, y=2", "*[1, 2]"])
def test_what_is_no_plain_data_is_left_out(tmp_path: Path, given: str) -> None:
    found = source(tmp_path / "c.jsonl", SAMPLE | {"input": given}, SAMPLE)
    assert len(list(found.items())) == 1
    assert found.left_out == {"the input or the output is not plain data": 1}


@pytest.mark.parametrize("change", [{"code": "def f(:"}, {"input": "1, ("}])
def test_what_is_no_python_is_left_out(tmp_path: Path, change: dict[str, str]) -> None:
    found = source(tmp_path / "c.jsonl", SAMPLE | change, SAMPLE)
    assert len(list(found.items())) == 1
    assert found.left_out == {"it is no Python of this version": 1}


def test_a_bad_sample_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="line 1: field 'output' is missing"):
        list(source(tmp_path / "c.jsonl", SAMPLE | {"output": None}).items())


def test_the_real_file_is_read(shared_data: Path) -> None:
    found = source(shared_data / "cruxeval" / "cruxeval.0-599.jsonl")
    assert len(list(found.items())) == 592
    assert found.left_out.total() == 8
