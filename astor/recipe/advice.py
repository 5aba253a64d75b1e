"""What to change in a recipe whose update does not fit a device, tried by arithmetic."""

from collections.abc import Iterator
from typing import Any

from astor.policies.options import LoraOptions
from astor.policies.size import PolicySize
from astor.recipe.footprint import footprint
from astor.recipe.memory import training_of
from astor.recipe.recipe import Recipe

ROOM = 0.9
"""Share of a device's memory that tensors may have. Our choice: CUDA itself, the kernels' own buffers and what the
allocator cannot use take up to a tenth."""


def fits(recipe: Recipe, size: PolicySize, prompt_tokens: int | None, limit: int, gpus: int = 0) -> bool:
    """Whether an update has room in `limit` bytes of one of `gpus` GPUs; of the machine where there are none."""
    return (
        footprint(size, training_of(recipe, size, prompt_tokens, gpus)).peak * (1 if gpus else recipe.processes)
        <= ROOM * limit
    )


def advise(recipe: Recipe, size: PolicySize, prompt_tokens: int | None, limit: int, gpus: int = 0) -> str | None:
    """The first change, or changes together, with which an update fits: those that cost least come first, and none of
    them but the adapter trains anything else. None where nothing helps."""
    for names, changed in _ways(recipe, gpus):
        if fits(changed, size, prompt_tokens, limit, gpus):
            return ", ".join(names)
    return None


def _ways(recipe: Recipe, gpus: int) -> Iterator[tuple[list[str], Recipe]]:
    row = max(task.max_tokens for task in recipe.tasks.values())
    known, told = type(recipe.training).model_fields, list[str]()
    options: Any = recipe.training
    steps: list[tuple[str, dict[str, Any]]] = [
        ("gradient_checkpointing: true", {"gradient_checkpointing": True}),
        ("reference: offloaded", {"reference": "offloaded"}),
        ("tokens_per_micro_batch: 4096", {"tokens_per_micro_batch": 4096}),
        (f"tokens_per_micro_batch: {row}", {"tokens_per_micro_batch": row}),
    ]
    if gpus > 1:
        steps.append(("type: deepspeed with stage: 3", {"stage": 3}))
    steps.append(("lora: {}", {"lora": LoraOptions()}))
    for name, change in steps:
        key = next(iter(change))
        if key == "tokens_per_micro_batch":
            told = [each for each in told if not each.startswith(f"training.{key}")]
            if getattr(options, key, 0) <= change[key]:
                continue
        if key not in known and key != "stage":
            continue
        options = options.model_copy(update=change)
        told = [*told, f"training.{name}"]
        yield told, recipe.model_copy(update={"training": options})
