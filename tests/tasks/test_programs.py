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
