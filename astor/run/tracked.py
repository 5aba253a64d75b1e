"""What MLflow is told of a run when it begins: from which data, and what people compare runs by."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from astor.masking import masked
from astor.recipe.recipe import Recipe
from astor.records import Demonstration, Prompt, Split
from astor.registry.tracking import Dataset
from astor.run.run import Run
from astor.storage import ArtifactRef

COMPARED = (
    "name",
    "seed",
    "staleness",
    "policy.type",
    "policy.path",
    "policy.name",
    "batch.prompts",
    "batch.rollouts",
    "batch.temperature",
    "rollout.type",
    "scheduler.type",
    "scheduler.kl_coefficient",
    "training.type",
    "training.mini_batches",
    "training.loss.type",
    "training.loss.aggregation",
    "training.optimizer.learning_rate",
)
"""Keys of a recipe that become parameters, as far as it has them; all of it is the artifact `recipe.yaml`. MLflow keeps
a parameter for ever, so none may change while a run goes on."""
DIGEST_LENGTH = 16
"""Characters of a data set's digest; MLflow takes 36 at most."""
SHOWN = (Split.TRAIN, Split.HELD_OUT, Split.PROMOTION, Split.WARM_START)
"""Splits in the order in which MLflow lists them."""


def parameters(recipe: Recipe) -> dict[str, str]:
    """Name → value of what runs are compared by; names are the recipe's own keys, as `--set` takes them."""
    options = recipe.model_dump(mode="json")
    found = {key: value for key in COMPARED if (value := value_at(options, key)) is not None}
    return {key: str(value) for key, value in found.items()} | {
        "tasks": ", ".join(recipe.tasks),
        "identity": recipe.identity[:12],
    }


def datasets(run: Run, prompts: ArtifactRef) -> Iterator[Dataset]:
    """One for each split of `prompts`, which `prepare` committed, with its prompts per task and the sources; its URI is
    relative to the store, wherever that is."""
    known: list[Prompt] = run.artifacts.read(prompts, "prompts")
    demonstrations: list[Demonstration] = run.artifacts.read(prompts, "demonstrations")
    counts = {split: Counter(prompt.task for prompt in known if prompt.split is split) for split in SHOWN}
    counts[Split.WARM_START] = Counter(one.task for one in demonstrations)
    sources = [options.model_dump(mode="json") for options in run.recipe.data.sources]
    made_from = [{key: options[key] for key in ("type", "path") if key in options} for options in sources]
    for split, of_task in counts.items():
        if of_task:
            yield Dataset(
                name=f"{run.recipe.name} {split.value}",
                digest=prompts.digest[:DIGEST_LENGTH],
                kind="s3" if run.places.is_remote else "local",
                source={"uri": run.places.inside(prompts.uri), "made_from": made_from},
                profile={"prompts": of_task.total(), **of_task},
                context=split.value,
            )


def recipe_text(run: Run) -> str:
    """The resolved recipe as YAML, without passwords."""
    return masked(run.resolved_text)


def value_at(options: Mapping[str, Any], key: str) -> Any | None:
    """What a recipe, as plain data, has under a dotted key; None where it has nothing there."""
    value: Any = options
    for name in key.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
