"""What ASTOR's scheduler does with tasks that are solved, hopeless, noisy or in each other's way."""

from collections.abc import Callable

import numpy as np
import pytest

from astor.coordination.scheduler import TaskInfo
from astor.coordination.schedulers.astor import AstorOptions, AstorScheduler
from astor.coordination.schedulers.uniform import UniformOptions
from tests.coordination.played import CHANCES, Play, advance
from tests.coordination.sketched import halves_of, report_of, unit

MakeTasks = Callable[..., list[TaskInfo]]


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


def test_sketches_are_asked_for_only_where_they_count() -> None:
    def sketch(**utility: object) -> str | None:
        return AstorOptions.model_validate({"utility": utility}).sketch

    assert sketch() == "gradient"
    reliable = sketch(synergy={"weight": 0.0}, noise="reliability")
    assert reliable == "gradient", "by the reliability of a gradient, noise is known"
    assert sketch(synergy={"weight": 0.0}) is None, "by answers that repeat, it is known without"
    assert sketch(potential={"measure": "first_order"}) == "adam"
    assert UniformOptions().sketch is None


def test_the_defaults_are_the_measured_ones() -> None:
    options = AstorOptions()
    assert (options.deficit, options.temperature, options.quotas) == ("drop", 0.25, "utility")
    assert (options.utility.potential.measure, options.utility.potential.smoothing) == ("spread", 0.88)
    assert (options.utility.noise, options.utility.combine) == ("repeats", "mul")
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
