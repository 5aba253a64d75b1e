"""The rollout step with an engine of servers: what a killed attempt had is taken up by the next one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.records import Completion
from astor.rollout.kept import KeptEngine
from astor.run.run import Run
from astor.steps.initialise import initialise
from astor.steps.plan import plan
from astor.steps.prepare import prepare
from astor.steps.rollout import rollout
from astor.storage import load
from tests.endpoints import application, listening


def test_an_attempt_goes_on_from_what_the_killed_one_had(
    miniature: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    one_step = {"policy.warm_start.steps": 1}
    with miniature(**one_step) as run:
        prompts, _ = prepare(run)
        policy = initialise(run, prompts)
        directory = load(policy.committed).part("policy")
    with application(directory, most_answers=4) as app, listening(app) as url:
        rollouts = {"type": "openai", "urls": [url], "requests_together": 1}
        with miniature(**one_step, rollout=rollouts) as run:
            planned = plan(run, prompts, policy)
            file = Path(run.places.at("in-flight", "rounds-00000-rollout.jsonl"))
            ask, asked = KeptEngine.generate, []

            def killed(self, policy, requests):
                asked.append(len(requests))
                ask(self, policy, requests[:3])
                raise UserError("killed")

            monkeypatch.setattr(KeptEngine, "generate", killed)
            with pytest.raises(UserError, match="killed"):
                rollout(run, prompts, planned, policy)
            monkeypatch.undo()
            assert len(file.read_text().split("\n")) == 3 + 1
            assert not run.artifacts.find(run.places.at("rounds", 0, "rollout"))
            completions: list[Completion] = run.artifacts.read(rollout(run, prompts, planned, policy), "completions")
            assert not file.exists()
            assert len(completions) == 4 * asked[0]
            assert {completion.policy_digest for completion in completions} == {policy.digest}
            engine = run.services.policies.sampler(policy).engine
            assert engine.metrics["requests"] == asked[0], "none was asked for twice"
