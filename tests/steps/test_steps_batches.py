"""Batches that accept some of what was drawn: records show what the update got, and what was generated counts."""

from collections import Counter
from collections.abc import Callable

import pytest

from astor.errors import UserError
from astor.loop import Start, train
from astor.records import Batch, Group, State, UpdateReport
from astor.run.run import Run
from astor.steps.initialise import initialise
from astor.steps.plan import plan
from astor.steps.prepare import prepare

SMALL = {"rounds": 1, "rounds_per_segment": 1, "checkpoint_every": 1, "policy.warm_start.steps": 10}
SMALL |= {"tasks": {"io_prediction": {"max_tokens": 8}, "commit_message": {"max_tokens": 8}}}
SMALL |= {"data.prompts.demonstrations": {"io_prediction": 20, "commit_message": 20}}
SMALL |= {"scheduler": {"type": "mt_grpo", "batches": {"oversampling": 1.5, "draws": 2}}}


def test_accepted_groups_are_kept_and_the_others_count_as_spent(miniature: Callable[..., Run]) -> None:
    with miniature(**SMALL) as run:
        prompts, references = prepare(run)
        policy = initialise(run, prompts)
        train(run, Start(prompts, references, policy, plan(run, prompts, policy)), 1)
        scored = run.artifacts.committed(run.places.at("rounds", 0, "score"))
        groups: list[Group] = run.artifacts.read(scored, "groups")
        state: State = run.artifacts.read(scored, "state")
        drawn: list[Batch] = [
            run.artifacts.read(run.artifacts.committed(run.places.at("rounds", 0, step)), "batch")
            for step in run.places.below("rounds", 0)
            if step.startswith("redraw")
        ]
        updated = run.artifacts.committed(run.places.at("rounds", 0, "update"))
        report: UpdateReport = run.artifacts.read(updated, "report")
    assert len(drawn) == 1
    assert len(groups) == 12 + len(drawn[0].rows)
    accepted = Counter(group.task for group in groups if group.kept and group.informative)
    informative = sum(group.informative for group in groups)
    assert 0 < accepted.total() == min(8, informative)
    assert sum(statistics.quota for statistics in state.tasks.values()) == 8
    assert state.counters["rollouts"] == 4 * len(groups)
    assert sum(statistics.prompts for statistics in state.tasks.values()) == len(groups)
    assert all(told.loss_after is not None for told in report.tasks.values())


def test_batches_that_draw_again_need_a_loop(miniature: Callable[..., Run]) -> None:
    with pytest.raises(UserError, match=r"the scheduler mt_grpo draws further prompts .*set granularity: segment"):
        miniature(**SMALL, granularity="step")
    once = {"scheduler": {"type": "uniform", "batches": {"by": "dynamic", "draws": 1}}}
    assert not miniature(**(SMALL | once), granularity="step").recipe.scheduler.redraws
