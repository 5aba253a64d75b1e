"""Going on with a run that was submitted before, by the pipeline that it had or by another."""

from collections.abc import Callable, Mapping
from typing import Any

import kfp_server_api as api

from astor.errors import UserError
from astor.launch.connection import Kfp
from astor.launch.preflight import compiled_pools, preflight
from astor.launch.submission import log, submit
from astor.launch.submitted import Submission, require_alone
from astor.recipe.graph import Graph
from astor.recipe.passwords import refuse_passwords
from astor.recipe.recipe import Recipe
from astor.run.places import Places


def resume(
    kfp: Kfp,
    found: Submission,
    overrides: Mapping[str, Any],
    version: str = "",
    say: Callable[[str], None] = log.warning,
) -> Submission:
    """Submit a run again, which goes on from its last commit.

    It keeps its pipeline's version, whoever compiled that, unless one of a name is asked for, or `overrides` change
    what a pipeline is drawn by.

    Args:
        overrides: dotted key → value of what may change while a run goes on, as `rounds` or `cluster`.
        version, say: as `submit` takes them.

    Raises:
        UserError: it still goes on, it would be another run with them, or a shorter one; or it needs another pipeline,
            and its recipe does not have the section cluster that the old one was compiled with.
    """
    if found.is_live:
        raise UserError(f"The run {found.run_id} ({found.name}) still goes on: astor stop {found.run_id} ends it.")
    before, recipe = found.recipe, found.recipe_with(overrides)
    if recipe.identity != before.identity:
        raise UserError(
            f"{' and '.join(overrides)} would make another run of {found.name}: submit it by astor run --on cluster."
        )
    if recipe.rounds < before.rounds:
        raise UserError(
            f"rounds is {recipe.rounds}, and {found.name} was to have {before.rounds}: give as many or more."
        )
    if not version and Graph.of(recipe) == Graph.of(before):
        return _start_again(kfp, found, recipe, overrides, say)
    if compiled_pools(before) is None and "cluster" not in overrides:
        raise UserError(
            f"{' and '.join(overrides) or '--version-name'} needs another pipeline, and the images, pools and secrets "
            f"of {found.name} stand in its old one alone: submit its recipe with a section cluster by astor run --on "
            "cluster, which goes on with this run, or compile the pipeline anew and start that in KFP's form."
        )
    return submit(kfp, recipe, found.parameters["store"], version, say)


def _start_again(
    kfp: Kfp, found: Submission, recipe: Recipe, overrides: Mapping[str, Any], say: Callable[[str], None]
) -> Submission:
    """A run of the same pipeline with the same parameters, and `overrides` among them."""
    store = found.parameters["store"]
    refuse_passwords({"--store": store, **recipe.model_dump(mode="json")})
    name = Places(store, recipe).name
    require_alone(kfp, name, store)
    for line in preflight(kfp.namespace, recipe, store):
        say(line)
    old: Any = kfp.ask(kfp.runs.run_service_get_run, found.run_id)
    settings = old.runtime_config
    if overrides:
        settings.parameters |= {
            "overrides": {**(settings.parameters["overrides"] or {}), **overrides},
            "mlflow_uri": recipe.tracking.uri or "",  # It goes before overrides.
        }
    run = api.V2beta1Run(
        display_name=name,
        experiment_id=old.experiment_id,
        pipeline_version_reference=old.pipeline_version_reference,
        pipeline_spec=old.pipeline_spec,  # of a run that was made of a file
        runtime_config=settings,
        service_account=old.service_account,
    )
    gone = f"The pipeline's version that {found.name} was started from is gone"
    missing = f"{gone}: submit its recipe by astor run --on cluster, which goes on with this run."
    return Submission.of(kfp.ask(kfp.runs.run_service_create_run, run, missing=missing))
