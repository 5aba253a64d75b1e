"""A run: its recipe and its tasks, its places, its artifacts, and what this process keeps alive for it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml

from astor.errors import UserError
from astor.evaluation.alarms import Alarm, find_alarms
from astor.evaluation.hand_overs import HandOvers
from astor.recipe.load import parse_recipe, parse_yaml
from astor.recipe.recipe import Recipe
from astor.records import Scores, TaskStatistics, UpdateReport
from astor.run.artifacts import Artifacts
from astor.run.curves import Curves
from astor.run.environment import note_environment, other_shares
from astor.run.failure import warn
from astor.run.hand_overs import hand_overs_of_evaluation, hand_overs_of_round
from astor.run.origins import CODE, changed, origins
from astor.run.places import RUNS, Places
from astor.run.pruned import is_pruned
from astor.run.registered import first_policy, first_version, moved
from astor.run.services import Services
from astor.storage import Artifact, ArtifactRef, DamagedError, find, load, remove
from astor.tasks.catalogue import make_tasks
from astor.training.first_policy import FirstPolicyOptions

RECIPE = "recipe.yaml"


class Run:
    """What every step is given first. A context manager: it ends the processes of its services."""

    def __init__(
        self, root: str, recipe: Recipe, name: str = "", lender: Services | None = None, folder: str = RUNS
    ) -> None:
        """`name` and `folder` as `Places` has them, `lender` as `Services` does."""
        self.recipe = recipe
        self.tasks = make_tasks(recipe.tasks)
        self.places = Places(root, recipe, name, folder)
        self.artifacts = Artifacts()
        self.services = Services(recipe, self.places, lender)
        self.curves = Curves(self.places, self.artifacts, self.services, self.alarms, self.hand_overs)

    @classmethod
    def open(cls, recipe: ArtifactRef) -> Self:
        """The run whose resolved recipe was committed as `recipe`: how every task of a pipeline begins."""
        text = (load(recipe).part("recipe") / RECIPE).read_text()
        root, folder, _, _ = recipe.uri.rsplit("/", 3)
        run = cls(root, parse_recipe(parse_yaml(text, recipe.uri), where=recipe.uri), folder=folder)
        if run.places.at("recipe") != recipe.uri:
            raise DamagedError(recipe.uri, "it describes another run")
        return run

    @property
    def resolved_text(self) -> str:
        """The resolved recipe as YAML."""
        return yaml.safe_dump(self.recipe.model_dump(mode="json"), sort_keys=False)

    def changes(self) -> list[str]:
        """What is not as it was when the run was begun: sources, the first policy or our code."""
        began = self._began
        return changed(began.manifest.made_from, origins(self.recipe)) if began else []

    def moved(self) -> str:
        """What the registered model that the run begins from was, and is now, in words; empty where it is the same."""
        return moved(self.recipe, self.services, self._began) if self._began else ""

    def first_policy(self) -> FirstPolicyOptions:
        """What makes the first policy; of one that is registered, the directory of the version that the run began with.

        Raises:
            UserError: that version cannot be read any more.
        """
        return first_policy(self.recipe, self.services, self.places.root, self._began)

    @property
    def _began(self) -> Artifact | None:
        """The recipe as it was committed, with what the run was begun from."""
        return find(self.places.at("recipe"))

    def alarms(self, statistics: Mapping[str, TaskStatistics], report: UpdateReport | None) -> Iterator[Alarm]:
        """Those of one round, from what the coordination saw of each task and what the update did."""
        most_tokens = {
            key: task.options.max_tokens * (task.multi_turn.turns if task.multi_turn else 1)
            for key, task in self.tasks.items()
        }
        return find_alarms(self.recipe.alarms, statistics, report, most_tokens)

    def hand_overs(self, round: int) -> HandOvers | None:
        """What it took in one round that servers got its policies; None where no servers sample."""
        return hand_overs_of_round(self.places, round) if self.recipe.rollout.reads_files else None

    def evaluation_hand_overs(self, *evaluated: Scores) -> HandOvers | None:
        """What it took in evaluations that servers got their policies; None where no servers sample."""
        return hand_overs_of_evaluation(self.places, *evaluated) if self.recipe.rollout.reads_files else None

    def resolve(self) -> ArtifactRef:
        """Commit the resolved recipe, with what the run begins from; its ref opens the run in any other process. The
        machine and the code it runs on are noted.

        A run that has its plan goes on with what that was made from. That our code has changed since is told, and so
        is another number of threads or processes. What may change in a recipe takes the place of what was there.

        Raises:
            UserError: the run has its plan, and there are other data now, or another first policy; or it was pruned.
        """
        if is_pruned(self.places):
            raise UserError(
                f"{self.places.uri} was pruned, and what it would go on from is gone: start over with --fresh."
            )
        uri = self.places.at("recipe")
        began, made_from = self._began, origins(self.recipe)
        planned = began if find(self.places.at("plan")) else None
        if planned:
            self._go_on(self.changes())
            made_from = planned.manifest.made_from
        files = {RECIPE: self.resolved_text, **first_version(self.recipe, self.services, planned)}
        if began and (began.manifest.made_from != made_from or not _holds(began, files)):
            remove(uri)

        def write(directory: Path) -> None:
            for name, text in files.items():
                (directory / name).write_text(text)

        note_environment(self.places, self.recipe)
        return self.artifacts.commit(uri, made_from, recipe=write)

    def _go_on(self, differing: Sequence[str]) -> None:
        if others := [name for name in differing if name != CODE]:
            raise UserError(
                f"{self.places.uri} has begun, and {' and '.join(others)} changed since: put back what was there, or "
                "start over with --fresh."
            )
        if differing:
            warn(f"{self.places.uri} goes on with other code than it was begun with; --fresh starts over.")
        if version := self.moved():
            warn(f"{self.places.uri} goes on from {version}; --fresh starts over.")
        if shares := other_shares(self.places, self.recipe):
            warn(f"{self.places.uri} was computed with {shares}: from here on it does not repeat to the byte.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.services.__exit__(kind, error, traceback)


def _holds(recipe: Artifact, files: Mapping[str, str]) -> bool:
    """Whether a committed recipe is made of these files, name → text."""
    directory = recipe.part("recipe")
    return files == {name: (directory / name).read_text() for name in recipe.manifest.parts["recipe"].files}
