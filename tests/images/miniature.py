"""The miniature's pipeline through KFP's DockerRunner: each task is a container of the core image, as its own user."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from kfp import local

from astor.pipelines.platform import CACHE, Platform
from astor.pipelines.post_training import post_training_pipeline
from astor.recipe.cluster import ClusterOptions
from astor.recipe.graph import Graph
from astor.recipe.load import load_recipe
from astor.run.run import Run
from tests.images.engine import build


class Miniature:
    """The run in a directory, which the image's user may write."""

    def __init__(self, directory: Path) -> None:
        self.cluster = ClusterOptions.model_validate({"pools": {"core": {"image": build("core")}}})
        self.root = directory / "root"
        self.root.mkdir()
        for each in (self.root, directory):
            each.chmod(0o777)
        self.store = str(self.root / "store")
        self.recipe = load_recipe("miniature", {"tracking.uri": f"sqlite:///{self.store}/mlflow.db"})
        self.run = Run(self.store, self.recipe)

    def compute(self) -> None:
        """Run the pipeline, or go on with it. RuntimeError where a task fails."""
        runner = local.DockerRunner(
            network_mode="none",
            read_only=True,
            tmpfs={"/tmp": "rw,mode=1777", CACHE: "rw,mode=1777"},
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
        )
        with _open_to_all():
            local.init(runner=runner, pipeline_root=str(self.root), raise_on_error=True)
            platform = Platform(cluster=self.cluster)
            pipeline = post_training_pipeline("", Graph.of(self.recipe), platform=platform)
            text = yaml.safe_dump(self.recipe.model_dump(mode="json"))
            pipeline(recipe=text, overrides={}, store=self.store, mlflow_uri="")

    @property
    def is_finished(self) -> bool:
        return self.run.artifacts.find(self.run.places.result) is not None


@contextmanager
def _open_to_all() -> Iterator[None]:
    """What this process makes can be written by the image's user, too."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)
