"""What a round moves between the pods of a cluster and S3, derived from the policy's size."""

from typing import NamedTuple

from astor.policies.size import PolicySize
from astor.recipe.cluster import ClusterOptions
from astor.recipe.memory import checkpoint_bytes, policy_bytes
from astor.recipe.overhead import Granularity
from astor.recipe.recipe import Recipe
from astor.run.forecast import PER_PROMPT, PER_ROLLOUT, PER_TOKEN

READERS = 3
"""Tasks of a round that read its rollouts: verify, score, update."""


class Traffic(NamedTuple):
    """Bytes of a round, on average. What is read once in a run, as by its gate, is not in it."""

    up: float
    down: float

    @property
    def both(self) -> float:
        return self.up + self.down


def traffic(recipe: Recipe, size: PolicySize, granularity: Granularity, tokens: float) -> Traffic:
    """Of a recipe in a granularity.

    A segment begins by fetching the checkpoint and the reference policy, and writes the checkpoints of its rounds. As
    steps every round does, its rollout fetches the policy, and its records are read by other tasks than wrote them. A
    pool with a claim has the reference policy.

    Args:
        tokens: of the answers of a round.
    """
    pools, batch = (recipe.cluster or ClusterOptions()).pools, recipe.batch
    checkpoint, whole = checkpoint_bytes(recipe, size), policy_bytes(size)
    reference = 0 if pools.train.claim else whole
    records = batch.prompts * batch.rollouts * PER_ROLLOUT + tokens * PER_TOKEN
    prompts = len(recipe.tasks) * recipe.data.prompts.train * PER_PROMPT
    if granularity == "segment":
        rounds = max(min(recipe.rounds_per_segment, recipe.rounds), 1)
        written = -(-rounds // recipe.checkpoint_every) * checkpoint
        return Traffic(written / rounds + records, (checkpoint + reference + prompts) / rounds)
    adapted = getattr(recipe.training, "lora", None) is not None
    sampled = checkpoint // 4 + (0 if pools.rollout.claim or not adapted else whole)
    evaluated = sampled / recipe.evaluation.every if recipe.evaluation.every else 0.0
    return Traffic(
        up=checkpoint + records,
        down=sampled + evaluated + checkpoint + reference + READERS * (records + prompts),
    )
