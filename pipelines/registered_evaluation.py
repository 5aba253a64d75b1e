"""The pipeline that evaluates a registered model, from the form of KFP's user interface."""

from collections.abc import Callable
from typing import Any

from kfp import dsl

from astor.components.evaluation import choose_models, evaluate_models
from astor.pipelines.platform import TRACKS, Platform, Work
from astor.recipe.provision import Provision

MEASURE = Work("rollout", verifies=True, samples=True, tracks=True)


def registered_evaluation_pipeline(
    platform: Platform, provision: Provision, overrides: dict[str, Any], store: str
) -> Callable[..., Any]:
    """The pipeline `evaluation-of-models`; its output is the URI of the figures.

    Args:
        platform: what tasks ask of the cluster.
        provision: the same, as what is asked is held against it.
        overrides: default of the parameter of that name.
        store: default of the parameter of that name.
    """

    @dsl.pipeline(name="evaluation-of-models", description="Registered models answer suites and are scored.")
    def evaluation_of_models(
        model: str = "",
        against: str = "",
        suites: list = ["procedural"],  # noqa: B006  # KFP alone reads it
        held_out_of: str = "",
        data: dict = {},  # noqa: B006  # KFP alone reads it
        overrides: dict = overrides,
        store: str = store,
        mlflow_uri: str = "",
    ) -> str:
        asked = {
            "suites": suites,
            "held_out_of": held_out_of,
            "data": data,
            "overrides": overrides,
            "store": store,
            "mlflow_uri": mlflow_uri,
        }
        choosing = choose_models(model=model, against=against, provision=provision.model_dump(), **asked)
        chosen = platform.place(choosing.set_display_name("choose models"), TRACKS).outputs
        task = evaluate_models(model=chosen["model"], against=chosen["against"], **asked)
        return platform.place(task.set_display_name("evaluate"), MEASURE).outputs["Output"]

    return evaluation_of_models
