"""The update with torch in every rank: each trains on its share of a mini-batch, and all make the same step."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from astor.policies.adapted import adapt
from astor.policies.live import drop_loaded, keep_trained
from astor.policies.policy import Policy, load_policy
from astor.policies.ranks import Ranks, World
from astor.records import Batch, Completion, Group, PolicyCard, UpdateReport
from astor.storage import PolicyRef
from astor.training.engine import ReferencePolicy, Sketch
from astor.training.engines.torch import TorchEngine
from astor.training.measurement import Measurement
from astor.training.options import TorchOptions
from astor.training.report import Trained, make_report
from astor.training.trainer_state import warn_of_another_size

ENGINE = "update engine"
"""Where a rank keeps its engine."""


class RankedEngine:
    """An engine in every rank. That of rank 0 speaks for all: policies and trainer states are the same in each."""

    def __init__(
        self, ranks: Ranks, policy: Path, reference: ReferencePolicy, options: TorchOptions, trainer: Path | None
    ) -> None:
        """UserError where the policy cannot be read, or the trainer state cannot be continued with it."""
        self._ranks = ranks
        warn_of_another_size(trainer, ranks.size)
        shared = options.lora is None and options.reference == "shared"
        needs_own = options.lora is None and (ranks.size > 1 or not shared)
        directory = reference.directory() if needs_own else None
        held_to = reference.weights() if shared else None
        ranks.call(_make, policy, reference.ref, directory, options, trainer, reference=held_to)
        self._own: TorchEngine = ranks.world.memory[ENGINE]

    @property
    def policy(self) -> Policy:
        return self._own.policy

    @property
    def card(self) -> PolicyCard:
        return self._own.card

    @card.setter
    def card(self, card: PolicyCard) -> None:
        self._ranks.call(_set_card, card)

    @property
    def world_size(self) -> int:
        return self._ranks.size

    @property
    def metrics(self) -> Mapping[str, float]:
        """Seconds that the last update took in rank 0, by what it did."""
        return self._own.metrics

    def update(
        self,
        completions: Sequence[Completion],
        groups: Sequence[Group],
        batch: Batch,
        sketch: Sketch | None = None,
        loss_after: bool = False,
    ) -> UpdateReport:
        own: list[Trained] = []
        _, *others = self._ranks.call(_train, completions, groups, batch, sketch, loss_after, kept=own)
        for other in others:
            own[0].sums.merge(other)
        return make_report(batch, *own[0], self._own.optimization.learning_rate, loss_after)

    def save_policy(self, directory: Path, recipe_digest: str) -> None:
        self._own.save_policy(directory, recipe_digest)
        self.card = self._own.card

    def save_trainer(self, directory: Path) -> None:
        self._own.save_trainer(directory)


def _make(
    world: World,
    policy: Path,
    base: PolicyRef,
    directory: Path | None,
    options: TorchOptions,
    trainer: Path | None,
    reference: Policy | None = None,
) -> None:
    """Make the rank's engine, held to `base`: `directory` has it for ranks that need one of their own and are not given
    `reference`; an adapter needs neither."""
    if reference is None:
        drop_loaded(world)
    trained = load_policy(policy)
    if options.lora:
        adapt(trained, base, options.lora)
    elif reference is None:
        assert directory is not None, "a rank without a reference policy loads one"
        reference = load_policy(directory, "cpu" if options.reference == "offloaded" else "auto")
    engine = TorchEngine(trained, reference, options, trainer, world)
    world.memory[ENGINE] = engine
    keep_trained(world, engine.policy)


def _set_card(world: World, card: PolicyCard) -> None:
    world.memory[ENGINE].card = card


def _train(
    world: World,
    completions: Sequence[Completion],
    groups: Sequence[Group],
    batch: Batch,
    sketch: Sketch | None,
    loss_after: bool,
    kept: list[Trained] | None = None,
) -> Measurement:
    """Train; what was measured of the share. `kept` gets everything, where the caller is in this rank."""
    engine: TorchEngine = world.memory[ENGINE]
    trained = engine.train(completions, groups, batch, sketch, loss_after)
    if kept is not None:
        kept.append(trained)
    return trained.sums
