"""Policies in this process: how they talk, their weights, and the engines that sample from them and train them."""

from contextlib import AbstractContextManager, ExitStack
from functools import cached_property, partial
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from astor.policies.card import WEIGHTS, find_card, write_card
from astor.policies.chat import Chat, load_chat
from astor.policies.live import find_weights, keep_files, keep_trained
from astor.policies.policy import Policy, load_policy
from astor.policies.ranks import Ranks, World
from astor.recipe.recipe import Recipe
from astor.rollout.engine import Engine, Sampler, StreamingEngine
from astor.rollout.kept import KeptEngine
from astor.run.threads import set_threads
from astor.storage import PolicyRef, load
from astor.training.engine import ReferencePolicy, UpdateEngine


class Policies:
    """By ref: the policy that this process trains is found where it is, any other is loaded. A context manager: it ends
    what the engines started."""

    def __init__(self, recipe: Recipe, ranks: Ranks) -> None:
        self._recipe, self._ranks = recipe, ranks
        self._chats: dict[str, Chat] = {}
        self._open = ExitStack()
        self._trained: tuple[PolicyRef, UpdateEngine] | None = None
        set_threads(recipe)

    def chat(self, policy: PolicyRef) -> Chat:
        """How the policy talks, which no training changes: of all policies of one origin it is the same."""
        if policy.origin not in self._chats:
            self._chats[policy.origin] = load_chat(load(policy.committed).part("policy", leave_out=WEIGHTS))
        return self._chats[policy.origin]

    def weights(self, policy: PolicyRef) -> Policy:
        """The policy itself."""
        return find_weights(self._ranks.world, policy)

    def sampler(self, policy: PolicyRef, kept: Path | None = None) -> Sampler:
        """The policy as it is sampled from.

        Args:
            kept: the file that has samples while they come, where the engine gives them one by one; of a policy that
                was committed.
        """
        engine = self._rollout_engine
        if kept is not None and isinstance(engine, StreamingEngine):
            engine = KeptEngine(engine, kept)
        return Sampler(engine, self.chat(policy), policy)

    @cached_property
    def _rollout_engine(self) -> Engine:
        engine = self._recipe.rollout.make(self._ranks)
        if isinstance(engine, AbstractContextManager):
            self._open.enter_context(engine)
        return engine

    def update_engine(self, policy: PolicyRef, reference: PolicyRef) -> UpdateEngine:
        """The engine that goes on training `policy`: the one that trained it in this process, else a new one."""
        if self._trained and self._trained[0] == policy:
            return self._trained[1]
        artifact = load(policy.committed)
        trainer = artifact.part("trainer") if "trainer" in artifact.manifest.parts else None
        held_to = ReferencePolicy(
            ref=reference,
            directory=lambda: load(reference.committed).part("policy"),
            weights=lambda: self.weights(reference),
        )
        return self._recipe.training.make(artifact.part("policy"), held_to, trainer, self._ranks)

    def save_trained(self, policy: PolicyRef, directory: Path) -> None:
        """Write the policy in training, which was not committed, for a process that `take`s it: by the name that it
        has, not by that of the files."""
        assert self._trained is not None, "no policy is in training here"
        trained, engine = self._trained
        assert trained == policy, f"{trained.digest} is in training here, not {policy.digest}"
        card = engine.card
        engine.save_policy(directory, card.recipe_digest)
        engine.card = card
        write_card(directory, card)

    def take(self, directory: Path) -> None:
        """Sample from the policy in a directory, by the name on its card, until the next is taken. The directory stays
        as long as that is."""
        if not self._recipe.rollout.reads_files:
            self._ranks.call(_take, directory)
        elif card := find_card(directory):
            copy = partial(copytree, directory, dirs_exist_ok=True)
            keep_files(self._ranks.world, PolicyRef(card.digest, card.lineage), copy)

    def keep_trained(self, policy: PolicyRef, engine: UpdateEngine) -> None:
        """Keep the engine that has just made `policy`, and take that over where it lies in other processes and nowhere
        else; servers have its files written when they are given it."""
        self._trained = policy, engine
        if policy.artifact is not None:
            return
        keep_files(self._ranks.world, policy, partial(self.save_trained, policy))
        if engine.policy is None and not self._recipe.rollout.reads_files:
            with TemporaryDirectory(prefix="astor-policy-") as directory:
                self.save_trained(policy, Path(directory))
                self.take(Path(directory))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open.close()


def _take(world: World, directory: Path) -> None:
    keep_trained(world, load_policy(directory))
