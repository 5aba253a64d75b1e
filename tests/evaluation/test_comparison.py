"""Two runs side by side: paired where their prompts are the same, and told where they are not."""

from dataclasses import replace

import pytest
from example_runs import long_run, scores, short_run
from test_report import Page

from astor.evaluation.comparison import Difference, RunComparison, Side, differences
from astor.evaluation.comparison_page import headline, render_comparison
from astor.evaluation.history import Pair
from astor.records import ItemScore

TASKS = ("code_generation", "unit_tests")


def items(share, tasks=TASKS, first=0):
    """A hundred prompts a task, the first of them right, from a number on."""
    return [
        ItemScore(prompt_id=f"{task}-{n}", task=task, metric=metric, value=float(n - first < 100 * share), samples=4)
        for task in tasks
        for n in range(first, first + 100)
        for metric in ("score", "pass@1")
    ]


def history(share, name, tasks=TASKS, first=0):
    sampled = Pair(
        scores("a" * 64, 0, dict.fromkeys(tasks, 0.2)),
        scores(name * 64, 120, dict.fromkeys(tasks, share)),
        items(0.2, tasks, first),
        items(share, tasks, first),
    )
    return replace(long_run(24), recipe_name=name, sampled=sampled, greedy=None, facts={"seed": name})


def compare(first, second, same=tuple(f"{task}-{n}" for task in TASKS for n in range(100)), settings=()):
    return RunComparison(Side("run-a", first), Side("run-b", second), settings, same)


def test_last_policies_are_paired_prompt_by_prompt() -> None:
    found = compare(history(0.4, "a"), history(0.5, "b")).sampled
    assert found.scores.mean.value == pytest.approx(0.1)
    assert found.scores.tasks["unit_tests"].value == pytest.approx(0.1)
    assert found.changes["unit_tests", "pass@1"].value == pytest.approx(0.1)
    assert (found.scores.prompts, found.counts["unit_tests"]) == (200, 100)


def test_only_prompts_that_are_the_same_in_both_count() -> None:
    shifted = history(0.5, "b", first=50)
    same = [f"unit_tests-{n}" for n in range(60)]
    found = compare(history(0.4, "a"), shifted, same).sampled
    assert found.counts == {"unit_tests": 10}, "those that both answered"
    assert found.scores.tasks.keys() == {"unit_tests"}


def test_a_page_is_whole_and_names_what_differs() -> None:
    settings = [Difference("scheduler.kl_coefficient", "0.02", "0.1"), Difference("policy.path", None, "<b>x</b>")]
    html = render_comparison(compare(history(0.4, "a"), history(0.5, "b"), settings=settings))
    page = Page(html)
    assert all(reference.startswith("#") for reference in page.references), "nothing is fetched"
    assert "B less A after training, in the mean over 2 tasks, sampled: +0.100" in page.text
    assert "paired over 200 held-out prompts" in page.text
    for shown in ("run-a", "run-b", "scheduler.kl_coefficient", "0.02", "0.1", "<b>x</b>", "seed"):
        assert shown in page.text, shown
    assert page.tags.count("svg") == 1 + 6 * len(TASKS), "scores; five quantities and held-out scores, task by task"


def test_runs_without_a_prompt_in_common_are_not_paired() -> None:
    comparison = compare(history(0.4, "a"), history(0.5, "b"), same=())
    assert comparison.sampled.scores is None
    assert headline(comparison).startswith("The runs have no held-out prompt in common")


def test_runs_that_were_not_measured_alike_are_told() -> None:
    warm = replace(history(0.5, "b"), temperature=0.7, answers=1)
    told = headline(compare(replace(history(0.4, "a"), temperature=1.0), warm))
    assert told.endswith("A at temperature 1 with 4 answers to a prompt, B at 0.7 with 1.")


def test_runs_of_other_tasks_and_lengths_stand_beside_each_other() -> None:
    other = replace(short_run(), sampled=history(0.3, "c", tasks=("io_prediction",)).sampled)
    text = Page(render_comparison(compare(short_run(), other, same=()))).text
    assert "io prediction" in text
    assert "code generation" in text


def test_differences_are_of_both_sides() -> None:
    found = differences({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "4", "d": "5"})
    assert found == [Difference("b", "2", "4"), Difference("c", "3", None), Difference("d", None, "5")]
