import json
from pathlib import Path

import pytest

from astor.data.mbpp import MbppOptions, MbppSource
from astor.data.splits import SplitOptions
from astor.data.structure import parse
from astor.data.verification import verify_items
from astor.errors import UserError
from astor.records import Function, Item
from astor.sandbox import Sandbox

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "mbpp"
SPLITS = SplitOptions(warm_start=0, train=0.7)


def source(path: Path) -> MbppSource:
    return MbppSource(MbppOptions(path=path), SPLITS)


def read(tmp_path: Path, **problem: object) -> list[Item]:
    path = tmp_path / "mbpp.jsonl"
    path.write_text(json.dumps({"task_id": 7, "text": " Add two.", "code": "", "test_list": []} | problem) + "\n")
    return list(source(path).items())


def function_of(item: Item) -> Function:
    assert isinstance(item.content, Function)
    return item.content


def test_assertions_on_literals_become_calls(tmp_path: Path) -> None:
    code = "def add(x, y):\r\n    return x + y\r\n"
    (item,) = read(tmp_path, code=code, test_list=["assert add(1, 2) == 3", "assert add(-1, [2][0]) == 1"])
    function = function_of(item)
    assert (item.id, item.licence, function.entry) == ("mbpp-7", "CC-BY-4.0", "add")
    assert function.source == "def add(x, y):\n    return x + y"
    assert function.description == "Add two."
    assert [(call.arguments, call.returns) for call in function.calls] == [("(1, 2,)", "3")]
    assert function.check == "def check(candidate):\n    assert candidate(-1, [2][0]) == 1"


def test_other_assertions_become_a_check(tmp_path: Path) -> None:
    tests = ["assert set(pair(1)) == {1, 2}", "assert math.isclose(pair(1)[0], 1.0)", "assert not pair(0)"]
    (item,) = read(tmp_path, code="def pair(x):\n    return (x, x + 1)", test_list=tests, test_imports=["import math"])
    function = function_of(item)
    assert function.calls == ()
    assert function.check is not None
    scope: dict[str, object] = {}
    exec(function.check, scope)
    assert function.check.startswith("import math\n")
    with pytest.raises(AssertionError):
        scope["check"](lambda x: (x, x + 1))  # type: ignore[operator]
    scope["check"](lambda x: (x, x + 1) if x else ())  # type: ignore[operator]


def test_the_check_has_the_programs_imports(tmp_path: Path) -> None:
    code = "import math, sys\nfrom re import search\ndef size(x):\n    return sys.getsizeof(x)"
    (item,) = read(tmp_path, code=code, test_list=["assert size(1) == sys.getsizeof(1)"])
    assert (
        function_of(item).check
        == "import math, sys\n\ndef check(candidate):\n    assert candidate(1) == sys.getsizeof(1)"
    )


def test_the_entry_is_the_programs_function_that_the_tests_call(tmp_path: Path) -> None:
    code = "def helper(x):\n    return x\ndef main(x):\n    return helper(x)"
    (item,) = read(tmp_path, code=code, test_list=["assert sorted(main([2, 1])) == [1, 2]"])
    assert function_of(item).entry == "main"


def test_problems_that_cannot_be_judged_from_outside_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "mbpp.jsonl"
    pair = {"code": "class Pair: pass\ndef f(p):\n    return 1", "test_list": ["assert f(Pair()) == 1"]}
    none = {"code": "def f(p):\n    return 1", "test_list": ["assert g() == 1"]}
    path.write_text("".join(json.dumps({"task_id": 1, "prompt": "", **fields}) + "\n" for fields in (pair, none)))
    found = source(path)
    assert list(found.items()) == []
    assert sum(found.left_out.values()) == 2


SCRAMBLE = """import math

def scramble(t):
    return t[::-1] * math.floor(1.5)

def unscramble(t):
    return scramble(t)"""


@pytest.mark.parametrize(
    ("text", "shows"),
    [("Undo `scramble`.", True), ("Undo what scramble(t) did.", True), ("Put what one may scramble in order.", False)],
)
def test_helpers_that_the_text_names_stand_above_the_answer(tmp_path: Path, text: str, shows: bool) -> None:
    problem = {"text": text, "code": SCRAMBLE, "test_list": ["assert unscramble('ab') == 'ba'"]}
    (item,) = read(tmp_path, **problem)
    assert item.content.preamble == (SCRAMBLE.partition("\n\ndef un")[0].replace("\n\n", "\n\n\n") if shows else "")
    items = read(tmp_path, **problem | {"test_list": ["assert unscramble(scramble('ab')) == 'ab'"]})
    assert len(items) == shows, "its test uses what the prompt does not show"
    with Sandbox() as sandbox:
        assert all(not found.reason for found in verify_items(items, sandbox))


PLUS = """
import numpy as np

def is_floats(x) -> bool:
    return isinstance(x, float)

def assertion(out, exp, atol):
    if atol == 0 and is_floats(exp):
        atol = 1e-6
    assert np.allclose(out, exp, atol=atol)

inputs = [[1.0], [3.0], [-1.0]]
results = [2.0, 4.0, 0.0]
for i, (inp, exp) in enumerate(zip(inputs, results)):
    assertion({}, exp, 0)
"""


def test_further_tests_with_results_are_calls(tmp_path: Path) -> None:
    path = tmp_path / "plus.jsonl"
    plus = {"task_id": 2, "prompt": "t", "code": "def f(x):\n    return x + 1", "test_list": ["assert f(1.0) == 2.0"]}
    path.write_text(json.dumps(plus | {"test": PLUS.format("f(*inp)")}))
    (item,) = source(path).items()
    assert [call.returns for call in item.content.calls] == ["2.0", "4.0", "0.0"]
    assert item.content.check is None


@pytest.mark.parametrize(("more", "reason"), [("1e-9", ""), ("0.01", "it does not pass its own tests")])
def test_further_tests_that_compare_otherwise_run_without_numpy(tmp_path: Path, more: str, reason: str) -> None:
    path = tmp_path / "plus.jsonl"
    code = f"def f(x):\n    return x + 1 + (0 if x == 1.0 else {more})"
    plus = {"task_id": 2, "prompt": "t", "code": code, "test_list": ["assert f(1.0) == 2.0"]}
    path.write_text(json.dumps(plus | {"test": PLUS.format("abs(f(*inp))")}))
    with Sandbox() as sandbox:
        (found,) = verify_items(source(path).items(), sandbox)
    assert (found.reason, len(found.item.content.calls)) == (reason, 1)


def test_what_is_no_python_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"task_id": 1, "text": "t", "code": "def", "test_list": []}\n')
    found = source(path)
    assert list(found.items()) == []
    assert found.left_out == {"it is no Python of this version": 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"task_id": 1, "text": "t", "code": "x"}', r"line 1: field 'test_list' is missing"),
        ('{"task_id": ', r"record 1 is not JSON"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(UserError, match=reason):
        list(source(path).items())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.jsonl is no file"):
        list(source(tmp_path / "none.jsonl").items())


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there: the real MBPP is not read")
@pytest.mark.parametrize(("name", "least"), [("mbpp.train.jsonl", 470), ("sanitized.train.jsonl", 165)])
def test_the_real_files_are_read(name: str, least: int) -> None:
    found = source(DATA / name)
    items = list(found.items())
    assert len(items) >= least
    for item in items:
        function = function_of(item)
        parse(function.source)
        assert function.calls or function.check
        assert function.description
        assert "\r" not in function.source


@pytest.mark.parametrize(
    ("name", "given", "licence"),
    [
        ("mbpp.jsonl", None, "CC-BY-4.0"),
        ("sanitized-mbpp.jsonl", None, "CC-BY-4.0"),
        ("mbpp.train.jsonl", None, "CC-BY-4.0"),
        ("mine.jsonl", None, "unknown"),
        ("mine.jsonl", "MIT", "MIT"),
    ],
)
def test_a_file_of_ones_own_has_its_own_licence_and_names(
    tmp_path: Path, name: str, given: str | None, licence: str
) -> None:
    path = tmp_path / name
    problem = {"task_id": 1, "text": "t", "code": "def f(): return 1", "test_list": ["assert f() == 1"]}
    path.write_text(json.dumps(problem) + "\n")
    (item,) = MbppSource(MbppOptions(path=path, licence=given), SPLITS).items()
    expected = "mine-1" if name == "mine.jsonl" else "mbpp-1"
    assert (item.id, item.licence) == (expected, licence)
