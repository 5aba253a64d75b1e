import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from astor.coordination.catalogue import scheduler_classes
from astor.coordination.observation import RoundObservation
from astor.coordination.scheduler import PromptInfo, Scheduler, TaskInfo
from astor.coordination.schedulers.astor import AstorOptions, AstorScheduler
from astor.coordination.schedulers.mt_grpo import MtGrpoOptions
from astor.coordination.schedulers.uniform import UniformOptions, UniformScheduler
from astor.errors import UserError
from astor.records import PromptStatistics, UpdateReport, read_parquet, write_parquet
from tests.coordination.sketched import halves_of, report_of, unit

CHANCES = {"a": 0.5, "b": 0.98, "c": 0.02, "d": 0.3}
Play = Callable[..., RoundObservation]
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


def sketched(round: int) -> UpdateReport:
    """A report with sketches in which a and d pull together and b pulls against them."""
    random = np.random.default_rng(round)
    signs = {"a": 1, "b": -1, "d": 1}
    halves = {task: tuple(sign + 0.3 * random.normal(size=64) for _ in range(2)) for task, sign in signs.items()}
    return report_of(halves if round % 2 == 0 else {}, kl=dict.fromkeys(CHANCES, 0.01 * round))


def advance(scheduler: Scheduler, rounds: int, play: Play, batch: int = 32) -> list[object]:
    """Plan and observe, ending with a plan; what was planned."""
    plans = []
    for _ in range(rounds):
        plan = scheduler.next_round(batch)
        plans.append(plan)
        scheduler.observe(play(plan, CHANCES, sketched(plan.round - 1) if plan.round else None))
    return plans


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


def test_the_warm_up_is_uniform_with_multipliers_of_one(make_tasks: MakeTasks, play: Play) -> None:
    scheduler = AstorScheduler(AstorOptions(warm_up_rounds=5), make_tasks(*CHANCES), 0)
    plans = advance(scheduler, 8, play)
    for plan in plans[:5]:
        assert set(plan.quotas.values()) == {8}
        assert set(plan.kl_multipliers.values()) == {1.0}
        assert not any(plan.deficits.values())
    assert len(set(plans[7].quotas.values())) > 1
    assert set(plans[7].kl_multipliers.values()) != {1.0}


def test_quotas_leave_tasks_that_are_solved_or_hopeless_and_these_are_held_tighter(
    make_tasks: MakeTasks, play: Play
) -> None:
    scheduler = AstorScheduler(AstorOptions(warm_up_rounds=2), make_tasks(*CHANCES, prompts=400), 0)
    plan = advance(scheduler, 30, play)[-1]
    assert min(plan.quotas["a"], plan.quotas["d"]) > 2 * max(plan.quotas["b"], plan.quotas["c"])
    assert plan.kl_coefficients["a"] < 1e-3 < plan.kl_coefficients["b"]
    metrics = scheduler.metrics()
    assert metrics["a"]["potential"] > 0.8 > 0.2 > metrics["c"]["potential"]
    assert metrics["a"]["synergy"] > metrics["b"]["synergy"]


def test_a_task_short_of_informative_groups_gets_more_than_its_share_but_never_twice(
    make_tasks: MakeTasks, play: Play
) -> None:
    scheduler = AstorScheduler(
        AstorOptions(warm_up_rounds=1, quotas="uniform", deficit="carry"), make_tasks("a", "b"), 0
    )
    for _ in range(20):
        plan = scheduler.next_round(32)
        scheduler.observe(play(plan, {"a": 0.5, "b": 0.0}))
    assert plan.deficits["b"] == 16
    assert plan.deficits["a"] < 8
    assert sum(plan.quotas.values()) == 32
    assert 16 < plan.quotas["b"] < 24


def test_ablations_take_their_part_out(make_tasks: MakeTasks, play: Play) -> None:
    options = {
        "quotas": "uniform",
        "calibration": {"by": "off"},
        "prompts": {"by": "uniform"},
    }
    scheduler = AstorScheduler(AstorOptions.model_validate({"warm_up_rounds": 0, **options}), make_tasks(*CHANCES), 0)
    for plan in advance(scheduler, 6, play):
        assert set(plan.quotas.values()) == {8}
        assert set(plan.kl_multipliers.values()) == {1.0}


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


def test_sketches_are_asked_for_only_where_they_count() -> None:
    def sketch(**utility: object) -> str | None:
        return AstorOptions.model_validate({"utility": utility}).sketch

    assert sketch() == "gradient"
    assert sketch(synergy={"weight": 0.0}) == "gradient", "by the reliability of a gradient, noise is known"
    assert sketch(synergy={"weight": 0.0}, noise="off") is None
    assert sketch(potential={"measure": "first_order"}) == "adam"
    assert UniformOptions().sketch is None


def test_the_defaults_are_the_measured_ones() -> None:
    options = AstorOptions()
    assert (options.deficit, options.temperature, options.quotas) == ("drop", 0.25, "utility")
    assert (options.utility.potential.measure, options.utility.potential.smoothing) == ("spread", 0.88)
    assert (options.utility.noise, options.utility.combine) == ("reliability", "mul")
    assert (options.utility.synergy.smoothing, options.utility.synergy.least_reliability) == (0.9, 0.5)
    assert (options.calibration.by, options.prompts.by, options.prompts.cap) == ("multiplier", "thompson", 2)


def test_a_task_whose_rewards_are_coins_loses_its_quota_when_its_gradient_is_known_to_be_noise(
    make_tasks: MakeTasks, play: Play
) -> None:
    chances, random = {"coins": 0.5, "real": 0.3}, np.random.default_rng(0)
    direction = unit(random)

    def end(noise: str) -> float:
        options = AstorOptions.model_validate({"warm_up_rounds": 2, "utility": {"noise": noise}})
        scheduler = AstorScheduler(options, make_tasks(*chances), 0)
        for _ in range(25):
            plan = scheduler.next_round(32)
            halves = {
                "coins": halves_of(0 * direction, 1.0, random),
                "real": halves_of(direction, 0.5, random),
            }
            scheduler.observe(play(plan, chances, report_of(halves)))
        return plan.shares["coins"]

    assert end("off") > 0.5
    assert end("reliability") < 0.2


def test_first_order_utility_takes_from_the_task_that_harms_the_others(make_tasks: MakeTasks, play: Play) -> None:
    options = AstorOptions.model_validate({"warm_up_rounds": 1, "utility": {"potential": {"measure": "first_order"}}})
    scheduler = AstorScheduler(options, make_tasks("a", "b", "c"), 0)
    random = np.random.default_rng(0)
    direction = unit(random)
    halves = {task: halves_of(sign * direction, 0.1, random) for task, sign in {"a": 1, "b": 0.8, "c": -0.3}.items()}
    for _ in range(5):
        plan = scheduler.next_round(30)
        scheduler.observe(play(plan, {"a": 0.5, "b": 0.5, "c": 0.5}, report_of(halves, preconditioned=True)))
    shares = scheduler.next_round(30).shares
    assert shares["a"] >= shares["b"] > 2 * shares["c"]


def test_first_order_utility_of_one_task_gives_it_all(make_tasks: MakeTasks, play: Play) -> None:
    options = AstorOptions.model_validate({"warm_up_rounds": 0, "utility": {"potential": {"measure": "first_order"}}})
    scheduler = AstorScheduler(options, make_tasks("a"), 0)
    for _ in range(3):
        plan = scheduler.next_round(8)
        assert plan.shares == {"a": 1}
        scheduler.observe(play(plan, CHANCES, report_of({"a": (np.ones(4), -np.ones(4))}, preconditioned=True)))


def test_a_kl_target_holds_a_task_that_went_too_far(make_tasks: MakeTasks, play: Play) -> None:
    options = AstorOptions.model_validate({"warm_up_rounds": 1, "calibration": {"by": "target", "kappa": 0.1}})
    scheduler = AstorScheduler(options, make_tasks("a", "b"), 0)
    for _ in range(6):
        report = report_of(kl={"a": 0.9, "b": 0.1})
        plan = scheduler.next_round(16)
        scheduler.observe(play(plan, {"a": 0.5, "b": 0.5}, report))
    assert plan.kl_multipliers["a"] == pytest.approx(np.exp(0.5), rel=0.01)
    assert plan.kl_multipliers["b"] == pytest.approx(1, abs=0.15)


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
