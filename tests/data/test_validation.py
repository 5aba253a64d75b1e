"""Validation tells of every item what is wrong with it."""

import itertools

import pytest

from astor.data.validation import validate
from astor.records import Call, Commit, Function, Item, Program, StdinTest
from astor.sandbox import Sandbox

ADD = Function(entry="add", source="def add(a, b):\n    return a + b", calls=(Call(arguments="(1, 2)", returns="3"),))
SUM = Program(
    description="Add.",
    solutions=("print(sum(map(int, input().split())))",),
    public_tests=(StdinTest(stdin="1 2\n", stdout="3"),),
    hidden_tests=(StdinTest(stdin="2 2\n", stdout="4\n"),),
)


def item(content: Function | Program | Commit, name: str = "i") -> Item:
    return Item(id=name, content=content, source="s", licence="MIT", structural_hash="0" * 64)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (ADD, ""),
        (SUM, ""),
        (Commit(diff="d", message="m"), ""),
        (ADD.model_copy(update={"check": "def check(f):\n    assert f('a', 'b') == 'ab'"}), ""),
        (ADD.model_copy(update={"calls": ()}), "it has no tests"),
        (
            ADD.model_copy(update={"calls": (*ADD.calls, Call(arguments="(1, 1)", returns="3"))}),
            "test 2 of 2: the result is another one",
        ),
        (
            ADD.model_copy(update={"calls": (Call(arguments="(1, '')", returns="3"),)}),
            "test 1 of 1: it raised TypeError",
        ),
        (
            ADD.model_copy(update={"check": "def check(f):\n    assert f(1, 1) == 3"}),
            "failed: the check raised AssertionError",
        ),
        (ADD.model_copy(update={"source": "def add(a, b):\n    while True: pass"}), "timeout: "),
        (ADD.model_copy(update={"source": "import nowhere"}), "failed: it raised ModuleNotFoundError"),
        (ADD.model_copy(update={"entry": "other"}), "malformed: "),
        (SUM.model_copy(update={"solutions": ()}), "it has no solution"),
        (SUM.model_copy(update={"solutions": ("print(3)",)}), "test 2 of 2: the output is another one"),
        (
            SUM.model_copy(update={"solutions": ("print(3 if '1' in input() else x)",)}),
            "test 2 of 2: it raised NameError",
        ),
        (SUM.model_copy(update={"solutions": ("raise SystemExit(1)",)}), "failed: it exited with status 1"),
        (SUM.model_copy(update={"public_tests": (), "hidden_tests": ()}), "it has no tests"),
    ],
)
def test_what_is_wrong_is_told(sandbox: Sandbox, content: Function | Program | Commit, reason: str) -> None:
    ((_, found),) = validate([item(content)], sandbox)
    assert found.startswith(reason)
    assert bool(found) == bool(reason)


def test_items_are_read_a_few_at_a_time(sandbox: Sandbox) -> None:
    endless = (item(Commit(diff="d", message="m"), str(number)) for number in itertools.count())
    assert len(list(itertools.islice(validate(endless, sandbox), 300))) == 300
