"""Results from runs' figures: arms, the best specialist in both readings, differences, thresholds, and their page."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from astor.errors import UserError
from astor.experiments.comparison import Comparison
from astor.experiments.figures import Point, RunFigures, Spending, require_common
from astor.experiments.methods import load_methods
from astor.experiments.notes import Notes
from astor.experiments.page import render_page
from astor.experiments.results import Results
from astor.recipe.load import read_recipe

TASKS = ("io_prediction", "code_generation", "unit_tests", "commit_message")
START = dict.fromkeys((*TASKS, "mean", "worst"), 0.1)


def figures(method: str, seed: int, gains: dict[str, float], task: str = "") -> RunFigures:
    """A run that gained so much on some tasks, and a tenth of it by its middle."""
    scores = {key: 0.1 + gains.get(key, 0.0) for key in TASKS}
    scores |= {"mean": sum(scores.values()) / 4, "worst": min(scores.values())}
    half = {key: 0.1 + (value - 0.1) / 10 for key, value in scores.items()}
    spending = Spending(prompts=10, tokens=250, informative=6, sections=(0.25, 0.25))
    points = [(0, START), (500, half), (1000, scores)]
    return RunFigures(
        method=method,
        seed=seed,
        task=task,
        run=f"{method}{task}{seed}",
        mlflow="m",
        origin="o",
        prompts_digest="d",
        policy="p",
        recipe_digest="r",
        rounds=4,
        tokens=1000,
        prompts=40,
        rollouts=320,
        seconds=9.0,
        peak_rss_mb=900.0,
        sampled_before=START,
        greedy_before=START,
        sampled=scores,
        greedy=scores,
        curve=tuple(Point(round=t // 250, tokens=t, prompts=t // 25, scores=s) for t, s in points),
        spending=dict.fromkeys(TASKS, spending),
        items={key: (scores[key] - 0.05, scores[key] + 0.05) for key in TASKS},
    )


def results(found: list[RunFigures], *methods: str, never_useful: tuple[str, ...] = ()) -> dict[str, Any]:
    seeds = tuple(sorted({each.seed for each in found}))
    comparison = Comparison("mine", "s", read_recipe("miniature"), load_methods(methods), seeds, {"tokens": 1000})
    names = {"-".join(filter(None, [each.method, each.task, str(each.seed)])): each for each in found}
    return Results(comparison, names, methods[0], never_useful).as_json()


def three_seeds(method: str, gain: float) -> list[RunFigures]:
    return [figures(method, seed, dict.fromkeys(TASKS, gain + seed**2 / 100)) for seed in range(3)]


def arm(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in found["arms"] if each["name"] == name)


def test_arms_are_paired_by_seed_with_the_reference() -> None:
    found = results([*three_seeds("uniform", 0.1), *three_seeds("astor", 0.2)], "uniform", "astor")
    difference = found["differences"]["astor"]["mean"]
    assert difference["value"] == pytest.approx(0.1)
    assert difference["low"] == pytest.approx(0.1), "what seeds have in common is taken out"
    assert difference["relative"] == pytest.approx(0.1 / (0.2 + 0.05 / 3))
    assert "uniform" not in found["differences"]
    assert found["missing"] == []


def test_the_threshold_is_where_the_reference_ends_and_may_never_be_reached() -> None:
    found = results([*three_seeds("uniform", 0.1), *three_seeds("astor", 0.05)], "uniform", "astor")
    assert found["thresholds"]["mean"] == pytest.approx(0.2 + 0.05 / 3)
    assert arm(found, "uniform")["tokens_to"]["mean"] == [None, None, 1000]
    assert arm(found, "astor")["tokens_to"]["mean"] == [None, None, None]


def test_useful_groups_are_counted_without_the_tasks_that_cannot_be() -> None:
    every = results(three_seeds("uniform", 0.1), "uniform")
    some = results(three_seeds("uniform", 0.1), "uniform", never_useful=("unit_tests", "io_prediction"))
    assert arm(every, "uniform")["useful_per_rollout"] == pytest.approx(4 * 6 / 320)
    assert arm(some, "uniform")["useful_per_rollout"] == pytest.approx(2 * 6 / 320)


def test_the_best_specialist_is_read_in_both_ways() -> None:
    runs = [
        figures("specialists", seed, {"commit_message": 0.1 * (task == "unit_tests"), task: 0.4}, task)
        for seed in (0, 1)
        for task in TASKS
    ]
    found = results(runs, "specialists")
    single = arm(found, "specialists, single (unit_tests)")
    assert single["sampled"]["mean"] == pytest.approx(0.1 + 0.5 / 4)
    assert arm(found, "specialists, per task")["sampled"]["mean"] == pytest.approx(0.5)
    assert single["tokens"] == 4000, "to find it, all had to be trained"
    assert [each["name"] for each in found["arms"] if each["is_part"]] == [f"specialists: {task}" for task in TASKS]


def test_the_best_at_a_task_may_be_another_task_s_specialist() -> None:
    runs = [figures("specialists", 0, {"unit_tests": 0.1, "code_generation": 0.2}, "unit_tests")]
    runs += [figures("specialists", 0, {task: 0.1}, task) for task in TASKS if task != "unit_tests"]
    joined = arm(results(runs, "specialists"), "specialists, per task")["sampled"]
    assert [round(joined[task], 3) for task in TASKS] == [0.2, 0.3, 0.2, 0.2]


def test_a_merge_is_charged_with_what_was_merged() -> None:
    parents = [figures("specialists", 0, {task: 0.4}, task) for task in TASKS]
    merged = figures("merge_ties", 0, {}).model_copy(update={"tokens": 0})
    found = results([*parents, merged], "specialists", "merge_ties")
    assert arm(found, "merge_ties")["tokens"] == 4000
    assert arm(found, "merge_ties")["tokens_to"]["mean"] == []


def test_what_is_missing_is_named_and_nothing_is_made_of_it() -> None:
    found = results([*three_seeds("uniform", 0.1), figures("astor", 1, {})], "uniform", "astor")
    assert found["missing"] == ["astor-0", "astor-2"]
    assert found["differences"]["astor"]["mean"]["seeds"] == 1


def test_runs_that_began_from_other_policies_are_not_compared() -> None:
    first, second = figures("uniform", 0, {}), figures("astor", 0, {}).model_copy(update={"origin": "another"})
    merged = figures("merge_ties", 0, {}).model_copy(update={"origin": ""})
    require_common([first, merged, first])
    with pytest.raises(UserError, match="uniform0 and astor0 had different first policies"):
        require_common([merged, first, second])
    with pytest.raises(UserError, match="had different prompts"):
        require_common([first, first.model_copy(update={"prompts_digest": "others"})])


def test_the_page_is_whole_and_needs_nothing_beside_itself() -> None:
    found = results([*three_seeds("uniform", 0.1), *three_seeds("astor", 0.2)], "uniform", "astor")
    page = render_page(json.loads(json.dumps(found)))
    parser = HTMLParser()
    parser.feed(page)
    assert "+0.100" in page
    assert "http:" not in page.replace("http://www.w3.org", "")
    assert page == render_page(found)


def test_a_comparison_that_was_begun_otherwise_is_not_gone_on_with(tmp_path) -> None:
    def begin(budget: int = 1000, methods: str = "uniform", **changes: object) -> None:
        value = read_recipe("miniature") | changes
        made = Comparison("mine", str(tmp_path), value, load_methods([methods]), (0,), {"tokens": budget})
        Notes(made).begin(made)

    begin()
    begin(methods="astor")
    begin()
    with pytest.raises(UserError, match=r"with another recipe, and batch\.rollouts changed since"):
        begin(batch={"prompts": 8, "rollouts": 2})
    with pytest.raises(UserError, match="with the budget tokens=1000, not tokens=2000"):
        begin(budget=2000)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"rounds": 6}, "with the budget rounds=4, not rounds=6"),
        ({"budget": {"prompts": 16}}, "with the budget rounds=4, not prompts=16, rounds=4"),
    ],
)
def test_nor_is_one_without_a_budget_whose_recipe_got_another_length(changed, told: str, tmp_path) -> None:
    """A finished run of fewer rounds is found by the same name: beside longer ones it would look like theirs."""
    value, methods = read_recipe("miniature"), load_methods(["uniform"])
    for each in (value, value):
        made = Comparison("mine", str(tmp_path), each, methods, (0,), {})
        Notes(made).begin(made)
    other = Comparison("mine", str(tmp_path), value | changed, methods, (0,), {})
    with pytest.raises(UserError, match=told):
        Notes(other).begin(other)
