"""Submitting a recipe: its pipeline's version uploaded once, its run created in an experiment."""

import json
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kfp_server_api as api

import astor
from astor.errors import UserError
from astor.launch.compilation import Compiled, compile_pipeline, recipe_text, require_remote
from astor.launch.connection import Kfp
from astor.launch.preflight import preflight
from astor.launch.submitted import Submission, require_alone, submissions
from astor.recipe.graph import links
from astor.recipe.recipe import Recipe
from astor.run.places import Places

log = logging.getLogger(__name__)
DIGEST = "digest "
"""Begins the description of a version that was uploaded here, before what it does."""


def submit(
    kfp: Kfp, recipe: Recipe, store: str, version: str = "", say: Callable[[str], None] = log.warning
) -> Submission:
    """Have KFP run a recipe from its last commit on.

    Args:
        store: an s3:// prefix.
        version: what the pipeline's version is called; empty: after recipe, package version and chain.
        say: is told what of the cluster could not be looked at.

    Raises:
        UserError: no cluster could run it or this one cannot, KFP does not take it, the version exists and does
            something else, or the run is being computed by another submission.
    """
    require_remote(store)
    name, experiment = Places(store, recipe).name, _find_experiment(kfp, recipe.tracking.experiment)
    require_alone(kfp, name, store)
    text = recipe_text(recipe)
    compiled = compile_pipeline(recipe, text, store)
    for line in preflight(kfp.namespace, recipe, store):
        say(line)
    experiment = experiment or _make_experiment(kfp, recipe.tracking.experiment)
    pipeline, uploaded = _upload(kfp, compiled, version or version_name(recipe))
    run = api.V2beta1Run(
        display_name=name,
        experiment_id=experiment,
        pipeline_version_reference=api.V2beta1PipelineVersionReference(
            pipeline_id=pipeline, pipeline_version_id=uploaded
        ),
        runtime_config=api.V2beta1RuntimeConfig(
            parameters={"recipe": text, "overrides": {}, "store": store, "mlflow_uri": ""}
        ),
    )
    return Submission.of(kfp.ask(kfp.runs.run_service_create_run, run))


def version_name(recipe: Recipe) -> str:
    """What the version of a recipe's pipeline is called."""
    return f"{recipe.name}-{astor.__version__}-{links(recipe)}-{recipe.granularity}s"


def latest(kfp: Kfp, recipe: Recipe, store: str) -> Submission | None:
    """The latest submission of a recipe's run in that store; None where there is none."""
    experiment, name = _find_experiment(kfp, recipe.tracking.experiment), Places(store, recipe).name
    if experiment is None:
        return None
    of_run = (one for one in submissions(kfp, experiment) if one.name == name)
    return next((one for one in of_run if one.parameters["store"].rstrip("/") == store.rstrip("/")), None)


def stop(kfp: Kfp, found: Submission) -> None:
    """End a submission's pods; what they committed stays.

    Raises:
        UserError: it has ended.
    """
    if not found.is_live:
        raise UserError(
            f"The run {found.run_id} ({found.name}) has ended, as {found.state.lower()}: there is nothing to stop."
        )
    kfp.ask(kfp.runs.run_service_terminate_run, found.run_id)


def _upload(kfp: Kfp, compiled: Compiled, version: str) -> tuple[str, str]:
    """The ids of the pipeline and of its version, uploaded where it is not there."""
    with tempfile.TemporaryDirectory(prefix="astor-") as directory:
        file = Path(directory) / f"{compiled.name}.yaml"
        file.write_text(compiled.text)
        described, where = DIGEST + compiled.digest, {"namespace": kfp.team} if kfp.team else {}
        found: Any = kfp.ask(kfp.pipelines.pipeline_service_list_pipelines, filter=_called(compiled.name), **where)
        if not found.pipelines:
            # Uploading a pipeline makes a version of it that is called like it.
            made: Any = kfp.ask(
                kfp.pipelines.pipeline_service_create_pipeline,
                api.V2beta1Pipeline(display_name=compiled.name, name=compiled.name, namespace=kfp.team),
            )
            pipeline = made.pipeline_id
        else:
            pipeline = found.pipelines[0].pipeline_id
        known: Any = kfp.ask(kfp.pipelines.pipeline_service_list_pipeline_versions, pipeline, filter=_called(version))
        if known.pipeline_versions:
            one = known.pipeline_versions[0]
            if one.description != described:
                digest = (one.description or "").removeprefix(DIGEST)[:12] or "none"
                raise UserError(
                    f"The pipeline {compiled.name} has a version {version} of another digest, {digest} and not "
                    f"{compiled.digest[:12]}, for its images, pools or code are others: give this one a name by "
                    "--version-name."
                )
            return pipeline, one.pipeline_version_id
        new: Any = kfp.ask(
            kfp.uploads.upload_pipeline_version,
            str(file),
            name=version,
            pipelineid=pipeline,
            description=described,
        )
        return pipeline, new.pipeline_version_id


def _make_experiment(kfp: Kfp, name: str) -> str:
    wanted = api.V2beta1Experiment(display_name=name, namespace=kfp.team)
    made: Any = kfp.ask(kfp.experiments.experiment_service_create_experiment, wanted)
    return str(made.experiment_id)


def _find_experiment(kfp: Kfp, name: str) -> str | None:
    where = {"namespace": kfp.team} if kfp.team else {}
    found: Any = kfp.ask(kfp.experiments.experiment_service_list_experiments, filter=_called(name), **where)
    return str(found.experiments[0].experiment_id) if found.experiments else None


def _called(name: str) -> str:
    return json.dumps({"predicates": [{"operation": 1, "key": "display_name", "stringValue": name}]})
