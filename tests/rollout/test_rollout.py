"""A batch becomes completions, repeatably, and only by the policy that it is meant for."""

from pathlib import Path

import pytest

from astor.errors import UserError
from astor.policies.policy import Policy, save_policy
from astor.records import Batch, BatchRow, Message, Prompt, Split
from astor.rollout.options import TransformersEngineOptions
from astor.rollout.rollout import roll_out, row_seed
from astor.rollout.transformers_engine import TransformersEngine

PROMPTS = {
    f"p{i}": Prompt(
        id=f"p{i}",
        item_id=f"i{i}",
        task="io_prediction",
        split=Split.TRAIN,
        messages=(Message(role="user", content=f"x = {i}\nx == ?"),),
    )
    for i in range(4)
}


def batch(*names: str, digest: str | None = None, seed: int = 1) -> Batch:
    rows = tuple(BatchRow(prompt_id=name, task="io_prediction", rollouts=3, max_tokens=16) for name in names)
    return Batch(round=2, policy_digest=digest, seed=seed, temperature=1.0, rows=rows)


@pytest.fixture
def engine() -> TransformersEngine:
    return TransformersEngine(TransformersEngineOptions())


def test_completions_come_in_the_order_of_rows_and_rollouts(engine: TransformersEngine, policy: Policy) -> None:
    completions = roll_out(engine, policy, PROMPTS, batch("p2", "p0"))
    assert [(c.prompt_id, c.rollout) for c in completions] == [(p, i) for p in ("p2", "p0") for i in range(3)]
    for completion in completions:
        assert list(completion.prompt_tokens) == policy.encode(PROMPTS[completion.prompt_id].messages)
        assert len(completion.tokens) == len(completion.logp_rollout) == len(completion.loss_mask) <= 16
        assert completion.text == policy.decode(completion.tokens)
        assert "<|end|>" not in completion.text
        assert all(logp <= 0 for logp in completion.logp_rollout)


def test_a_row_depends_on_the_batchs_seed_and_its_prompt_alone(
    engine: TransformersEngine, exact_policy: Policy
) -> None:
    alone = roll_out(engine, exact_policy, PROMPTS, batch("p1"))
    among_others = roll_out(engine, exact_policy, PROMPTS, batch("p3", "p1"))
    assert [c.tokens for c in among_others[3:]] == [c.tokens for c in alone]
    other_seed = roll_out(engine, exact_policy, PROMPTS, batch("p1", seed=2))
    assert [c.tokens for c in other_seed] != [c.tokens for c in alone]


def test_row_seeds_are_the_same_everywhere() -> None:
    assert row_seed(1, "p1") == 6_265_090_609_702_029_918
    assert len({row_seed(seed, f"p{i}") for seed in range(10) for i in range(10)}) == 100


def test_only_the_policy_that_the_batch_names_rolls_it_out(
    engine: TransformersEngine, policy: Policy, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="one without a card"):
        roll_out(engine, policy, PROMPTS, batch("p1", digest="a" * 64))
    carded = Policy(policy.model, policy.tokenizer)
    card = save_policy(carded, tmp_path, parent=None, round=2, recipe_digest="r")
    assert roll_out(engine, carded, PROMPTS, batch("p1", digest=card.digest))[0].policy_digest == card.digest
    with pytest.raises(UserError, match="aaaaaaaaaaaa"):
        roll_out(engine, carded, PROMPTS, batch("p1", digest="a" * 64))
