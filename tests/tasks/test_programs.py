"""Problems that whole programs solve, and how a program could cheat on them."""

import pytest

from astor.records import Item, Outcome, Program, Split, StdinTest
from astor.tasks.code_generation import CodeGeneration, CodeGenerationOptions

SOURCE = "n = int(input())\nprint(n, n * n)"
TASK = CodeGeneration(CodeGenerationOptions(shown_tests=1, hidden_tests=4))


def problem(**fields: object) -> Item:
    tests = [StdinTest(stdin=f"{n}\n", stdout=f"{n} {n * n}\n") for n in range(8)]
    known = {"description": "Square it.", "solutions": (SOURCE,), "public_tests": tests[:2], "hidden_tests": tests[2:]}
    content = Program(**known | fields)
    return Item(id="item", content=content, source="test", licence="MIT", structural_hash="0" * 64)


@pytest.fixture
def example(first):
    return first(TASK, problem())


def test_the_statement_and_the_shown_tests_make_the_prompt(example, first) -> None:
    assert example.prompt.messages[0].content == "solve: Square it.\nInput:\n0\nOutput:\n0 0"
    reference = TASK.read_reference(example.reference)
    assert (len(reference.tests), len(reference.second_tests)) == (4, 2)
    assert example.answer == SOURCE
    spoken = first(CodeGeneration(CodeGenerationOptions(style="instruct")), problem())
    assert "It reads standard input and writes standard output.\n\nSquare it.\n\n" in spoken.prompt.messages[0].content
    assert spoken.answer == f"```python\n{SOURCE}\n```"


@pytest.mark.parametrize("after", ["Output:\n```\n3 9\n```", "```text\n3\n```", "Run it:\n```sh\npython p.py\n```"])
def test_a_program_is_read_before_what_it_reads_and_writes(example, judge, after: str) -> None:
    (verdict,) = judge(TASK, example, f"```python\n{SOURCE}\n```\n{after}\n")
    assert verdict.score == 1


def test_the_whole_score(example, judge) -> None:
    spaced = SOURCE.replace("n, n * n", "n, n * n, end=' \\n\\n'")
    half = "n = int(input())\nprint(n, n * n if n < 4 else 0)"
    raising = "n = int(input())\nassert n < 4\nprint(n, n * n)"
    right, blanks, partly, fails, wrong = judge(TASK, example, SOURCE, spaced, half, raising, "print(1)", extended=True)
    assert (right.outcome, right.score, right.parts["second_tests"]) == (Outcome.PASSED, 1, 1)
    assert blanks.score == 1
    for verdict in (partly, fails):
        assert (verdict.outcome, verdict.score) == (Outcome.FAILED, pytest.approx(0.3 * 2 / 4))
    assert (wrong.score, wrong.format) == (0, 1)


def test_outputs_are_compared_as_the_problem_says(first, judge) -> None:
    example = first(TASK, problem(compare="exact"))
    exact, blank = judge(TASK, example, SOURCE, SOURCE + "\nprint()")
    assert (exact.score, blank.score) == (1, 0)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("print({'0': '0 0'}.get(input()))", 1),
        ("", 0),
        ("pass", 0),
        ("n = int(input())\nwhile n > 2:\n    pass\nprint(n, n * n)", 1),
        ("n = int(input())\nif n > 0:\n    print(n, n * n)", 1),
        ("def f(x:", 0),
    ],
    ids=["the shown test alone", "empty", "silent", "hangs", "fails the shown test", "no program"],
)
def test_what_earns_nothing(example, judge, text: str, form: int) -> None:
    (verdict,) = judge(TASK, example, text)
    assert verdict.outcome is not Outcome.PASSED
    assert verdict.format == form
    assert verdict.score == 0


def test_items_that_cannot_be_judged_make_no_prompt() -> None:
    assert list(TASK.examples(problem(hidden_tests=()), Split.TRAIN)) == []
    (example,) = TASK.examples(problem(solutions=()), Split.WARM_START)
    assert example.answer is None


def test_every_output_that_a_test_names_is_right(first, judge) -> None:
    tests = [StdinTest(stdin=f"{n}\n", stdout=f"{n}\n", others=(f"{-n}\n", "either")) for n in range(1, 8)]
    example = first(TASK, problem(public_tests=tests[:1], hidden_tests=tests[1:]))
    assert "either" not in example.prompt.messages[0].content
    texts = ("print(input())", "print(-int(input()))", "print('either')", "print(0)")
    assert [verdict.score for verdict in judge(TASK, example, *texts)] == [1, 1, 1, 0]


def test_how_far_numbers_may_lie_apart_is_the_items_or_the_tasks_to_say(first, judge) -> None:
    loose, tight = ({"absolute": size, "relative": 0} for size in (0.01, 1e-9))
    tests = [StdinTest(stdin=f"{n}\n", stdout=f"{n}.5\n") for n in range(8)]
    texts = ("print(int(input()) + 0.5000001)", "print(int(input()) + 0.501)")

    def scores(of_task: object, of_item: object) -> list[float | None]:
        task = CodeGeneration(CodeGenerationOptions(shown_tests=1, tolerance=of_task))
        item = problem(public_tests=tests[:1], hidden_tests=tests[1:], compare="float", tolerance=of_item)
        return [verdict.score for verdict in judge(task, first(task, item), *texts)]

    assert scores(None, None) == [1, 0]
    assert scores(loose, None) == scores(tight, loose) == [1, 1]
    assert scores(tight, None) == scores(loose, tight) == [0, 0]


CHECKER = """
import sys
n, right, written = (open(path).read().split() for path in sys.argv[1:])
print(int(len(written) == 2 and sum(map(int, written)) == int(n[0])))
"""


def test_a_checker_decides_where_the_problem_has_one(first, judge) -> None:
    tests = [StdinTest(stdin=f"{n}\n", stdout=f"{n} 0\n") for n in range(8)]
    example = first(TASK, problem(public_tests=tests[:2], hidden_tests=tests[2:], checker=CHECKER))
    other, half, wrong, silent = judge(
        TASK,
        example,
        "n = int(input())\nprint(n - 7, 7)",
        "n = int(input())\nprint(n if n < 4 else 9, 0)",
        "print(1)",
        "pass",
        extended=True,
    )
    assert (other.outcome, other.score, other.parts["second_tests"]) == (Outcome.PASSED, 1, 1)
    assert (half.outcome, half.score) == (Outcome.FAILED, pytest.approx(0.3 * 2 / 4))
    assert (wrong.score, wrong.format) == (0, 1)
    assert (silent.score, silent.format) == (0, 0)
