"""A run: its recipe, where its artifacts lie, and what this process keeps in memory of them.

Steps hand each other *references to artifacts*, strings of the form `URI#DIGEST`: they pass through a pipeline as
parameters, and a reader refuses an artifact that is not the one that was meant.
"""

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from astor.data.verification_cache import VerificationCache
from astor.errors import UserError
from astor.recipe.load import parse_recipe, parse_yaml
from astor.recipe.recipe import Recipe
from astor.records import Verdict
from astor.registry.tracking import Tracker
from astor.sandbox import Sandbox, SandboxOptions
from astor.sandbox.pool.options import PoolOptions
from astor.sandbox.runner import JobRunner
from astor.steps.failure import tell_failure
from astor.steps.lifeline import hold_lifeline
from astor.steps.parts import Payload, describe, read_part, write_part
from astor.storage import Attempt, digest_json, find, load, locate, remove
from astor.tasks.catalogue import make_tasks

REMEMBERED = 48
"""Parts kept in memory: those of the last few rounds, and the prompts."""


def split_reference(reference: str) -> tuple[str, str]:
    """URI and digest of `URI#DIGEST`."""
    uri, hash_sign, digest = reference.rpartition("#")
    if not hash_sign:
        raise UserError(f"{reference!r} is not an artifact reference: write URI#DIGEST, as the step printed it.")
    return uri, digest


class Run:
    """What every step is given first. A context manager: it ends the sandbox's processes."""

    def __init__(self, root: str, recipe: Recipe) -> None:
        if not root:
            raise UserError("The run has no store: name a directory, or s3://bucket/prefix.")
        locate(f"{root}/runs")  # says what is wrong with a store that is none
        self.root, self.recipe = root.rstrip("/") or "/", recipe
        self.uri = f"{self.root}/runs/{recipe.name}-{recipe.digest[:12]}"
        self.tasks = make_tasks(recipe.tasks)
        self._memory: OrderedDict[tuple[str, str], Any] = OrderedDict()
        self._sandbox: JobRunner | None = None
        self._held = ExitStack()
        self._tracker: Tracker | None = None
        self._began = time.perf_counter()

    @classmethod
    def open(cls, recipe: str) -> Self:
        """The run whose resolved recipe was committed as the artifact `recipe`: how every task of a pipeline begins."""
        hold_lifeline()
        tell_failure()
        uri, digest = split_reference(recipe)
        text = (load(uri, digest).part("recipe") / "recipe.yaml").read_text()
        run = cls(uri.rpartition("/runs/")[0], parse_recipe(parse_yaml(text, uri), where=uri))
        if run.place("recipe") != uri:
            raise _damaged(uri, "it describes another run")
        return run

    @property
    def resolved_text(self) -> str:
        """The resolved recipe as YAML."""
        return yaml.safe_dump(self.recipe.model_dump(mode="json"), sort_keys=False)

    def resolve(self) -> str:
        """Commit the resolved recipe; its reference opens the run in any other process."""

        def write(directory: Path) -> None:
            (directory / "recipe.yaml").write_text(self.resolved_text)

        return self.commit(self.place("recipe"), {}, recipe=write)

    def place(self, *names: str | int) -> str:
        """The URI of an artifact of this run; a number is a round."""
        return "/".join([self.uri, *(f"{name:05d}" if isinstance(name, int) else name for name in names)])

    def done(self, uri: str, made_from: Mapping[str, str]) -> str | None:
        """The reference of what was committed at `uri` from these inputs, or None where nothing was.

        Raises:
            UserError: something is there that was made from other inputs.
        """
        self._began = time.perf_counter()
        artifact = find(uri)
        if artifact is None:
            return None
        if artifact.manifest.made_from != _digests(made_from):
            raise UserError(f"{uri} was made from other inputs than these: run again with --fresh, or remove it.")
        return f"{uri}#{artifact.digest}"

    def commit(self, uri: str, made_from: Mapping[str, str], **parts: Payload) -> str:
        """Commit `parts` at `uri` and return the reference of what stands there afterwards.

        The manifest's seconds count from when `done` was asked, or from the commit before.
        """
        with Attempt(uri, _digests(made_from)) as attempt:
            for name, payload in parts.items():
                write_part(attempt.part(name, *describe(name, payload)), name, payload)
            artifact = attempt.commit(time.perf_counter() - self._began)
        self._began = time.perf_counter()
        reference = f"{uri}#{artifact.digest}"
        if artifact.manifest.attempt == attempt.name:
            for name, payload in parts.items():
                if not callable(payload):
                    self.remember(reference, name, payload)
        return reference

    def read(self, reference: str, part: str, view: Callable[[Any], Any] | None = None) -> Any:
        """The part of an artifact, from memory where this process has it; through `view`, remembered too."""
        name = part if view is None else f"{part}:{view.__qualname__}"
        if (reference, name) not in self._memory:
            value = self._load(reference, part) if view is None else view(self.read(reference, part))
            self.remember(reference, name, value)
        self._memory.move_to_end((reference, name))
        return self._memory[reference, name]

    def _load(self, reference: str, part: str) -> Any:
        uri, digest = split_reference(reference)
        directory = load(uri, digest).part(part)
        try:
            return read_part(directory, part)
        except (ValueError, FileNotFoundError) as error:  # what pydantic and Arrow raise is a ValueError
            raise _damaged(uri, f"its {part} cannot be read") from error

    def reference(self, uri: str) -> str | None:
        """The reference of what was committed at `uri`, or None."""
        artifact = find(uri)
        return None if artifact is None else f"{uri}#{artifact.digest}"

    def committed(self, *place: str | int) -> str:
        """The reference of what must have been committed at a place of this run."""
        uri = self.place(*place)
        return f"{uri}#{load(uri).digest}"

    def names(self, *place: str | int) -> list[str]:
        """What lies directly below a place of this run, sorted."""
        store, key = locate(self.place(*place))
        return sorted({entry.removeprefix(f"{key}/").partition("/")[0] for entry in store.keys(key)})

    def publish(self, name: str, data: bytes) -> str:
        """Write a file for people beside the run's artifacts; its URI."""
        store, key = locate(self.place(name))
        store.replace(key, data)
        return self.place(name)

    def has(self, reference: str, part: str) -> bool:
        """Whether the artifact has the part."""
        if (reference, part) in self._memory:
            return True
        return part in load(*split_reference(reference)).manifest.parts

    def remember(self, reference: str, part: str, value: Any) -> None:
        """Keep `value` in memory as the part of the artifact, until newer ones need its place."""
        self._memory[reference, part] = value
        while len(self._memory) > REMEMBERED:
            self._memory.popitem(last=False)

    def recall(self, reference: str, part: str) -> Any | None:
        """What was remembered, or None."""
        if (reference, part) in self._memory:
            self._memory.move_to_end((reference, part))
        return self._memory.get((reference, part))

    @property
    def sandbox(self) -> JobRunner:
        """The sandbox of this run, started or reached when it is first needed."""
        if self._sandbox is None:
            self._sandbox = self._held.enter_context(_open_sandbox(self.recipe.sandbox))
        return self._sandbox

    def verification_cache(self) -> AbstractContextManager[VerificationCache | None]:
        """What the sandbox found out about items before, kept in a store that is a directory of this machine."""
        if self.is_remote:
            return nullcontext()
        scope = digest_json(self.recipe.sandbox.model_dump(mode="json"))
        return VerificationCache(Path(self.root) / "cache" / "verification.sqlite", scope)

    @property
    def is_remote(self) -> bool:
        """Whether the store is not a directory of this machine."""
        return "://" in self.root

    @property
    def tracking_uri(self) -> str:
        """Where MLflow is: what the recipe says, what MLFLOW_TRACKING_URI says, else a file in the store."""
        named = self.recipe.tracking.uri or os.environ.get("MLFLOW_TRACKING_URI")
        if named is None and self.is_remote:
            raise UserError(f"MLflow has no place: set tracking.uri or MLFLOW_TRACKING_URI, for {self.root} is remote.")
        return named or f"sqlite:///{Path(self.root).absolute() / 'mlflow.db'}"

    @property
    def tracker(self) -> Tracker:
        """The MLflow run of this run, found or created when it is first needed."""
        if self._tracker is None:
            name = self.uri.rpartition("/")[2]
            self._tracker = Tracker(self.tracking_uri, self.recipe.tracking.experiment, name, self.recipe.digest)
        return self._tracker

    def reward(self, verdict: Verdict) -> float | None:
        """The shaped reward of a verdict, by its task; None for an infrastructure error."""
        return self.tasks[verdict.task].reward(verdict)

    def forget(self, reference: str, part: str) -> None:
        """No longer keep the part in memory."""
        self._memory.pop((reference, part), None)

    def remove(self, *names: str | int) -> None:
        """Remove an artifact of this run, or all of them."""
        remove(self.place(*names))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._sandbox = None
        self._held.close()


def _open_sandbox(options: SandboxOptions | PoolOptions) -> AbstractContextManager[JobRunner]:
    if isinstance(options, SandboxOptions):
        return Sandbox(options)
    from astor.sandbox.pool.client import SandboxPool  # httpx, which a run without a pool has no need of

    return SandboxPool(options)


def _damaged(uri: str, reason: str) -> UserError:
    return UserError(f"{uri} is damaged ({reason}): remove it and run the same command again, which makes it anew.")


def _digests(made_from: Mapping[str, str]) -> dict[str, str]:
    return {name: reference.rpartition("#")[2] for name, reference in made_from.items()}
