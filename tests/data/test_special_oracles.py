"""EvalPlus's releases: functions with several right results are judged as its own program does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from astor.data.human_eval import HumanEvalOptions, HumanEvalSource
from astor.data.published_functions import PublishedFunctionsOptions, PublishedFunctionsSource
from astor.data.splits import SplitOptions
from astor.records import Function
from astor.sandbox import CheckJob, Ending, Sandbox

ROOT = {  # of a polynomial; EvalPlus's releases have no `test`
    "task_id": "HumanEval/32",
    "prompt": 'def find_zero(xs: list):\n    """ A root of xs[0] + xs[1] * x + … """\n',
    "entry_point": "find_zero",
    "canonical_solution": "    return 1.0 if len(xs) == 3 else -xs[0] / xs[1]\n",
    "contract": "",
    "base_input": [[[2, -3, 1]]],
    "plus_input": [[[4, 2]]],
    "atol": 0.0001,
}
LISTS = {
    "task_id": "Mbpp/2",
    "prompt": '"""\nWrite a function to find the shared elements from the given two lists.\n"""\n',
    "entry_point": "similar_elements",
    "canonical_solution": "\ndef similar_elements(a, b):\n    return tuple(set(a) & set(b))\n",
    "base_input": [[[3, 4, 5, 6], [5, 7, 4, 10]]],
    "plus_input": [[[1, 2], [1, 2]]],
    "atol": 0,
    "contract": "",
    "assertion": "assert set(similar_elements((3, 4, 5, 6),(5, 7, 4, 10))) == set((4, 5))",
}
INFINITE = {
    **LISTS,
    "task_id": "Mbpp/900",
    "entry_point": "angle",
    "canonical_solution": "\ndef angle(a, b):\n    return complex(a, 0) + b\n",
    "base_input": [["0", "1j"]],
    "plus_input": [["2", "(1+2j)"], [float("inf"), "1j"]],
    "assertion": "assert angle(0, 1j) == 1j",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def function_of(tmp_path: Path, record: dict[str, Any]) -> Function:
    path = tmp_path / "released.jsonl"
    path.write_text(json.dumps(record) + "\n")
    source = (
        HumanEvalSource(HumanEvalOptions(path=path), SplitOptions())
        if record["task_id"].startswith("HumanEval")
        else PublishedFunctionsSource(PublishedFunctionsOptions(path=path), SplitOptions())
    )
    (item,) = source.items()
    assert isinstance(item.content, Function)
    return item.content


@pytest.mark.parametrize(
    ("record", "program", "right"),
    [
        (ROOT, "def find_zero(xs):\n    return 2.0 if len(xs) == 3 else -2", True),
        (ROOT, "def find_zero(xs):\n    return 3.0 if len(xs) == 3 else -2", False),
        (ROOT, "def find_zero(xs):\n    return 2.0", False),
        (LISTS, "def similar_elements(a, b):\n    return [x for x in b[::-1] if x in a]", True),
        (LISTS, "def similar_elements(a, b):\n    return [x for x in b if x in a][:1]", False),
        (INFINITE, "def angle(a, b):\n    return a + b", True),
        (INFINITE, "def angle(a, b):\n    return b", False),
    ],
)
def test_an_answer_is_right_where_evalplus_holds_it_for_right(
    tmp_path: Path, sandbox: Sandbox, record: dict[str, Any], program: str, right: bool
) -> None:
    function = function_of(tmp_path, record)
    assert function.check is not None
    own, found = sandbox.run(
        [CheckJob(source, function.entry, function.check) for source in (function.source, program)]
    )
    assert own.ending is Ending.FINISHED, own.detail
    assert (found.ending is Ending.FINISHED) is right, found.detail
