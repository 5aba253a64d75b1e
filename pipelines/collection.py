"""The pipeline that collects trajectories of code over turns, on which a post-training can train."""

from collections.abc import Callable
from typing import Any

from kfp import dsl

from astor.components.collect import collect, resolve_collection
from astor.components.start import initialise, prepare
from astor.pipelines.platform import COMPARE, TRACKS, UPDATE, VERIFY, Platform
from astor.recipe.provision import Provision
from astor.run.code import code_digest


def collection_pipeline(
    platform: Platform, provision: Provision, recipe: str, overrides: dict[str, Any], store: str
) -> Callable[..., Any]:
    """The pipeline `collection`; its output is the URI of a directory, for a source of the type `trajectories`.

    Args:
        platform: what tasks ask of the cluster.
        provision: the same, as recipes are held against it.
        recipe: default of the parameter of that name: a packaged recipe's name, or YAML text.
        overrides: default of the parameter of that name.
        store: default of the parameter of that name.
    """
    package = code_digest()

    @dsl.pipeline(name="collection", description="A policy's trajectories over turns, judged and cut into a source.")
    def collection(
        recipe: str = recipe,
        trajectories: int = 16,
        turns: int = 3,
        overrides: dict = overrides,
        store: str = store,
        mlflow_uri: str = "",
    ) -> str:
        task = resolve_collection(
            recipe=recipe,
            trajectories=trajectories,
            turns=turns,
            overrides=overrides,
            store=store,
            mlflow_uri=mlflow_uri,
            provision=provision.model_dump(),
        ).set_display_name("resolve recipe")
        resolved = platform.place(task, TRACKS).outputs
        run = resolved["recipe"]
        prompts = platform.place(prepare(recipe=run, package_digest=package), VERIFY, cached=True).outputs["prompts"]
        first = initialise(recipe=run, prompts=prompts, package_digest=package)
        policy = platform.place(first, UPDATE, cached=True).output
        collected = collect(recipe=run, options=resolved["options"], prompts=prompts, policy=policy)
        return platform.place(collected.set_display_name("collect"), COMPARE).outputs["Output"]

    return collection
