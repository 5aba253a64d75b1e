"""Rounds of a scheduler, with tasks that are half solved, solved, hopeless and hard."""

from collections.abc import Callable

import numpy as np

from astor.coordination.observation import RoundObservation
from astor.coordination.scheduler import RoundPlan, Scheduler
from astor.records import UpdateReport
from tests.coordination.sketched import report_of

CHANCES = {"a": 0.5, "b": 0.98, "c": 0.02, "d": 0.3}
Play = Callable[..., RoundObservation]


def pulling(round: int) -> UpdateReport:
    """A report with sketches in which a and d pull together and b pulls against them."""
    random = np.random.default_rng(round)
    signs = {"a": 1, "b": -1, "d": 1}
    halves = {task: tuple(sign + 0.3 * random.normal(size=64) for _ in range(2)) for task, sign in signs.items()}
    return report_of(halves if round % 2 == 0 else {}, kl=dict.fromkeys(CHANCES, 0.01 * round))


def advance(scheduler: Scheduler, rounds: int, play: Play, batch: int = 32) -> list[RoundPlan]:
    """Plan and observe, ending with a plan; what was planned."""
    plans = []
    for _ in range(rounds):
        plan = scheduler.next_round(batch)
        plans.append(plan)
        scheduler.observe(play(plan, CHANCES, pulling(plan.round - 1) if plan.round else None))
    return plans
