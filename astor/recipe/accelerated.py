"""How long a round takes on accelerators, reckoned from the recipe alone: nobody knows better before a round was run.

It is reckoned fast, so that what a cluster adds has a large share of it: nothing waits, loads, or judges answers.
"""

from typing import Any, NamedTuple

from astor.policies.size import HALF, PolicySize
from astor.recipe.cluster import ClusterOptions
from astor.recipe.estimate import workload
from astor.recipe.recipe import Recipe

FLOPS, BANDWIDTH = 989e12, 3.35e12
"""Of an accelerator: operations a second in bf16, and bytes a second from its memory. NVIDIA's data sheet of the H100
with SXM; slower ones take longer, so that what a cluster adds weighs less."""
USED = 0.4
"""Share of `FLOPS` that is reached. Llama 3 came to 0.38 to 0.43 (2407.21783, section 3.3.2); an adapter or a small
policy comes to less."""
ANSWERED = 0.5
"""Length of answers, of the most that they may have. Our choice: it is known after the first round."""
FORWARD = 2
"""Operations for each parameter and token of a forward pass; a backward pass has as many for activations, and again
for weights (Kaplan and others 2001.08361, section 2.1)."""


class Seconds(NamedTuple):
    """Of a policy's work in a round, and of one evaluation."""

    rollout: float
    update: float
    evaluation: float


class Cards(NamedTuple):
    """Accelerators that work at the same time."""

    rollout: int
    update: int


def cards(recipe: Recipe) -> Cards:
    """Accelerators of a recipe's pools; servers that run count as one each. A segment does all in the pool `train`."""
    pools = (recipe.cluster or ClusterOptions()).pools
    own = pools.train if recipe.granularity == "segment" else pools.rollout
    return Cards(len(getattr(recipe.rollout, "urls", ())) or own.accelerators, pools.train.accelerators)


def answer_tokens(recipe: Recipe) -> float:
    """Tokens of an answer, on average over tasks. An estimate."""
    each = [task.max_tokens for task in recipe.tasks.values()]
    return ANSWERED * sum(each) / len(each)


def accelerated(recipe: Recipe, size: PolicySize) -> Seconds | None:
    """An estimate; None where a pool has no accelerators, for processors differ too much."""
    have = cards(recipe)
    if not all(have):
        return None
    rollouts, work = recipe.batch.prompts * recipe.batch.rollouts, workload(recipe)
    evaluated = work.judged / (work.evaluations + 2)  # the gate's two beside those on held-out prompts
    return Seconds(
        rollout=_sampling(recipe, size, rollouts, have.rollout),
        update=rollouts * answer_tokens(recipe) * _update_operations(recipe, size) / (have.update * USED * FLOPS),
        evaluation=_sampling(recipe, size, evaluated, have.rollout),
    )


def _sampling(recipe: Recipe, size: PolicySize, rollouts: float, count: int) -> float:
    """All rollouts together, a copy of the policy on each accelerator: its weights are read for every further token of
    the longest answer."""
    computed = rollouts * answer_tokens(recipe) * FORWARD * size.parameters / (count * USED * FLOPS)
    steps = max(task.max_tokens for task in recipe.tasks.values())
    return computed + steps * HALF * size.parameters / BANDWIDTH


def _update_operations(recipe: Recipe, size: PolicySize) -> float:
    """For each token: forward and backward; again forward where activations were dropped; the policy as it was, for all
    mini-batches but the first; the reference policy, where a KL term asks it."""
    options: Any = recipe.training
    whole: bool = getattr(options, "lora", None) is None
    passes: int = getattr(options, "epochs", 1)
    again: bool = getattr(options, "gradient_checkpointing", False)
    parts: int = getattr(options, "mini_batches", 1)
    referred: bool = options.loss.kl
    return FORWARD * size.parameters * (passes * (2 + whole + again) + 1 - 1 / parts + referred)
