"""Small real models, and rounds that they play with the real rollout engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
import torch
from tokenizers import Tokenizer, models
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from astor.coordination.groups import valid_advantages
from astor.losses.grpo import Grpo
from astor.policies.policy import Policy
from astor.records import Batch, BatchRow, Completion, Group
from astor.rollout.engine import Request
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions

STOP, WANTED = 1, 7
PROMPTS = {"a": [[2, 3, 4], [5, 6, 2, 8, 9]], "b": [[10, 11], [12, 13, 14, 15], [16, 2, 3, 17]]}


def make_policy(seed: int = 0, layers: int = 2, hidden: int = 32) -> Policy:
    """A Llama of random weights over 24 tokens."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=24,
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=STOP,
        pad_token_id=0,
        initializer_range=0.1,
    )
    words = {f"t{i}": i for i in range(24)}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel(words, unk_token="t0")))
    tokenizer.eos_token = "t1"
    return Policy(LlamaForCausalLM(config).eval(), tokenizer)


@dataclass
class Round:
    """Everything that an update is given."""

    completions: list[Completion]
    groups: list[Group]
    batch: Batch

    @property
    def reward(self) -> float:
        rewards = [reward for group in self.groups for reward in group.rewards]
        return sum(rewards) / len(rewards)


def wanted_share(tokens: Sequence[int]) -> float:
    """A reward that is easy to learn: the share of one token among those sampled."""
    return sum(token == WANTED for token in tokens) / len(tokens)


def play(
    policy: Policy,
    number: int = 0,
    rollouts: int = 4,
    reward: Callable[[Sequence[int]], float] = wanted_share,
    kl: float = 1e-3,
    max_tokens: int = 6,
    prompts: dict[str, list[list[int]]] = PROMPTS,
) -> Round:
    """One round of `policy`, sampled by the real engine at temperature 0.9."""
    rows = [(task, f"{task}{i}", tokens) for task, many in prompts.items() for i, tokens in enumerate(many)]
    requests = [
        Request(tokens, rollouts, max_tokens, seed=1000 * number + i, temperature=0.9)
        for i, (*_, tokens) in enumerate(rows)
    ]
    samples = live_sampler(policy, TransformersEngineOptions()).generate(requests)
    completions, groups = [], []
    for index, (task, prompt_id, tokens) in enumerate(rows):
        mine = samples[index * rollouts : (index + 1) * rollouts]
        for rollout, sample in enumerate(mine):
            completions.append(
                Completion(
                    prompt_id=prompt_id,
                    rollout=rollout,
                    task=task,
                    policy_digest="",
                    prompt_tokens=tuple(tokens),
                    tokens=sample.tokens,
                    logp_rollout=sample.logps,
                    loss_mask=(True,) * len(sample.tokens),
                    text="",
                    finish_reason=sample.finish_reason,
                )
            )
        rewards = tuple(reward(sample.tokens) for sample in mine)
        advantages = valid_advantages(rewards, Grpo().advantages, tolerance=1e-6)
        informative = any(advantages)
        groups.append(
            Group(
                prompt_id=prompt_id,
                task=task,
                rewards=rewards,
                advantages=advantages,
                informative=informative,
                kept=True,
            )
        )
    batch = Batch(
        round=number,
        policy_digest=None,
        seed=number,
        temperature=0.9,
        rows=tuple(BatchRow(prompt_id=i, task=t, rollouts=rollouts, max_tokens=max_tokens) for t, i, _ in rows),
        quotas={task: len(many) for task, many in prompts.items()},
        kl_coefficients=dict.fromkeys(prompts, kl),
    )
    return Round(completions, groups, batch)


@pytest.fixture
def policy() -> Policy:
    return make_policy()


@pytest.fixture
def reference() -> Policy:
    return make_policy()


@pytest.fixture(name="make_policy")
def make_policy_fixture() -> Callable[..., Policy]:
    return make_policy


@pytest.fixture(name="play")
def play_fixture() -> Callable[..., Round]:
    return play
