"""What is wrong with an item is told by the tests that it brings along."""

import pytest

from astor.data.own_tests import FAILS, NO_TESTS, TIMES_OUT, own_tests, what_is_wrong
from astor.records import Call, Commit, Function, Program, StdinTest
from astor.sandbox import Limits, Sandbox, SandboxOptions
from astor.tolerance import Tolerance

ADD = Function(entry="add", source="def add(a, b):\n    return a + b", calls=(Call(arguments="(1, 2)", returns="3"),))
SUM = Program(
    description="Add.",
    solutions=("print(sum(map(int, input().split())))",),
    public_tests=(StdinTest(stdin="1 2\n", stdout="3"),),
    hidden_tests=(StdinTest(stdin="2 2\n", stdout="4\n"),),
)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(SandboxOptions(limits=Limits(cpu_seconds=0.5))) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("content", "reason", "detail"),
    [
        (ADD, "", ""),
        (SUM, "", ""),
        (Commit(diff="d", message="m"), "", ""),
        (SUM.model_copy(update={"hidden_tests": (StdinTest(stdin="2 2\n", stdout="5", others=("4",)),)}), "", ""),
        (SUM.model_copy(update={"checker": "import sys\nprint(int(open(sys.argv[3]).read() > '2'))"}), "", ""),
        (SUM.model_copy(update={"checker": "print(0)"}), FAILS, "test 1 of 2: its checker does not accept the output"),
        (
            ADD.model_copy(
                update={
                    "calls": (Call(arguments="(1.0, 2.0)", returns="3.01"),),
                    "tolerance": Tolerance(absolute=0.1, relative=0),
                }
            ),
            "",
            "",
        ),
        (ADD.model_copy(update={"check": "def check(f):\n    assert f('a', 'b') == 'ab'"}), "", ""),
        (ADD.model_copy(update={"calls": ()}), NO_TESTS, ""),
        (
            ADD.model_copy(update={"calls": (*ADD.calls, Call(arguments="(1, 1)", returns="3"))}),
            FAILS,
            "test 2 of 2: the result is another one",
        ),
        (
            ADD.model_copy(update={"calls": (Call(arguments="(1, '')", returns="3"),)}),
            FAILS,
            "test 1 of 1: it raised TypeError",
        ),
        (
            ADD.model_copy(update={"check": "def check(f):\n    assert f(1, 1) == 3"}),
            FAILS,
            "the check raised AssertionError",
        ),
        (ADD.model_copy(update={"source": "def add(a, b):\n    while True: pass"}), TIMES_OUT, ""),
        (ADD.model_copy(update={"source": "import nowhere"}), FAILS, "it raised ModuleNotFoundError"),
        (ADD.model_copy(update={"entry": "other"}), FAILS, "malformed: "),
        (SUM.model_copy(update={"solutions": ()}), "", ""),
        (ADD.model_copy(update={"source": ""}), "", ""),
        (SUM.model_copy(update={"solutions": ("print(3)",)}), FAILS, "test 2 of 2: the output is another one"),
        (
            SUM.model_copy(update={"solutions": ("print(3 if '1' in input() else x)",)}),
            FAILS,
            "test 2 of 2: it raised NameError",
        ),
        (SUM.model_copy(update={"solutions": ("raise SystemExit(1)",)}), FAILS, "it exited with status 1"),
        (SUM.model_copy(update={"solutions": ("while True: pass",)}), TIMES_OUT, ""),
        (SUM.model_copy(update={"public_tests": (), "hidden_tests": ()}), NO_TESTS, ""),
    ],
)
def test_what_is_wrong_is_told(
    sandbox: Sandbox, content: Function | Program | Commit, reason: str, detail: str
) -> None:
    jobs = own_tests(content)
    found = what_is_wrong(content, jobs, sandbox.run(jobs))
    assert found.reason == reason
    assert found.detail.startswith(detail)
