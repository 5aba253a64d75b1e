"""What the policy of a recipe takes of memory and disk, derived from its size."""

from typing import NamedTuple

from astor.policies.size import BYTES, PolicySize
from astor.recipe.recipe import Recipe
from astor.rollout.options import TOKENS_PER_BATCH

LIBRARIES = 730 * 2**20
"""Bytes of a process that rolls out and trains before any policy counts: Python, torch, transformers, MLflow, what
draws the report, and the records of a run. Measured: the miniature recipe, whose policy is next to nothing, takes
740 MiB."""
RANK = 450 * 2**20
"""The same of every further one of a recipe's `processes`. Measured."""
COPIES = 3
"""Of a micro-batch's logits that are alive at once: themselves, their log-softmax, and their gradient."""
STATE = 5
"""Numbers kept for each weight in an update: itself, its gradient, two moments, the reference policy's."""
SAMPLED = 4
"""Of a decoding step's: themselves, log-probabilities, probabilities and their sums."""


class Memory(NamedTuple):
    """Bytes over all processes of a recipe, each of which has a copy of the policy."""

    programs: int
    rollout: int
    """Weights, keys and values of a batch, and the logits of a step."""
    update: int
    """Weights, gradients, two moments, the reference policy, and what a micro-batch keeps for its gradient."""

    @property
    def peak(self) -> int:
        """The most at once."""
        return self.programs + max(self.rollout, self.update)


def certain_memory(recipe: Recipe, size: PolicySize) -> int:
    """Bytes of weights, gradients, moments and the reference policy, which are there whatever a batch is."""
    return recipe.processes * STATE * policy_bytes(size)


def memory(recipe: Recipe, size: PolicySize, prompt_tokens: int | None) -> Memory:
    """A derived estimate for one machine; a policy that another server samples from is not in it.

    Args:
        prompt_tokens: of a prompt that is as long as they get; None, where that is not known, counts every batch as
            full.
    """
    ranks = recipe.processes
    weights = policy_bytes(size)
    answer = max(task.max_tokens for task in recipe.tasks.values())
    counts = recipe.data.prompts
    evaluated = len(recipe.tasks) * max(counts.held_out, counts.promotion) * recipe.evaluation.samples
    sampled = max(recipe.batch.prompts * recipe.batch.rollouts, evaluated) // ranks
    rollout = 0
    if hasattr(recipe.rollout, "tokens_per_batch"):
        most = recipe.rollout.tokens_per_batch or TOKENS_PER_BATCH
        width = answer + (prompt_tokens or 0)
        rows = min(sampled, most // width) or 1
        tokens = most if prompt_tokens is None else rows * width
        # Those of one layer are copied where rows that have ended are dropped.
        keys = tokens * (size.layers + 1) * size.keys * BYTES
        rollout = weights + keys + SAMPLED * rows * size.vocabulary * BYTES
    trained = recipe.batch.prompts * recipe.batch.rollouts // getattr(recipe.training, "mini_batches", 1) // ranks
    budget = getattr(recipe.training, "tokens_per_micro_batch", trained * answer)
    answered = min(budget, trained * answer)
    passed = budget if prompt_tokens is None else min(budget, trained * (answer + prompt_tokens))
    kept = passed * size.layers * _kept_numbers(size) + COPIES * answered * size.vocabulary
    update = STATE * weights + kept * BYTES
    return Memory(LIBRARIES + (ranks - 1) * RANK, ranks * rollout, ranks * update)


def checkpoint_bytes(size: PolicySize) -> int:
    """Bytes of a checkpoint: the policy, and beside it masters and two moments."""
    return 4 * size.parameters * BYTES


def policy_bytes(size: PolicySize) -> int:
    """Bytes of a policy alone."""
    return size.parameters * BYTES


def _kept_numbers(size: PolicySize) -> int:
    """What the backward pass of a block needs per token: inputs of two norms and what they give, queries, what
    attention gives and its projection, two sums; keys and values; and the MLP's gate, its activation, the other half
    and their product."""
    return 9 * size.hidden_size + size.keys + 4 * size.mlp_size
