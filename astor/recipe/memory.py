"""What the policy of a recipe takes of memory and disk, derived from its size."""

from typing import NamedTuple

from astor.policies.size import BYTES, HALF, PolicySize
from astor.recipe.footprint import Training, footprint
from astor.recipe.recipe import Recipe
from astor.rollout.options import TOKENS_PER_BATCH

LIBRARIES = 730 * 2**20
"""Bytes of a process that rolls out and trains before any policy counts: Python, torch, transformers, MLflow, what
draws the report, and the records of a run. Measured: the miniature recipe, whose policy is next to nothing, takes
740 MiB."""
RANK = 450 * 2**20
"""The same of every further one of a recipe's `processes`. Measured."""
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
    return update_processes(recipe) * footprint(size, training_of(recipe, size, None)).certain


def memory(recipe: Recipe, size: PolicySize, prompt_tokens: int | None) -> Memory:
    """A derived estimate for one machine without a GPU; a policy that another server samples from is not in it.

    Args:
        prompt_tokens: of a prompt that is as long as they get; None, where that is not known, counts every batch as
            full.
    """
    ranks = recipe.processes
    rollout = rollout_bytes(recipe, size, prompt_tokens)
    update = footprint(size, training_of(recipe, size, prompt_tokens)).peak
    return Memory(LIBRARIES + (ranks - 1) * RANK, ranks * rollout, update_processes(recipe) * update)


def rollout_bytes(recipe: Recipe, size: PolicySize, prompt_tokens: int | None, bf16: bool = False) -> int:
    """Weights, keys and values of a batch, and the logits of a step, in one process; 0 where a server samples."""
    answer, counts = _longest_answer(recipe), recipe.data.prompts
    evaluated = len(recipe.tasks) * max(counts.held_out, counts.promotion) * recipe.evaluation.samples
    sampled = max(recipe.batch.prompts * recipe.batch.rollouts, evaluated) // recipe.processes
    if not hasattr(recipe.rollout, "tokens_per_batch"):
        return 0
    most = recipe.rollout.tokens_per_batch or TOKENS_PER_BATCH
    width = answer + (prompt_tokens or 0)
    rows = min(sampled, most // width) or 1
    tokens = most if prompt_tokens is None else rows * width
    # Those of one layer are copied where rows that have ended are dropped. In bf16 weights are computed with in a copy.
    keys = tokens * (size.layers + 1) * size.keys * (HALF if bf16 else BYTES)
    weights = size.parameters * (BYTES + HALF if bf16 else BYTES)
    return weights + keys + SAMPLED * rows * size.vocabulary * BYTES


def update_gpus(recipe: Recipe, gpus: int) -> int:
    """Of so many GPUs those that an update has: all but the one on which the second process of a run that overlaps
    samples."""
    return gpus - bool(recipe.staleness and gpus > 1 and not recipe.rollout.on_servers and not _by_tasks(recipe))


def _by_tasks(recipe: Recipe) -> bool:
    return recipe.cluster is not None and recipe.granularity == "step"


def server_share(recipe: Recipe, gpus: int) -> float:
    """Share of one of so many GPUs that a server which samples keeps beside an update; 0 where there is none, or it is
    started in another task or on a GPU that the update leaves to it."""
    apart = _by_tasks(recipe) or update_gpus(recipe, gpus) < gpus
    return 0.0 if apart or not gpus else recipe.rollout.card_share


def left_to_update(recipe: Recipe, limit: int, gpus: int) -> int:
    """Bytes that an update has of one of so many GPUs of `limit` bytes each, or of a machine of so many."""
    return round((1 - server_share(recipe, gpus)) * limit)


def update_processes(recipe: Recipe, gpus: int = 0) -> int:
    """Processes that train side by side: DeepSpeed's, or the recipe's on the CPU; one on a GPU."""
    if hasattr(recipe.training, "stage"):
        return getattr(recipe.training, "processes", None) or update_gpus(recipe, gpus) or recipe.processes
    return 1 if gpus else recipe.processes


def training_of(recipe: Recipe, size: PolicySize, prompt_tokens: int | None, gpus: int = 0) -> Training:
    """How one process of the recipe trains its largest micro-batch: on one of so many GPUs, or on the CPU."""
    options, answer, rollouts = recipe.training, _longest_answer(recipe), recipe.batch.rollouts
    ranks = update_processes(recipe, gpus)
    rows = recipe.batch.prompts * rollouts // getattr(options, "mini_batches", 1) // ranks
    budget = getattr(options, "tokens_per_micro_batch", rows * answer)
    prompts = -(-rows // rollouts)
    asked = Training.of(options, size, rollouts, prompt_tokens or 0, answer, prompts, bf16=gpus > 0, ranks=ranks)
    if prompt_tokens is None:
        answered = min(budget, rows * answer)
        return asked._replace(answered=answered, prompted=budget - answered, computed=budget)
    return asked


def checkpoint_bytes(recipe: Recipe, size: PolicySize) -> int:
    """Bytes of a checkpoint: what is trained of the policy, and beside it masters and two moments."""
    return 4 * training_of(recipe, size, None).trained * BYTES


def policy_bytes(size: PolicySize) -> int:
    """Bytes of a policy alone."""
    return size.parameters * BYTES


def _longest_answer(recipe: Recipe) -> int:
    return max(task.max_tokens for task in recipe.tasks.values())
