"""What to change in a recipe whose update does not fit a device, tried by arithmetic."""

from collections.abc import Iterator
from typing import Any

from astor.policies.options import LoraOptions
from astor.policies.size import HALF, PolicySize
from astor.recipe.footprint import footprint
from astor.recipe.memory import left_to_update, server_share, training_of, update_gpus, update_processes
from astor.recipe.recipe import Recipe

ROOM = 0.9
"""Share of a device's memory that tensors may have. Our choice: CUDA itself, the kernels' own buffers and what the
allocator cannot use take up to a tenth."""

SHARE = "--gpu-memory-utilization"
SHARES = (0.5, 0.4)
"""Of a GPU for a server beside an update, that are advised. Our choice."""


def fits(recipe: Recipe, size: PolicySize, prompt_tokens: int | None, limit: int, gpus: int = 0) -> bool:
    """Whether an update has room in one of `gpus` GPUs of `limit` bytes each, beside a server that samples there; on a
    machine of so many where there are none."""
    together = 1 if gpus else update_processes(recipe)
    peak = footprint(size, training_of(recipe, size, prompt_tokens, gpus)).peak
    return together * peak <= ROOM * left_to_update(recipe, limit, gpus)


def advise(recipe: Recipe, size: PolicySize, prompt_tokens: int | None, limit: int, gpus: int = 0) -> str | None:
    """The first change, or changes together, with which an update fits: those that cost least come first, and none of
    them but the adapter trains anything else. None where nothing helps."""
    for names, changed in _ways(recipe, gpus, least_share=HALF * size.parameters / (ROOM * limit)):
        if fits(changed, size, prompt_tokens, limit, gpus):
            return ", ".join(names)
    return None


def _ways(recipe: Recipe, gpus: int, least_share: float) -> Iterator[tuple[list[str], Recipe]]:
    row = max(task.max_tokens for task in recipe.tasks.values())
    told, options = dict[str, str](), recipe.training
    for share in SHARES:
        if least_share < share < server_share(recipe, gpus):
            arguments = (*getattr(recipe.rollout, "vllm_arguments", ()), SHARE, str(share))
            recipe = recipe.model_copy(
                update={"rollout": recipe.rollout.model_copy(update={"vllm_arguments": arguments})}
            )
            told[SHARE] = f"{SHARE} {share} in rollout.vllm_arguments"
            yield list(told.values()), recipe
    steps: list[tuple[str, str, Any]] = [
        (f"processes: {update_gpus(recipe, gpus)}", "processes", update_gpus(recipe, gpus)),
        ("gradient_checkpointing: true", "gradient_checkpointing", True),
        *([("type: deepspeed with stage: 3", "stage", 3)] if gpus > 1 else []),
        ("reference: offloaded", "reference", "offloaded"),
        ("tokens_per_micro_batch: 4096", "tokens_per_micro_batch", 4096),
        (f"tokens_per_micro_batch: {row}", "tokens_per_micro_batch", row),
        ("lora: {}", "lora", LoraOptions()),
    ]
    for name, key, value in steps:
        if _is_open(options, key, value):
            options = options.model_copy(update={key: value})
            told[key] = f"training.{name}"
            yield list(told.values()), recipe.model_copy(update={"training": options})


def _is_open(options: Any, key: str, value: Any) -> bool:
    """Whether the options can have this value, and have none yet that does as much."""
    if key not in type(options).model_fields and key != "stage":
        return False
    has = getattr(options, key, None)
    match key:
        case "processes":  # None: as many as there are GPUs
            return has is not None and has < value
        case "reference":  # one that is shared out takes less
            own = not getattr(options, "lora", None) and getattr(options, "stage", 0) < 3
            return own and has != value and getattr(options, "precision", "bf16") == "bf16"
        case "tokens_per_micro_batch":
            return bool(has > value)
        case _:
            return not has or (key == "stage" and has < value)
