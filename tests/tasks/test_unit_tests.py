import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.records import Outcome, Split
from astor.tasks.assert_suite import COUNTED, AssertSuite
from astor.tasks.task import Answer
from astor.tasks.unit_tests import UnitTests, UnitTestsOptions

SOURCE = "def f(x):\n    return x + 2 if x < 5 else x"
MUTANTS = (
    "def f(x):\n    return x + 3 if x < 5 else x",
    "def f(x):\n    return x + 2 if x >= 5 else x",
    "def f(x):\n    return x + 2 if x < 4 else x",
    "def f(x):\n    return x - 2 if x < 5 else x",
)
CALLS = [((number,), number + 2 if number < 5 else number) for number in range(8)]
TASK = UnitTests(UnitTestsOptions())


@pytest.fixture
def example(make_item, first):
    return first(TASK, make_item(SOURCE, CALLS, mutants=MUTANTS))


def test_the_terse_prompt_is_the_source(example) -> None:
    assert example.prompt.messages[0].content == f"test\n{SOURCE}"


def test_demonstrations_have_as_many_different_right_asserts_as_asked_for(make_item, judge) -> None:
    for count in (2, 3, 5):
        task = UnitTests(UnitTestsOptions(demonstrated_asserts=count))
        examples = list(task.examples(make_item(SOURCE, CALLS, mutants=MUTANTS), Split.WARM_START))
        assert len({example.answer for example in examples}) == len(examples)
        for example in examples:
            assert len(set(example.answer.split("\n"))) == count
            (verdict,) = judge(task, example, example.answer)
            assert verdict.parts["correct"] == 1


def test_the_whole_score(example, judge) -> None:
    strong, weak, partly, wrong = judge(
        TASK,
        example,
        "assert f(4) == 6\nassert f(0) == 2",
        "assert f(0) == 2\nassert f(1) == 3",
        "assert f(0) == 2\nassert f(1) == 4",
        "assert f(0) == 3\nassert f(1) == 4",
    )
    assert (strong.outcome, strong.score, TASK.reward(strong)) == (Outcome.PASSED, 1, 1)
    assert (weak.outcome, weak.score) == (Outcome.FAILED, pytest.approx(0.2 + 0.8 * 3 / 4))
    assert (partly.score, partly.parts) == (pytest.approx(0.1), {"correct": 0.5, "killed": 0})
    assert wrong.score == 0


def test_a_right_suite_always_earns_more_than_its_form(example, judge) -> None:
    (idle,) = judge(TASK, example, "assert f(7) == 7\nassert f(8) == 8")
    (wrong,) = judge(TASK, example, "assert f(7) == 0\nassert f(8) == 0")
    assert TASK.reward(idle) > 2 * TASK.reward(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "assert f(0) == 2",
        "assert f(0) == 2\nassert f(0) == 2\nassert f(0) == 2",
        "assert f(1) == 3\nassert f(True) == 3\nassert f(1.0) == 3.0",
        "assert g(0) == 2\nassert g(1) == 3",
        "",
    ],
    ids=["one", "repeated", "the same in other types", "another function", "none"],
)
def test_fewer_than_two_different_calls_of_the_function_earn_nothing(example, judge, text: str) -> None:
    (verdict,) = judge(TASK, example, text)
    assert TASK.reward(verdict) == 0


@pytest.mark.parametrize(
    "text",
    [
        "assert 1 == 1\nassert 2 == 2",
        "def f(x):\n    return 0\nassert f(0) == 0\nassert f(1) == 0",
        "assert f(0) == f(0)\nassert f(1) == f(1)",
        "assert f(0) == 2 or True\nassert f(1) == 3",
        "import os\nassert f(0) == 2\nassert f(1) == 3",
    ],
)
def test_only_calls_with_literals_are_read(example, judge, text: str) -> None:
    (verdict,) = judge(TASK, example, text)
    assert (verdict.outcome, TASK.reward(verdict)) == (Outcome.MALFORMED, 0)


def test_contradictory_asserts_are_not_right(example, judge) -> None:
    (verdict,) = judge(TASK, example, "assert f(0) == 2\nassert f(0) == 3\nassert f(1) == 3")
    assert verdict.parts == {"correct": 0.5, "killed": 0}


def test_only_the_first_asserts_count(example, judge) -> None:
    padding = "".join(f"assert f({number}) == {number}\n" for number in range(5, 5 + COUNTED))
    (verdict,) = judge(TASK, example, padding + "assert f(0) == 2\nassert f(4) == 6")
    assert verdict.parts["correct"] == 1
    assert verdict.parts["killed"] < 1, "the killing asserts come too late"


def test_calls_on_which_all_versions_agree_kill_nothing(make_item, first, judge) -> None:
    source = "def f(a):\n    return [v + 1 for v in a]"
    mutant = "def f(a):\n    return [v + 2 for v in a]"
    example = first(TASK, make_item(source, [(([1],), [2])], mutants=(mutant,)))
    (verdict,) = judge(TASK, example, "assert f([]) == []\nassert f(()) == []")
    assert verdict.score == pytest.approx(0.2)


def test_asserting_that_a_call_raises_is_not_right(example, judge) -> None:
    (verdict,) = judge(TASK, example, "assert f('a') == None\nassert f(0) == 2")
    assert verdict.parts["correct"] == 0.5


def test_a_mutant_that_raises_or_hangs_is_killed_by_the_call_alone(make_item, first, judge) -> None:
    hangs = "def f(x):\n    while x == 1:\n        pass\n    return x"
    raises = "def f(x):\n    return x / (x - 2) * (x - 2)"
    example = first(TASK, make_item("def f(x):\n    return x", [((1,), 1)], mutants=(hangs, raises)))
    one, two, neither = judge(
        TASK,
        example,
        "assert f(1) == 1\nassert f(3) == 3",
        "assert f(2) == 2\nassert f(3) == 3",
        "assert f(3) == 3\nassert f(4) == 4",
    )
    assert [verdict.parts["killed"] for verdict in (one, two, neither)] == [0.5, 0.5, 0]


def test_a_call_that_hangs_the_function_harms_no_other_answer(make_item, first, judge) -> None:
    source = "def f(x):\n    while x > 100:\n        pass\n    return x + 1"
    example = first(TASK, make_item(source, [((1,), 2)], mutants=("def f(x):\n    return x",)))
    verdicts = judge(
        TASK, example, "assert f(1) == 2\nassert f(2) == 3", "assert f(500) == 1\nassert f(2) == 3", "assert f(1) == 2"
    )
    assert [verdict.outcome for verdict in verdicts] == [Outcome.PASSED, Outcome.TIMEOUT, Outcome.FAILED]
    assert [verdict.score for verdict in verdicts] == [1, 0, 0]


def test_one_run_of_the_function_serves_all_answers_and_mutants_run_for_those_that_are_right(example, sandbox) -> None:
    def asserts(*numbers: int, of: int = 2) -> Answer:
        return Answer("", [((number,), number + of, "f") for number in numbers])

    judging = TASK.judge(TASK.read_reference(example.reference), [asserts(0, 1), asserts(1, 2, 3, of=9)], extended=True)
    (job,) = next(judging)
    assert job.arguments == ((0,), (1,), (2,), (3,))
    *mutants, coverage = judging.send(sandbox.run([job]))
    assert [job.program for job in mutants] == list(MUTANTS)
    assert {job.arguments for job in mutants} == {((0,), (1,))} == {coverage.arguments}


def test_no_mutant_runs_where_nothing_is_right(example, sandbox) -> None:
    wrong = Answer("", [((0,), 9, "f"), ((1,), 9, "f")])
    judging = TASK.judge(TASK.read_reference(example.reference), [wrong], extended=True)
    assert judging.send(sandbox.run(next(judging))) == []


def test_branch_coverage_is_a_metric_and_no_reward(example, judge) -> None:
    both, one, wrong, invalid = judge(
        TASK,
        example,
        "assert f(4) == 6\nassert f(7) == 7",
        "assert f(6) == 6\nassert f(7) == 7",
        "assert f(4) == 0\nassert f(7) == 7",
        "assert f(4) == 6",
        extended=True,
    )
    assert all("branch_coverage" in verdict.parts for verdict in (both, one, wrong, invalid))
    assert (wrong.parts["branch_coverage"], invalid.parts["branch_coverage"]) == (0, 0)


def test_branch_coverage_counts_branches(make_item, first, judge) -> None:
    source = "def f(x):\n    if x < 5:\n        return x + 2\n    return x"
    example = first(TASK, make_item(source, [((1,), 3)], mutants=MUTANTS))
    both, one = judge(
        TASK, example, "assert f(4) == 6\nassert f(7) == 7", "assert f(6) == 6\nassert f(7) == 7", extended=True
    )
    assert (both.parts["branch_coverage"], one.parts["branch_coverage"]) == (1, 0.5)


def test_functions_without_mutants_make_no_prompt(make_item) -> None:
    assert list(TASK.examples(make_item(SOURCE, CALLS), Split.TRAIN)) == []


@given(st.lists(st.tuples(st.tuples(st.integers(0, 3)), st.integers(), st.just("f")), max_size=12))
def test_a_suite_holds_every_counted_assert_once(asserts) -> None:
    suite = AssertSuite(asserts, "f")
    assert sum(map(len, suite.expected.values())) == min(len(asserts), COUNTED)
    assert suite.is_valid == (len({arguments for arguments, _, _ in asserts[:COUNTED]}) >= 2)
