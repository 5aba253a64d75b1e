"""What ASTOR's scheduler does in worlds that are made to show it."""

from dataclasses import replace
from functools import cache

import pytest

from astor.coordination.schedulers.astor import AstorOptions, AstorScheduler
from astor.experiments.simulator.simulation import History, simulate
from astor.experiments.simulator.world import World
from astor.experiments.simulator.worlds import WORLDS

LATE = slice(-40, None)


def live(world: World, rounds: int, batch: int = 48, **options: object) -> History:
    """A life under ASTOR's scheduler, with equal quotas for ten rounds."""
    chosen = AstorOptions.model_validate({"warm_up_rounds": 10, **options})
    return simulate(AstorScheduler(chosen, world.infos(0), 0), world, rounds, batch=batch)


@cache
def mixed() -> History:
    return live(WORLDS["mixed"], 100)


def test_a_saturated_task_loses_budget_and_gets_it_back_when_it_regresses() -> None:
    history = live(WORLDS["regressing"], 150)
    before, after = (history.share("saturated", part) for part in (slice(50, 80), LATE))
    assert before < 0.1
    assert after > 0.25


def test_a_hopeless_task_does_not_eat_the_budget_and_none_starves() -> None:
    history = mixed()
    assert history.share("hopeless", LATE) < 0.1
    assert history.share("saturated", LATE) < 0.1
    assert history.shares.min() >= 0.05 - 1e-9, "the floor"
    assert (history.generated.min(axis=0) >= 2).all(), "each task gets prompts in every round"


def test_a_task_whose_rewards_are_noise_ends_below_its_equal_share() -> None:
    history = mixed()
    assert history.share("noisy", LATE) < 1 / 12


@pytest.mark.parametrize("batch", [18, 36])
def test_noise_is_told_in_few_rounds_of_small_batches(batch: int) -> None:
    history = live(WORLDS["noisy"], 30, batch=batch)
    assert history.share("noisy", slice(10, None)) < 0.12, "1/3 is its equal share"


def test_a_task_that_helps_others_gains_and_only_through_synergy() -> None:
    still = replace(WORLDS["helpful"], rate=0, gradient_noise=1.0)
    history = live(still, 80)
    assert history.share("helper", LATE) > history.share("alone", LATE) + 0.03
    blind = live(still, 80, utility={"synergy": {"weight": 0.0}})
    assert blind.share("helper", LATE) == pytest.approx(blind.share("alone", LATE), abs=0.03)


def test_scheduling_finds_more_useful_groups_than_uniform_quotas_do() -> None:
    even, ours = live(WORLDS["mixed"], 100, quotas="uniform", prompts={"by": "uniform"}), mixed()
    useful = [history.useful.sum() / history.generated.sum() for history in (ours, even)]
    assert useful[0] > 1.5 * useful[1]
    assert ours.scores[-1].mean() > even.scores[-1].mean()
