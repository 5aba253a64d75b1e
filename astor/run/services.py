"""What a run keeps alive in this process: each made when it is first needed, all ended with the run."""

import logging
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from astor.coordination.scheduler import Scheduler
from astor.data.verification_cache import VerificationCache
from astor.errors import UserError
from astor.policies.ranks import Ranks
from astor.recipe.recipe import Recipe
from astor.run.environment import run_tags
from astor.run.machine import cards
from astor.run.partner import Partner, cards_beside, cards_left
from astor.run.places import Places
from astor.run.progress import LIBRARIES, report_progress
from astor.sandbox import Sandbox, SandboxOptions
from astor.sandbox.pool.options import PoolOptions
from astor.sandbox.runner import JobRunner
from astor.storage import ArtifactRef, committed, digest_json

if TYPE_CHECKING:
    from astor.registry.tracking import Tracker
    from astor.run.policies import Policies


log = logging.getLogger(__name__)


class Services:
    """The sandbox, MLflow, policies with weights, and the scheduler of one run."""

    def __init__(self, recipe: Recipe, places: Places, lender: "Services | None" = None) -> None:
        """`lender`, of a recipe with the same engines, has the policies and the ranks that these use too, and ends
        them."""
        self._recipe, self._places, self._lender = recipe, places, lender
        self._open = ExitStack()
        self._sandboxes = ExitStack()
        self._scheduler: tuple[ArtifactRef, Scheduler] | None = None

    @cached_property
    def sandbox(self) -> JobRunner:
        """Where programs run, started or reached."""
        return self._sandboxes.enter_context(_open_sandbox(self._recipe.sandbox))

    def end_sandbox(self) -> None:
        """End the sandbox, if there is one, and nothing else; it is started again when it is needed."""
        self.__dict__.pop("sandbox", None)
        self._sandboxes.close()

    def verification_cache(self) -> AbstractContextManager[VerificationCache | None]:
        """What the sandbox found out about items before, kept in a store that is a directory of this machine."""
        if self._places.is_remote:
            return nullcontext()
        scope = digest_json(self._recipe.sandbox.model_dump(mode="json"))
        return VerificationCache(Path(self._places.root) / "cache" / "verification.sqlite", scope)

    @property
    def tracking_uri(self) -> str:
        """Where MLflow is: what the recipe says, what MLFLOW_TRACKING_URI says, else a file in the store."""
        root, named = self._places.root, self._recipe.tracking.uri or os.environ.get("MLFLOW_TRACKING_URI")
        if named is None and self._places.is_remote:
            raise UserError(f"MLflow has no place: set tracking.uri or MLFLOW_TRACKING_URI, for {root} is remote.")
        return named or f"sqlite:///{Path(root).absolute() / 'mlflow.db'}"

    @cached_property
    def tracker(self) -> "Tracker":
        """The MLflow run of this run, found or created."""
        from astor.registry.tracking import Tracker

        experiment = self._recipe.tracking.experiment
        return Tracker(self.tracking_uri, experiment, self._places.name, self._recipe.identity, run_tags(self._recipe))

    @cached_property
    def ranks(self) -> Ranks:
        """The processes that share the work on policies, started before this one imports what they import too: as many
        as the recipe has for CPUs, and where a GPU computes this one alone."""
        if self._lender:
            return self._lender.ranks
        return self._open.enter_context(Ranks(_processes(self._recipe), self._recipe.threads))

    @cached_property
    def partner(self) -> Partner | None:
        """The process that samples while this one trains, the run's only one that does; None without overlap, and where
        there is no room for both. Its card is none of an update engine's that is made after it."""
        beside = cards_beside(self._recipe) if self._recipe.staleness else None
        if beside is None:
            return None
        if beside:
            self.ranks.cards = cards_left()
        return self._open.enter_context(Partner(committed(self._places.at("recipe")).ref, beside))

    @cached_property
    def policies(self) -> "Policies":
        """Policies with weights, and the engines that sample from them and train them."""
        if self._lender:
            return self._lender.policies
        report_progress(LIBRARIES, 0, 0, "torch, transformers")
        ranks = self.ranks
        from astor.run.policies import Policies  # torch, which most steps have no need of

        loaded = self._open.enter_context(Policies(self._recipe, ranks))
        report_progress(LIBRARIES, 1, 1)
        return loaded

    def scheduler(self, planned: ArtifactRef, resume: Callable[[], Scheduler]) -> Scheduler:
        """The scheduler as it was when it planned `planned`: this process's own where it did that here. It is given
        away: whoever takes it goes on with it."""
        held, self._scheduler = self._scheduler, None
        return held[1] if held and held[0] == planned else resume()

    def keep_scheduler(self, planned: ArtifactRef, scheduler: Scheduler) -> None:
        """Keep the scheduler that has just planned `planned`, for the next step of this process."""
        self._scheduler = planned, scheduler

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end_sandbox()
        for name in ("ranks", "partner", "policies"):
            self.__dict__.pop(name, None)
        self._open.close()


def _processes(recipe: Recipe) -> int:
    if recipe.processes > 1 and cards():
        import torch  # whose build for CPUs computes on them beside any GPU

        if torch.cuda.is_available():
            log.warning("processes: %d is of CPUs; on this machine's GPU one computes all.", recipe.processes)
            return 1
    return recipe.processes


def _open_sandbox(options: SandboxOptions | PoolOptions) -> AbstractContextManager[JobRunner]:
    if isinstance(options, SandboxOptions):
        return Sandbox(options)
    from astor.sandbox.pool.client import SandboxPool  # httpx, which a run without a pool has no need of

    return SandboxPool(options)
