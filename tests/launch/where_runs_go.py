"""Where the submissions of a test go."""

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import kfp_server_api as api
from kfp_server import KfpServer

from astor.launch.compilation import compile_pipeline, recipe_text
from astor.launch.connection import Kfp
from astor.launch.submitted import find_submission
from astor.recipe.load import load_recipe
from astor.recipe.recipe import Recipe
from astor.run.places import Places


@dataclass
class Cluster:
    """Where submissions go."""

    url: str
    store: str = "s3://bucket/prefix"
    image: str = "registry.example/astor:1"
    secrets: dict[str, str] = field(default_factory=dict)
    mlflow: str = "http://mlflow.mlflow:5000"
    server: KfpServer | None = None
    """None: a real one, whose pods run by themselves."""
    name: str = field(default_factory=lambda: f"miniature-{uuid4().hex[:8]}")

    def recipe(self, **overrides: Any) -> Recipe:
        """A small recipe of this test's own."""
        cluster = {"pools": {"core": {"image": self.image}}, "secrets": self.secrets}
        given = {"name": self.name, "cluster": cluster, "tracking.uri": self.mlflow}
        return load_recipe("miniature", given | overrides)

    def connect(self) -> Kfp:
        return Kfp(self.url, None)

    def add_run(self) -> str:
        """A submission that the server of the tests has, though nobody compiled anything for it."""
        assert self.server
        recipe = self.recipe()
        parameters = {"recipe": recipe_text(recipe), "overrides": {}, "store": self.store}
        return self.server.add_run(Places(self.store, recipe).name, parameters)

    def start_in_form(self, recipe: str, **overrides: Any) -> str:
        """A run that somebody started in KFP's form, of what `astor compile` made of a packaged recipe's name: what it
        asks of the cluster stands in the pipeline alone."""
        kfp, cluster = self.connect(), {"pools.core.image": self.image, "secrets": {"store": "store"}}
        compiled = compile_pipeline(
            load_recipe(recipe, {f"cluster.{key}": value for key, value in cluster.items()}), recipe, self.store
        )
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "pipeline.yaml"
            file.write_text(compiled.text)
            made = api.V2beta1Pipeline(display_name=compiled.name, name=compiled.name)
            pipeline: Any = kfp.ask(kfp.pipelines.pipeline_service_create_pipeline, made)
            version: Any = kfp.ask(
                kfp.uploads.upload_pipeline_version,
                str(file),
                name="uploaded",
                pipelineid=pipeline.pipeline_id,
                description="by an administrator",
            )
        wanted = api.V2beta1Experiment(display_name="somebody's")
        experiment: Any = kfp.ask(kfp.experiments.experiment_service_create_experiment, wanted)
        parameters = {"recipe": recipe, "overrides": overrides, "store": self.store, "mlflow_uri": self.mlflow}
        run = api.V2beta1Run(
            display_name=f"Run of {compiled.name}",
            experiment_id=experiment.experiment_id,
            service_account="pipeline-runner",
            pipeline_version_reference=api.V2beta1PipelineVersionReference(
                pipeline_id=pipeline.pipeline_id, pipeline_version_id=version.pipeline_version_id
            ),
            runtime_config=api.V2beta1RuntimeConfig(parameters=parameters),
        )
        return str(kfp.ask(kfp.runs.run_service_create_run, run).run_id)

    def let_finish(self, run_id: str) -> None:
        """Have the run come to its end, as the pods of a real cluster do by themselves."""
        if self.server:
            for name in ("resolve-recipe", "prepare", "initialise", "plan", "segment", "segment-2", "finish"):
                self.server.task(run_id, name, "SUCCEEDED")
            self.server.end(run_id, "SUCCEEDED")

    def wait_until_ended(self, run_id: str) -> str:
        """The state in which a run that ends has ended."""
        for _ in range(120):
            if not (found := find_submission(self.connect(), run_id)).is_live:
                return found.state
            time.sleep(2)
        raise TimeoutError(run_id)
