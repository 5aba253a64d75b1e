"""A batch becomes completions, repeatably, and only by the policy that it is meant for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.policies.live import keep_trained
from astor.policies.policy import Policy, save_policy
from astor.policies.ranks import Ranks
from astor.records import Batch, BatchRow, Message, Prompt, Split
from astor.rollout.engine import Request, Sample, Sampler
from astor.rollout.engines.ranked import RankedEngine
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from astor.rollout.rollout import roll_out
from astor.rollout.seeds import row_seed
from astor.storage import PolicyRef

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
def sampler(policy: Policy) -> Sampler:
    return live_sampler(policy, TransformersEngineOptions())


def test_completions_come_in_the_order_of_rows_and_rollouts(sampler: Sampler, policy: Policy) -> None:
    completions = roll_out(sampler, PROMPTS, batch("p2", "p0"))
    assert [(c.prompt_id, c.rollout) for c in completions] == [(p, i) for p in ("p2", "p0") for i in range(3)]
    for completion in completions:
        assert list(completion.prompt_tokens) == policy.chat.encode(PROMPTS[completion.prompt_id].messages)
        assert len(completion.tokens) == len(completion.logp_rollout) == len(completion.loss_mask) <= 16
        assert completion.text == policy.chat.decode(completion.tokens)
        assert "<|end|>" not in completion.text
        assert all(logp <= 0 for logp in completion.logp_rollout)


def test_a_row_depends_on_the_batchs_seed_and_its_prompt_alone(exact_policy: Policy) -> None:
    sampler = live_sampler(exact_policy, TransformersEngineOptions())
    alone = roll_out(sampler, PROMPTS, batch("p1"))
    among_others = roll_out(sampler, PROMPTS, batch("p3", "p1"))
    assert [c.tokens for c in among_others[3:]] == [c.tokens for c in alone]
    other_seed = roll_out(sampler, PROMPTS, batch("p1", seed=2))
    assert [c.tokens for c in other_seed] != [c.tokens for c in alone]


def test_row_seeds_are_the_same_everywhere() -> None:
    assert row_seed(1, "p1") == 6_265_090_609_702_029_918
    assert len({row_seed(seed, f"p{i}") for seed in range(10) for i in range(10)}) == 100


class Elsewhere(RankedEngine):
    """Has loaded another policy than the one that it is asked for, as a server that missed a round."""

    def generate(self, policy: PolicyRef, requests: Sequence[Request]) -> list[Sample]:
        return [replace(sample, policy_digest="b" * 64) for sample in super().generate(policy, requests)]


@pytest.fixture
def carded(policy: Policy, tmp_path: Path) -> Policy:
    """The policy as a run would have it after two updates: its digest is one of files, its lineage tells of both."""
    first = Policy(policy.model, policy.chat)
    save_policy(first, tmp_path / "first", recipe_digest="r")
    second = Policy(policy.model, policy.chat, first.card.updated("r").updated("r"))
    save_policy(second, tmp_path / "second", recipe_digest="r")
    return second


def test_only_the_policy_that_the_batch_names_rolls_it_out(sampler: Sampler, carded: Policy) -> None:
    of_carded = live_sampler(carded, TransformersEngineOptions())
    with pytest.raises(UserError, match="round 2 is meant for policy aaaaaaaaaaaa, not for one without a digest"):
        roll_out(sampler, PROMPTS, batch("p1", digest="a" * 64))
    for name in (carded.ref.digest, f"{carded.ref.origin}+2"):
        assert roll_out(of_carded, PROMPTS, batch("p1", digest=name))[0].policy_digest == carded.ref.digest
    with pytest.raises(UserError, match=rf"meant for policy {carded.ref.origin[:12]}\+1, not for .*\+2: roll it out"):
        roll_out(of_carded, PROMPTS, batch("p1", digest=f"{carded.ref.origin}+1"))


def test_an_engine_that_sampled_from_another_policy_is_found_out(carded: Policy) -> None:
    ranks = Ranks(1, threads=1)
    keep_trained(ranks.world, carded)
    engine = Elsewhere(ranks, TransformersEngineOptions())
    with pytest.raises(UserError, match=f"sampled from policy bbbbbbbbbbbb, not from {carded.ref.digest[:12]}"):
        roll_out(Sampler(engine, carded.chat, carded.ref), PROMPTS, batch("p1"))
