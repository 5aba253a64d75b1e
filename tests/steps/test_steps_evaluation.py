"""Where rollouts, verdicts and scores lie: beside each other, by round or by the policy that is evaluated."""

from collections.abc import Callable

import pytest

from astor.errors import UserError
from astor.loop import Start, evaluate_policy
from astor.run.history import history_so_far
from astor.run.run import Run
from astor.steps.initialise import initialise
from astor.steps.plan import plan
from astor.steps.prepare import prepare
from astor.steps.rollout import rollout
from astor.steps.verify import verify


def test_each_lies_where_its_round_or_its_policy_says(miniature: Callable[..., Run]) -> None:
    counts = {"data.prompts.train": 4, "data.prompts.held_out": 2, "data.prompts.promotion": 2}
    with miniature(**{"policy.warm_start.steps": 1}, **counts) as run:
        prompts, references = prepare(run)
        policy = initialise(run, prompts)
        planned = plan(run, prompts, policy)
        with pytest.raises(UserError, match="Nothing was evaluated in"):
            history_so_far(run)
        start = Start(prompts, references, policy, planned)
        for split in ("held_out", "promotion"):
            scores = evaluate_policy(run, start, policy, split)
            assert scores.uri == run.places.at("evaluations", f"{split}-{policy.digest[:12]}", "scores")
            assert run.places.below("evaluations", f"{split}-{policy.digest[:12]}") == ["rollout", "scores", "verify"]
        completions = rollout(run, prompts, planned, policy)
        assert completions.uri == run.places.at("rounds", 0, "rollout")
        assert verify(run, references, completions).uri == run.places.at("rounds", 0, "verify")
        assert rollout(run, prompts, planned, policy) == completions
        history = history_so_far(run)
        assert history.before == history.after, "nothing but the first policy was evaluated"
        assert history.decision is None
        assert {prompt.task for prompt, _, _ in history.samples} == run.tasks.keys()
