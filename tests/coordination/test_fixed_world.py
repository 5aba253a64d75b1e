"""A world that stays as it is: a saturated task, a hopeless one, and two that can be learnt and never are.

16 prompts a task and 8 rollouts at equal quotas.
"""

from collections.abc import Callable

import numpy as np
import pytest

from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation
from astor.coordination.scheduler import RoundPlan, Scheduler, TaskInfo
from astor.coordination.schedulers.astor import AstorOptions, AstorScheduler
from astor.coordination.schedulers.uniform import UniformOptions, UniformScheduler

RATES = {"saturated": 0.995, "hopeless": 0.005, "one": 0.2, "other": 0.2}


def answered(plan: RoundPlan) -> RoundObservation:
    """The plan's prompts, each answered by eight coins."""
    random, tasks = np.random.default_rng(plan.round), {}
    for task, ids in plan.prompt_ids.items():
        answers = (random.random((len(ids), 8)) < RATES[task]).astype(float).tolist()
        tasks[task] = TaskObservation(
            tuple(
                PromptObservation(name, tuple(scores), tuple(scores), (), 0 < sum(scores) < 8)
                for name, scores in zip(ids, answers, strict=True)
            )
        )
    return RoundObservation(plan.round, tasks)


def live(scheduler: Scheduler, rounds: int = 60, skipped: int = 20) -> tuple[float, float]:
    """Share of the prompts that the dead tasks got after the first rounds, and share of groups that were useful."""
    dead, useful = [], []
    for _ in range(rounds):
        plan = scheduler.next_round(64)
        observation = answered(plan)
        scheduler.observe(observation)
        dead.append((plan.quotas["saturated"] + plan.quotas["hopeless"]) / 64)
        useful.append(sum(seen.informative for seen in observation.tasks.values()) / 64)
    return float(np.mean(dead[skipped:])), float(np.mean(useful[skipped:]))


@pytest.mark.parametrize(
    ("options", "dead", "more_useful"),
    [
        ({}, 0.16, 1.67),
        ({"temperature": 0.5}, 0.27, 1.43),
        ({"temperature": 0.5, "deficit": "carry"}, 0.37, 1.27),
    ],
)
def test_dead_tasks_keep_a_sixth_of_the_batch_and_more_by_older_rules(
    options: dict[str, object], dead: float, more_useful: float, make_tasks: Callable[..., list[TaskInfo]]
) -> None:
    """Within 0.03, and 0.08 of the useful groups that uniform quotas have."""
    tasks = make_tasks(*RATES, prompts=100)
    share, useful = live(AstorScheduler(AstorOptions(warm_up_rounds=2, **options), tasks, 0))
    even, uniform = live(UniformScheduler(UniformOptions(), tasks, 0))
    assert even == 0.5
    assert share == pytest.approx(dead, abs=0.03)
    assert useful / uniform == pytest.approx(more_useful, abs=0.08)
