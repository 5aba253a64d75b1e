"""A scheduler may draw further prompts within a round: the loop follows, and a round that was cut off goes on."""

from collections.abc import Callable

import pytest

from astor.coordination.catalogue import scheduler_classes
from astor.coordination.scheduler import PromptInfo, TaskInfo
from astor.errors import UserError
from astor.loop import Start, train
from astor.records import Batch, Group, State
from astor.run.run import Run
from astor.steps.initialise import initialise
from astor.steps.plan import plan
from astor.steps.prepare import prepare

AGAIN = """
from dataclasses import replace
from typing import ClassVar, Literal
from astor.coordination.schedulers.uniform import UniformOptions, UniformScheduler

class AgainOptions(UniformOptions):
    type: Literal["again"] = "again"
    redraws: ClassVar[bool] = True

class Again(UniformScheduler):
    "Draws a prompt of each task once more in every round."
    options_type = AgainOptions

    def _redraw(self, observation, draw):
        if draw > 1:
            return None
        seen = {prompt.prompt_id for task in observation.tasks.values() for prompt in task.prompts}
        fresh = {task.key: [next(prompt.id for prompt in task.prompts if prompt.id not in seen)] for task in self.tasks}
        plan = self._plan(observation.round, len(self.tasks))
        return replace(plan, draw=draw, prompt_ids=fresh, quotas=dict.fromkeys(fresh, 1))

def schedulers():
    return {"again": Again}
"""
SMALL = {"scheduler": {"type": "again"}, "rounds": 1, "rounds_per_segment": 1, "checkpoint_every": 1}
SMALL |= {"policy.warm_start.steps": 1}


@pytest.fixture(autouse=True)
def again(installed: Callable[..., None]) -> None:
    installed("astor.schedulers", AGAIN, "schedulers")


def begin(run: Run) -> Start:
    prompts, references = prepare(run)
    policy = initialise(run, prompts)
    return Start(prompts, references, policy, plan(run, prompts, policy))


def test_both_draws_are_committed_scored_and_trained_on(miniature: Callable[..., Run]) -> None:
    with miniature(**SMALL) as run:
        policy = train(run, begin(run), 1)
        assert policy.updates == 1
        steps = ["redraw-1", "rollout", "rollout-1", "score", "update", "verify", "verify-1"]
        assert run.places.below("rounds", 0) == steps
        scored = run.artifacts.committed(run.places.at("rounds", 0, "score"))
        groups: list[Group] = run.artifacts.read(scored, "groups")
        following: Batch = run.artifacts.read(scored, "batch")
        assert following.policy_digest == policy.lineage, "the next batch is for what this round makes"
        drawn = run.artifacts.committed(run.places.at("rounds", 0, "redraw-1"))
        batch: Batch = run.artifacts.read(drawn, "batch")
        assert len(groups) == run.recipe.batch.prompts + len(run.tasks)
        assert (batch.round, batch.draw) == (0, 1)
        assert {row.prompt_id for row in batch.rows} <= {group.prompt_id for group in groups}
        state: State = run.artifacts.read(drawn, "state")
        assert state.scheduler["draw"] == 1


def test_a_round_that_ended_after_its_first_draw_goes_on_to_the_same_end(miniature: Callable[..., Run]) -> None:
    with miniature(**SMALL) as run:
        start = begin(run)
        whole = train(run, start, 1)
    run.places.remove("rounds", 1)
    for step in ("redraw-1", "rollout-1", "verify-1", "score", "update"):
        run.places.remove("rounds", 0, step)
    with miniature(**SMALL) as again:
        assert train(again, start, 1) == whole


def test_a_state_between_draws_is_resumed() -> None:
    options = scheduler_classes()["again"].options_type(type="again")
    make = [
        scheduler_classes()["again"](options, [TaskInfo("t", [PromptInfo("p", 1), PromptInfo("q", 1)])], seed=0)
        for _ in range(2)
    ]
    make[0].next_round(1)
    make[0].draw = 1
    make[1].load_state_dict(make[0].state_dict())
    assert (make[1].round, make[1].draw) == (1, 1)


def test_tasks_of_a_pipeline_that_are_steps_cannot_follow(miniature: Callable[..., Run]) -> None:
    with pytest.raises(UserError, match=r"draws further prompts within a round, .* set granularity: segment"):
        miniature(**SMALL, granularity="step")
