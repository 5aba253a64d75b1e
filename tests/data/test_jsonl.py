import json
from pathlib import Path

import pytest

from astor.data.calls import arguments_of, result_of
from astor.data.jsonl import JsonlOptions, JsonlSource
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.records import Commit, Function, Item
from astor.tolerance import Tolerance

FUNCTION = {
    "entry": "add",
    "source": "def add(x, y):\n    return x + y",
    "description": "adds",
    "calls": [{"arguments": "(1, 2)", "returns": "3"}],
}
NEEDS = "def add(x, y):\n    return x + y * one()"
COMMIT = {"kind": "commit", "diff": "--- a/m.py\n+++ b/m.py\n-x = 1\n+x = 2", "message": "Raise x", "licence": "MIT"}


def read(tmp_path: Path, *lines: dict[str, object] | str) -> list[Item]:
    path = tmp_path / "mine.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return list(JsonlSource(JsonlOptions(path=path, licence="CC0-1.0"), SplitOptions()).items())


def test_functions_and_commits_are_read(tmp_path: Path) -> None:
    function, commit = read(tmp_path, FUNCTION, COMMIT)
    assert isinstance(function.content, Function)
    assert (function.id, function.source, function.licence) == ("mine-1", "mine.jsonl", "CC0-1.0")
    assert function.content.mutants == ()
    assert commit.content == Commit(diff=COMMIT["diff"], message="Raise x")
    assert commit.licence == "MIT"


def test_a_call_may_be_written_as_the_sandbox_has_tests(tmp_path: Path) -> None:
    given = {"args": [[3, None], {"a": True}, 10**4000], "expected": [1.5]}
    (item,) = read(tmp_path, FUNCTION | {"calls": [given]})
    assert isinstance(item.content, Function)
    (call,) = item.content.calls
    assert arguments_of(call) == tuple(given["args"])
    assert result_of(call) == given["expected"]


@pytest.mark.parametrize(
    "call", [{"args": [1]}, {"args": 1, "expected": 2}, {"args": [1], "expected": 2, "returns": "2"}]
)
def test_half_a_call_is_refused(tmp_path: Path, call: dict[str, object]) -> None:
    with pytest.raises(
        UserError, match=r'line 1: .*calls\.0.*a call is not \{"args": \[\.\.\.\], "expected": \.\.\.\}'
    ):
        read(tmp_path, FUNCTION | {"calls": [call]})


def test_commits_without_a_changed_line_are_left_out(tmp_path: Path) -> None:
    (item,) = read(tmp_path, COMMIT, COMMIT | {"diff": "diff --git a/r b/r\nold mode 100644\nnew mode 100755\n"})
    assert item.id == "mine-1"


def test_a_function_says_how_far_floats_may_lie_apart(tmp_path: Path) -> None:
    tolerance = {"absolute": 0.1, "relative": 0}
    (item,) = read(tmp_path, FUNCTION | {"tolerance": tolerance})
    assert isinstance(item.content, Function)
    assert item.content.tolerance == Tolerance(**tolerance)


def test_a_preamble_stands_before_the_source_that_needs_it(tmp_path: Path) -> None:
    helper = "def one():\n    return 1"
    plain, needs = read(tmp_path, FUNCTION | {"preamble": helper}, FUNCTION | {"preamble": helper, "source": NEEDS})
    assert isinstance(plain.content, Function)
    assert isinstance(needs.content, Function)
    assert (plain.content.preamble, plain.content.source) == (helper, FUNCTION["source"])
    assert needs.content.source == f"{helper}\n\n\n{NEEDS}"


def test_commits_that_touch_the_same_file_share_a_split(tmp_path: Path) -> None:
    other = COMMIT | {"diff": "--- a/m.py\n+++ b/m.py\n-y = 1\n+y = 2"}
    elsewhere = COMMIT | {"repository": "someone/else"}
    one, two, three = (item.structural_hash for item in read(tmp_path, COMMIT, other, elsewhere))
    assert one == two != three


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": "def f(:"}, "field 'source': is no Python"),
        ({"calls": [{"arguments": "(1,)", "returns": "open('x')"}]}, "calls.0.returns.*is not a Python literal"),
        ({"calls": [{"arguments": "1", "returns": "1"}]}, r"calls.0.arguments.*write \(1,\)"),
        ({"calls": [{"arguments": "(1,)"}]}, "calls.0.returns' is missing"),
        ({"difficulti": 1}, "unknown field 'difficulti': did you mean 'difficulty'"),
        ({"function": {"tests": []}}, "line 2: unknown field 'function': did you mean "),
        ({"calls": [{"arguments": "(1,)", "return": "1"}]}, "calls.0.return"),
        ({"description": [1, 2]}, r"field 'description' is \[1, 2\]: give text"),
        ({"calls": "f(1)"}, r"field 'calls' is 'f\(1\)': give a list"),
        ({"kind": "poem"}, "line 2: there is no kind 'poem': known are commit, function"),
    ],
)
def test_a_bad_line_is_named_with_its_field(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    with pytest.raises(UserError, match=reason) as caught:
        read(tmp_path, FUNCTION, FUNCTION | change)
    assert "mine.jsonl, line 2" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_column_and_an_unreadable_line_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 1: field 'entry' is missing"):
        read(tmp_path, {"source": "def f(): pass"})
    with pytest.raises(UserError, match=r"line 2 is not JSON"):
        read(tmp_path, FUNCTION, "{")
