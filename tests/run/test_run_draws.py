"""From verdicts to rewards."""

from collections.abc import Callable

import pytest

from astor.records import Batch, BatchRow, Outcome, Verdict
from astor.run.draws import Draw, judge_draws
from astor.run.run import Run

LENGTHS = (4, 16, 18, 20)


def judge(run: Run) -> tuple[float, ...]:
    """Rewards of four right answers of different lengths, of 20 tokens that each could have had."""
    row = BatchRow(prompt_id="p", task="io_prediction", rollouts=4, max_tokens=20)
    batch = Batch(
        round=0,
        policy_digest=None,
        seed=0,
        temperature=1.0,
        rows=(row,),
        quotas={"io_prediction": 1},
        kl_coefficients={"io_prediction": 0.0},
    )
    right = {"prompt_id": "p", "task": "io_prediction", "outcome": Outcome.PASSED, "score": 1.0, "format": 1.0}
    verdicts = [Verdict(rollout=rollout, tokens=tokens, **right) for rollout, tokens in enumerate(LENGTHS)]
    planned = run.artifacts.commit(run.places.at("planned"), {}, batch=batch)
    verified = run.artifacts.commit(run.places.at("verified"), {}, verdicts=verdicts)
    (group,) = judge_draws(run, [Draw(planned, verified, verified)]).groups
    return group.rewards


@pytest.mark.parametrize(("loss", "rewards"), [("grpo", (1, 1, 1, 1)), ("dapo", (1, 1, 0.5, 0)), ("dr_grpo", (1,) * 4)])
def test_overlong_answers_lose_of_their_reward_under_dapo_alone(
    loss: str, rewards: tuple[float, ...], miniature: Callable[..., Run]
) -> None:
    with miniature(**{"training.loss": {"type": loss}}) as run:
        assert judge(run) == pytest.approx(rewards)
