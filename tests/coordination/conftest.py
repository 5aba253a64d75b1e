"""Rounds without a model: prompts of a known difficulty, answered by coins."""

from collections.abc import Callable

import numpy as np
import pytest

from astor.coordination.groups import GroupOptions, form_groups
from astor.coordination.observation import RoundObservation, observe_round
from astor.coordination.scheduler import PromptInfo, RoundPlan, TaskInfo
from astor.records import Outcome, UpdateReport, Verdict

Play = Callable[..., RoundObservation]


@pytest.fixture
def make_tasks() -> Callable[..., list[TaskInfo]]:
    """`make_tasks("a", "b", prompts=10)`: tasks with prompts in three difficulty buckets, scored 0 or 1."""

    def make(*keys: str, prompts: int = 50, graded: bool = False) -> list[TaskInfo]:
        return [TaskInfo(key, [PromptInfo(f"{key}-{i:04d}", i % 3) for i in range(prompts)], graded) for key in keys]

    return make


@pytest.fixture
def play() -> Play:
    """`play(plan, {"a": 0.5})`: the observation of a plan whose rollouts pass with each task's probability."""

    def play_round(
        plan: RoundPlan, chances: dict[str, float], report: UpdateReport | None = None, rollouts: int = 8
    ) -> RoundObservation:
        random = np.random.default_rng(plan.round)
        verdicts = [
            Verdict(
                prompt_id=prompt_id,
                rollout=rollout,
                task=task,
                outcome=Outcome.PASSED if passed else Outcome.FAILED,
                score=float(passed),
                format=1.0,
                tokens=10,
            )
            for task, prompt_ids in plan.prompt_ids.items()
            for prompt_id in prompt_ids
            for rollout, passed in enumerate(random.random(rollouts) < chances[task])
        ]
        groups, _ = form_groups(
            verdicts,
            lambda verdict: verdict.score,
            lambda rewards: rewards - rewards.mean(),
            GroupOptions(),
            plan.quotas,
            plan.kl_coefficients,
        )
        return observe_round(plan.round, verdicts, groups, report)

    return play_round
