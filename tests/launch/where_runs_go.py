"""Where the submissions of a test go."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from kfp_server import KfpServer

from astor.launch.compilation import recipe_text
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
