"""A rollout engine of another package is found by its name, and says which policy sampled."""

from collections.abc import Callable

from astor.records import Batch, Completion
from astor.rollout.catalogue import engine_options
from astor.run.run import Run
from astor.steps.initialise import initialise
from astor.steps.plan import plan
from astor.steps.prepare import prepare
from astor.steps.rollout import rollout

MINE = """
from dataclasses import dataclass
from typing import Literal
from astor.rollout.engine import EngineOptions, Sample

class Mine(EngineOptions):
    type: Literal["mine"] = "mine"

    def make(self, ranks):
        return Engine()

class Engine:
    "Says nothing, on behalf of whichever policy it is asked for."
    metrics = {}

    def generate(self, policy, requests):
        silence = Sample((5,), (-0.5,), "stop", policy.lineage)
        return [silence for request in requests for _ in range(request.rollouts)]

def engines():
    return {"mine": Mine}
"""


def test_ours_carry_their_names() -> None:
    for name, options in engine_options().items():
        assert options.model_fields["type"].default == name


def test_a_package_adds_its_own(installed: Callable[..., None], miniature: Callable[..., Run]) -> None:
    installed("astor.rollout_engines", MINE, "engines")
    with miniature(**{"rollout.type": "mine", "policy.warm_start.steps": 1}) as run:
        prompts, _ = prepare(run)
        policy = initialise(run, prompts)
        planned = plan(run, prompts, policy)
        batch: Batch = run.artifacts.read(planned, "batch")
        assert batch.policy_digest == policy.digest, "a batch names the policy that must roll it out"
        completions: list[Completion] = run.artifacts.read(rollout(run, prompts, planned, policy), "completions")
        assert {completion.policy_digest for completion in completions} == {policy.lineage}
