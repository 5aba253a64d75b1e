"""What every scheduler keeps to: plans that fill the batch, states that go on bit for bit, refusals."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from astor.coordination.catalogue import scheduler_classes
from astor.coordination.scheduler import PromptInfo, Scheduler, TaskInfo
from astor.coordination.schedulers.astor import AstorOptions, AstorScheduler
from astor.coordination.schedulers.mt_grpo import MtGrpoOptions
from astor.coordination.schedulers.uniform import UniformOptions, UniformScheduler
from astor.errors import UserError
from astor.records import PromptStatistics, read_parquet, write_parquet
from tests.coordination.played import CHANCES, Play, advance

MakeTasks = Callable[..., list[TaskInfo]]
Options = dict[str, object]
RECIPES: list[Options] = [
    {"type": "uniform"},
    {"type": "astor", "warm_up_rounds": 2},
    {
        "type": "astor",
        "warm_up_rounds": 1,
        "deficit": "carry",
        "utility": {"potential": {"measure": "progress"}, "combine": "add"},
        "calibration": {"by": "target", "kappa": 0.05},
        "prompts": {"by": "uniform"},
    },
]


def make(options: Options, tasks: list[TaskInfo], seed: int = 0) -> Scheduler:
    """The scheduler of a recipe."""
    kind = scheduler_classes()[str(options["type"])]
    return kind(kind.options_type.model_validate(options), tasks, seed)


def carried_over(scheduler: Scheduler, options: Options, tasks: list[TaskInfo], seed: int, folder: Path) -> Scheduler:
    """A new scheduler with the state of another one, by way of the files that a State is kept in."""
    write_parquet(folder / "statistics.parquet", scheduler.prompt_statistics(), PromptStatistics)
    again = make(options, tasks, seed)
    again.load_state_dict(json.loads(json.dumps(scheduler.state_dict(), allow_nan=False)))
    again.load_prompt_statistics(read_parquet(folder / "statistics.parquet", PromptStatistics))
    return again


@pytest.mark.parametrize("options", RECIPES)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), rounds=st.integers(0, 12), batch=st.integers(4, 60))
def test_a_scheduler_goes_on_from_its_state_bit_for_bit(
    options: Options, make_tasks: MakeTasks, play: Play, tmp_path: Path, seed: int, rounds: int, batch: int
) -> None:
    tasks = make_tasks(*CHANCES, prompts=60, graded=True)
    whole = make(options, tasks, seed)
    advance(whole, rounds, play, batch)
    plan = whole.next_round(batch)
    again = carried_over(whole, options, tasks, seed, tmp_path)
    for scheduler in (whole, again):
        scheduler.observe(play(plan, CHANCES))
    assert advance(again, rounds, play, batch) == advance(whole, rounds, play, batch)
    assert again.state_dict() == whole.state_dict()
    assert again.prompt_statistics() == whole.prompt_statistics()


def test_every_plan_fills_the_batch_with_different_prompts_of_the_right_tasks(
    make_tasks: MakeTasks, play: Play
) -> None:
    scheduler = AstorScheduler(AstorOptions(warm_up_rounds=3), make_tasks(*CHANCES, prompts=40), 7)
    for plan in advance(scheduler, 15, play):
        drawn = [prompt_id for ids in plan.prompt_ids.values() for prompt_id in ids]
        assert len(set(drawn)) == 32
        assert {task: len(ids) for task, ids in plan.prompt_ids.items()} == plan.quotas
        assert all(prompt_id.startswith(task) for task, ids in plan.prompt_ids.items() for prompt_id in ids)
        assert sum(plan.shares.values()) == pytest.approx(1)


def test_tasks_in_another_order_get_the_same_plan(make_tasks: MakeTasks, play: Play) -> None:
    forward = AstorScheduler(AstorOptions(warm_up_rounds=0), make_tasks("a", "b", "d"), 0)
    backward = AstorScheduler(AstorOptions(warm_up_rounds=0), make_tasks("d", "b", "a"), 0)
    for one, other in zip(advance(forward, 1, play, 30), advance(backward, 1, play, 30), strict=True):
        assert one.prompt_ids == other.prompt_ids


def test_rounds_without_signal_are_counted_until_one_has_some(make_tasks: MakeTasks, play: Play) -> None:
    scheduler = UniformScheduler(UniformOptions(), make_tasks("a", "b"), 0)
    for a in (0.0, 0.0, 0.5, 0.0):
        scheduler.observe(play(scheduler.next_round(8), {"a": a, "b": 1.0}))
    counts = {task: metrics["rounds_without_signal"] for task, metrics in scheduler.metrics().items()}
    assert counts == {"a": 1, "b": 4}


def test_only_mt_grpo_looks_at_the_loss_after_an_update_and_only_for_improvements() -> None:
    assert MtGrpoOptions().needs_loss_after
    assert not MtGrpoOptions(signal="reward").needs_loss_after
    assert not AstorOptions().needs_loss_after


@pytest.mark.parametrize("options", RECIPES)
def test_metrics_are_finite_before_and_after_the_first_round(
    options: Options, make_tasks: MakeTasks, play: Play
) -> None:
    scheduler = make(options, make_tasks(*CHANCES))
    for _ in range(2):
        assert all(np.isfinite(list(metrics.values())).all() for metrics in scheduler.metrics().values())
        advance(scheduler, 1, play)


def test_kl_coefficients_are_the_tasks_own_the_options_or_the_default(make_tasks: MakeTasks) -> None:
    tasks = [*make_tasks("a", "b"), TaskInfo("c", [PromptInfo("c0", 0)], kl_base=0.5)]
    options = UniformOptions(kl_coefficients={"b": 0.02, "c": 0.03})
    assert UniformScheduler(options, tasks, 0).next_round(3).kl_coefficients == {"a": 1e-3, "b": 0.02, "c": 0.5}


def test_what_cannot_be_scheduled_is_refused(make_tasks: MakeTasks) -> None:
    with pytest.raises(UserError, match="task a has no training prompts"):
        UniformScheduler(UniformOptions(), make_tasks("a", prompts=0), 0)
    with pytest.raises(UserError, match="has z: 1"):
        UniformScheduler(UniformOptions(kl_coefficients={"z": 1.0}), make_tasks("a"), 0)
    with pytest.raises(UserError, match="has a: nan"):
        UniformScheduler(UniformOptions(kl_coefficients={"a": float("nan")}), make_tasks("a"), 0)
    with pytest.raises(UserError, match="more than the whole batch"):
        AstorScheduler(AstorOptions(floor=0.3), make_tasks(*CHANCES), 0)


def test_a_state_of_another_scheduler_seed_or_set_of_tasks_is_refused(make_tasks: MakeTasks) -> None:
    tasks = make_tasks("a", "b")
    state = AstorScheduler(AstorOptions(), tasks, 0).state_dict()
    for other in (
        UniformScheduler(UniformOptions(), tasks, 0),
        AstorScheduler(AstorOptions(), tasks, 1),
        AstorScheduler(AstorOptions(), make_tasks("a"), 0),
    ):
        with pytest.raises(UserError):
            other.load_state_dict(state)
    with pytest.raises(UserError, match="unknown"):
        AstorScheduler(AstorOptions(), tasks, 0).load_state_dict({**state, "more": 1})
    with pytest.raises(UserError, match="keeps no prompt statistics"):
        UniformScheduler(UniformOptions(), tasks, 0).load_prompt_statistics(
            [PromptStatistics(prompt_id="a-0000", task="a", visits=1, successes=1, failures=0)]
        )


def test_first_visits_are_of_prompts_that_no_round_drew(make_tasks: MakeTasks, play: Play) -> None:
    scheduler = AstorScheduler(AstorOptions(), make_tasks("a", "b", prompts=4), 0)
    plan = scheduler.next_round(4)
    drawn = {prompt_id for ids in plan.prompt_ids.values() for prompt_id in ids}
    assert scheduler.first_visits(plan.prompt_ids) == drawn
    scheduler.observe(play(plan, {"a": 0.5, "b": 0.5}))
    assert scheduler.first_visits(plan.prompt_ids) == set()
    assert UniformScheduler(UniformOptions(), make_tasks("a"), 0).first_visits({"a": ["a-0000"]}) == set()
