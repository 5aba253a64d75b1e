"""The rollout step takes up what a killed attempt had, where the engine gives its samples one by one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from astor.records import Completion
from astor.run.run import Run
from astor.steps.initialise import initialise
from astor.steps.plan import plan
from astor.steps.prepare import prepare
from astor.steps.rollout import rollout

MINE = """
from typing import Literal
from astor.rollout.engine import EngineOptions, Sample

class Mine(EngineOptions):
    type: Literal["mine"] = "mine"

    def make(self, ranks):
        return Engine()

class Engine:
    "Says how often it was asked, and is killed once, when it has answered three requests."
    metrics = {"requests": 0}

    def generate(self, policy, requests):
        raise NotImplementedError

    def stream(self, policy, requests, arrived):
        for place, request in enumerate(requests):
            if self.metrics["requests"] == 3 and len(requests) > 5:
                raise KeyboardInterrupt
            self.metrics["requests"] += 1
            said = Sample((self.metrics["requests"],), (-0.5,), "stop", policy.digest)
            arrived(place, [said] * request.rollouts)

def engines():
    return {"mine": Mine}
"""


def test_an_attempt_goes_on_from_what_the_killed_one_had(
    installed: Callable[..., None], miniature: Callable[..., Run]
) -> None:
    installed("astor.rollout_engines", MINE, "engines")
    with miniature(**{"rollout.type": "mine", "policy.warm_start.steps": 1}) as run:
        prompts, _ = prepare(run)
        policy = initialise(run, prompts)
        planned = plan(run, prompts, policy)
        with pytest.raises(KeyboardInterrupt):
            rollout(run, prompts, planned, policy)
        file = Path(run.places.at("in-flight", "rounds-00000-rollout.jsonl"))
        assert len(file.read_text().split()) > 3
        assert not run.artifacts.find(run.places.at("rounds", 0, "rollout"))
        run.places.remove("rounds", 0)  # as a run does that goes on from its last checkpoint
        completions: list[Completion] = run.artifacts.read(rollout(run, prompts, planned, policy), "completions")
        assert not file.exists()
        firsts = [completion.tokens for completion in completions if completion.rollout == 0]
        assert firsts == [(number,) for number in range(1, len(firsts) + 1)], "none was asked for twice"
