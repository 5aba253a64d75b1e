"""A run: its recipe and its tasks, its places, its artifacts, and what this process keeps alive for it."""

from pathlib import Path
from types import TracebackType
from typing import Self

import yaml

from astor.recipe.load import parse_recipe, parse_yaml
from astor.recipe.recipe import Recipe
from astor.run.artifacts import Artifacts
from astor.run.places import Places
from astor.run.services import Services
from astor.storage import ArtifactRef, DamagedError, load
from astor.tasks.catalogue import make_tasks


class Run:
    """What every step is given first. A context manager: it ends the processes of its services."""

    def __init__(self, root: str, recipe: Recipe) -> None:
        self.recipe = recipe
        self.tasks = make_tasks(recipe.tasks)
        self.places = Places(root, recipe)
        self.artifacts = Artifacts()
        self.services = Services(recipe, self.places)

    @classmethod
    def open(cls, recipe: ArtifactRef) -> Self:
        """The run whose resolved recipe was committed as `recipe`: how every task of a pipeline begins."""
        text = (load(recipe).part("recipe") / "recipe.yaml").read_text()
        run = cls(recipe.uri.rpartition("/runs/")[0], parse_recipe(parse_yaml(text, recipe.uri), where=recipe.uri))
        if run.places.at("recipe") != recipe.uri:
            raise DamagedError(recipe.uri, "it describes another run")
        return run

    @property
    def resolved_text(self) -> str:
        """The resolved recipe as YAML."""
        return yaml.safe_dump(self.recipe.model_dump(mode="json"), sort_keys=False)

    def resolve(self) -> ArtifactRef:
        """Commit the resolved recipe; its ref opens the run in any other process."""

        def write(directory: Path) -> None:
            (directory / "recipe.yaml").write_text(self.resolved_text)

        return self.artifacts.commit(self.places.at("recipe"), {}, recipe=write)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.services.__exit__(kind, error, traceback)
