"""Submissions: the runs of KFP that are runs of ours, found by their parameters, whoever made them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from astor.errors import UserError
from astor.launch.connection import Kfp
from astor.recipe.load import load_recipe
from astor.recipe.recipe import Recipe
from astor.run.places import Places

PARAMETERS = {"recipe", "overrides", "store"}
COLLECTS = "trajectories"
"""The parameter that a collection has beside those."""
LIVE = ("PENDING", "RUNNING", "PAUSED", "CANCELING")


class Submission(NamedTuple):
    """One run of KFP."""

    run_id: str
    name: str
    """Of the run that it computes; several submissions may go on with one."""
    state: str
    """In KFP's words."""
    parameters: dict[str, Any]
    begun: datetime
    seconds: float
    """So far, or in all."""
    error: str

    @classmethod
    def of(cls, run: Any) -> Self:
        """Of what KFP tells of a run."""
        end = run.finished_at if run.finished_at and run.finished_at.year > 1970 else datetime.now(UTC)
        return cls(
            run_id=run.run_id,
            name=run.display_name,
            state=str(run.state or "PENDING").removeprefix("RUNTIME_STATE_").replace("UNSPECIFIED", "PENDING"),
            parameters=dict((run.runtime_config.parameters if run.runtime_config else None) or {}),
            begun=run.created_at,
            seconds=max((end - run.created_at).total_seconds(), 0.0),
            error=" ".join((run.error.message or "").split()) if run.error else "",
        )

    @property
    def is_live(self) -> bool:
        """Whether it may still change anything."""
        return self.state in LIVE

    @property
    def is_ours(self) -> bool:
        """Whether it is a run of the pipeline `post_training`, and has a store: without, its first task fails."""
        given = self.parameters
        return given.keys() >= PARAMETERS and COLLECTS not in given and bool(given["store"])

    def computes(self, run_name: str, store: str) -> bool:
        """Whether it may be at work on a run of a store now. What was cloned in KFP's pages has another name there,
        so the recipe is what counts."""
        if not self.is_live or self.parameters["store"].rstrip("/") != store.rstrip("/"):
            return False
        if self.name == run_name:
            return True
        try:
            return Places(store, self.recipe).name == run_name
        except UserError:  # Another version wrote a recipe that this one cannot read.
            return False

    @property
    def recipe(self) -> Recipe:
        """The recipe that it was submitted with."""
        return self.recipe_with({})

    def recipe_with(self, overrides: Mapping[str, Any]) -> Recipe:
        """That recipe with further `overrides`, dotted key → value."""
        known, mlflow = self.parameters["overrides"] or {}, self.parameters.get("mlflow_uri")
        tracking = {"tracking.uri": mlflow} if mlflow else {}
        return load_recipe(self.parameters["recipe"], {**known, **tracking, **overrides})


def submissions(kfp: Kfp, experiment_id: str | None = None) -> Iterator[Submission]:
    """Runs of ours, the latest first: those of an experiment, or of all."""
    token = ""
    where = {"experiment_id": experiment_id} if experiment_id else {"namespace": kfp.team} if kfp.team else {}
    while True:
        page: Any = kfp.ask(
            kfp.runs.run_service_list_runs, page_size=100, page_token=token, sort_by="created_at desc", **where
        )
        yield from (one for one in map(Submission.of, page.runs or ()) if one.is_ours)
        if not (token := page.next_page_token or ""):
            return


def require_alone(kfp: Kfp, run_name: str, store: str) -> None:
    """UserError where a submission is at work on that run of the store."""
    if found := next((one for one in submissions(kfp) if one.computes(run_name, store)), None):
        raise UserError(
            f"{run_name} is being computed by {found.run_id}, and two would be in each other's way: astor stop "
            f"{found.run_id} ends it."
        )


def find_submission(kfp: Kfp, named: str) -> Submission:
    """The submission with the id `named`, or the latest one of the run of that name.

    Raises:
        UserError: there is none, it is in another namespace, or it is no run of ours.
    """
    if not _is_id(named):
        found = next((one for one in submissions(kfp) if one.name == named), None)
        if found is None:
            raise UserError(f"KFP at {kfp.host} has no run called {named}: astor runs --on cluster lists them.")
        return found
    missing = f"KFP at {kfp.host} has no run {named}: astor runs --on cluster lists them."
    run: Any = kfp.ask(kfp.runs.run_service_get_run, named, missing=missing)
    if kfp.team:
        experiment: Any = kfp.ask(kfp.experiments.experiment_service_get_experiment, run.experiment_id)
        if experiment.namespace != kfp.team:
            raise UserError(
                f"The run {named} is in the namespace {experiment.namespace}, not {kfp.team}: give --namespace "
                f"{experiment.namespace}."
            )
    if not (one := Submission.of(run)).is_ours:
        raise UserError(
            f"The run {named} ({run.display_name}) is of another pipeline: astor runs --on cluster lists ours."
        )
    return one


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
