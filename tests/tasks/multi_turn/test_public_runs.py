"""What real programs make of public tests, right and perturbed, and what they are told of it."""

import pytest

from astor.records import PublicTest
from astor.sandbox import CallsJob, StdinJob
from astor.tasks.multi_turn.feedback import FeedbackOptions, give_feedback
from astor.tasks.multi_turn.perturbation import perturb
from astor.tasks.multi_turn.public_runs import runs_of_calls, runs_of_streams

SHORT = FeedbackOptions(style="short")
CALLS = [PublicTest(input=f"f({x})", expected=repr([x, x + 2])) for x in (4, 5, 6)]
STREAMS = [PublicTest(input=f"{x}\n", expected=f"{x + 2}\n") for x in (4, 5, 6)]


@pytest.fixture
def told(sandbox):
    """told(program): ends of its runs, and what it is told in short."""

    def tell(program: str, tests: list[PublicTest] = CALLS) -> tuple[str, str]:
        (result,) = sandbox.run([CallsJob(program, "f", ((4,), (5,), (6,)))])
        runs = runs_of_calls(result, tests)
        return " ".join(run.end for run in runs), give_feedback(tests, runs, SHORT).text

    return tell


@pytest.mark.parametrize(
    ("body", "ends", "line"),
    [
        ("return [x, x + 2]", "passed passed passed", "passed"),
        ("return [x, 6]", "passed wrong wrong", "f(5) == [5, 7] not [5, 6]"),
        ("return [x, x + 2] if x < 5 else object()", "passed wrong wrong", "f(5) == [5, 7] not a value that is not"),
        ("return [x, x // (5 - x) * 0 + x + 2]", "passed error passed", "f(5) == [5, 7] not ZeroDivisionError"),
        ("while x > 5: pass\n    return [x, x + 2]", "passed passed timeout", "f(6) == [6, 8] not timeout"),
        ("import os; os._exit(0)", "error error error", "f(4) == [4, 6] not it ended before all was answered"),
    ],
)
def test_calls(told, body: str, ends: str, line: str) -> None:
    end, text = told(f"def f(x):\n    {body}\n")
    assert end == ends
    assert text.startswith(line)


def test_what_is_no_program_fails_every_test(told) -> None:
    assert told("def f(x:") == ("error error error", "f(4) == [4, 6] not SyntaxError while it was compiled")


def test_perturbed_tests_call_a_right_program_wrong(sandbox) -> None:
    changed = perturb(CALLS, 0)
    inputs = tuple((int(test.input[2:-1]),) for test in changed.tests)
    (result,) = sandbox.run([CallsJob("def f(x): return [x, x + 2]", "f", inputs)])
    assert [run.end for run in runs_of_calls(result, changed.tests)] == ["wrong", "wrong", "passed"]
    assert [run.end for run in runs_of_calls(result, changed.true)] == ["passed"] * 3


@pytest.mark.parametrize(
    ("program", "ends", "line"),
    [
        ("print(int(input()) + 2)", "passed passed passed", "passed"),
        ("print(6)", "passed wrong wrong", "5 == 7 not 6"),
        ("x = int(input())\nwhile x > 5: pass\nprint(x + 2)", "passed passed timeout", "6 == 8 not timeout"),
        ("1 / 0", "error error error", "4 == 6 not ZeroDivisionError"),
        ("raise SystemExit(3)", "error error error", "4 == 6 not it exited with status 3"),
        ("x = ", "error error error", "4 == 6 not SyntaxError while it was compiled"),
    ],
)
def test_streams(sandbox, program: str, ends: str, line: str) -> None:
    results = sandbox.run([StdinJob(program, (test.input,)) for test in STREAMS])
    runs = runs_of_streams(results, STREAMS, "whitespace")
    assert " ".join(run.end for run in runs) == ends
    assert give_feedback(STREAMS, runs, SHORT).text == line
