"""The update with torch in one rank: one round's groups become a few optimizer steps."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from astor.coordination.groups import enough_valid
from astor.losses.loss import LossOutputs
from astor.policies.checkpointing import checkpoint_layers
from astor.policies.policy import Policy, save_policy
from astor.policies.ranks import World
from astor.records import Batch, Completion, Group, PolicyCard, UpdateReport
from astor.training.agreement import check_agreement
from astor.training.engine import Sketch
from astor.training.measurement import Measurement, measure_end, measure_pass, measure_start
from astor.training.micro_batch import MicroBatch
from astor.training.optimization import Optimization
from astor.training.options import TrainingOptions
from astor.training.preparation import prepare
from astor.training.probe import Probe, has_maps
from astor.training.reference import Reference
from astor.training.report import Trained, make_report
from astor.training.room import Room
from astor.training.rows import TrainingGroup, mini_batch_order, mini_batches, training_groups
from astor.training.sketches import RoundSketches, TaskSketch
from astor.training.trainer_state import TrainerState
from astor.training.weighing import Weighing

STEPS_BEFORE_ADAM = 10
"""Optimizer steps before the second moments are believed (our choice: until then they are of a few gradients)."""


class TorchEngine:
    """Trains `policy` in place, held to `reference`. On a CPU in fp32; on CUDA in bf16 over fp32 weights.

    The policy stays in evaluation mode: dropout would make it another policy than the one that sampled.
    """

    even = False
    """Whether every rank must make as many forward passes as the others."""

    def __init__(
        self,
        policy: Policy,
        reference: Policy | None,
        options: TrainingOptions,
        trainer: Path | None = None,
        world: World | None = None,
    ) -> None:
        """`reference` is None where `policy` has an adapter, whose base it is. `trainer` is a directory that
        `save_trainer` wrote; None starts anew. In a `world` of several ranks each has an engine of its own, and trains
        on its share of every mini-batch.

        UserError where it cannot be continued with this policy.
        """
        self.policy, self.options = policy, options
        self.reference = Reference(reference, policy, options.reference)
        self.world = world or World()
        state = TrainerState.load(trainer) if trainer else TrainerState({})
        self.optimization = self._optimization(state if trainer else None)
        self.weighing = Weighing(options.loss, state.weighing)
        self.probe = Probe(policy.model, options.sketch.layers, options.sketch.size)
        self.room = Room(options.tokens_per_micro_batch)
        if options.gradient_checkpointing:
            checkpoint_layers(policy.model)
        self._checked = False
        self._seconds: dict[str, float] = {}
        self._sketching = 0.0

    def _optimization(self, state: TrainerState | None) -> Optimization:
        options = self.options
        return Optimization(self.policy.model, options.optimizer, options.skips_in_a_row, state, self.world)

    @property
    def world_size(self) -> int:
        return self.world.size

    @property
    def bf16(self) -> bool:
        """Whether the policy computes in bf16."""
        on_gpu: bool = self.policy.device.type == "cuda"
        return on_gpu

    @property
    def card(self) -> PolicyCard:
        assert self.policy.card is not None, "a policy that is trained was saved before"
        return self.policy.card

    @card.setter
    def card(self, card: PolicyCard) -> None:
        self.policy.card = card

    @property
    def metrics(self) -> Mapping[str, float]:
        """Seconds that the last update took, by what it did, and what `Room` has to tell."""
        return {**{f"{name}_seconds": seconds for name, seconds in self._seconds.items()}, **self.room.metrics}

    def save_policy(self, directory: Path, recipe_digest: str) -> None:
        save_policy(self.policy, directory, recipe_digest)

    def save_trainer(self, directory: Path) -> None:
        replace(self.optimization.state(), weighing=self.weighing.state).save(directory)

    def update(
        self,
        completions: Sequence[Completion],
        groups: Sequence[Group],
        batch: Batch,
        sketch: Sketch | None = None,
        loss_after: bool = False,
    ) -> UpdateReport:
        trained = self.train(completions, groups, batch, sketch, loss_after)
        return make_report(batch, *trained, self.optimization.learning_rate, loss_after)

    def train(
        self,
        completions: Sequence[Completion],
        groups: Sequence[Group],
        batch: Batch,
        sketch: Sketch | None,
        loss_after: bool,
    ) -> "Trained":
        """An update of this rank; what it measured of its share."""
        times, self._sketching = [time.perf_counter()], 0.0
        if sketch == "adam" and self.optimization.progress.counters.optimizer_steps < STEPS_BEFORE_ADAM:
            sketch = None
        rows = training_groups(completions, groups, batch)
        self.weighing.see_lengths(rows)
        whole = mini_batches(rows, self.options.mini_batches, batch.seed)
        sketches = self._sketches(whole, batch, sketch)
        parts, sums = self.room.fit(rows, lambda: self._prepare(whole, batch))
        times.append(time.perf_counter())
        norms: list[float | None] = []
        for number in mini_batch_order(len(parts), self.options.epochs, batch.seed):
            drawn = sketches is not None and len(norms) < len(parts) and number in sketches.drawn
            norms.append(self._train(number, parts[number], batch, sums, sketches if drawn else None, first=not norms))
        found = self._end_sketches(sketches, groups, batch) if sketches else {}
        times.append(time.perf_counter())
        if loss_after:
            pieces = [(whole if self.even else whole.informative_part()) for part in parts for whole in part]
            measure_end(sums, filter(None, pieces), self.options.loss, self.policy.model, batch.temperature)
        times.append(time.perf_counter())
        prepared, trained, measured = (after - before for before, after in pairwise(times))
        trained -= self._sketching
        self._seconds = {"prepare": prepared, "sketch": self._sketching, "train": trained, "measure": measured}
        return Trained(rows, sums, found, sketch, norms, self._samples(batch))

    def _prepare(
        self, whole: Sequence[Sequence[TrainingGroup]], batch: Batch
    ) -> tuple[list[list[MicroBatch]], Measurement]:
        model, loss, tokens = self.policy.model, self.options.loss, self.room.tokens
        with torch.no_grad(), self.reference.at_hand() as reference:
            return prepare(whole, batch, model, reference, loss, self.weighing, self.world, tokens, self.even)

    def _train(
        self,
        number: int,
        part: list[MicroBatch],
        batch: Batch,
        sums: Measurement,
        sketches: RoundSketches | None,
        first: bool,
    ) -> float | None:
        """One optimizer step on mini-batch `number`: the gradient's norm, None where the step was skipped.

        The `first` step of a round finds out where the policy stood at its start. `sketches` are to have this one.
        """
        groups = [group for piece in part for group in piece.groups]
        passed = self.room.fit(groups, lambda: self._add_gradients(part, batch.temperature, sketches, first))
        for piece, outputs, sketch in passed:
            if first:
                measure_start(sums, piece, outputs, self.options.loss.importance_cap)
            if sketches and sketch is not None:
                sketches.add(number, piece, sketch)
            measure_pass(sums, piece, outputs)
        if not self._checked and self._samples(batch):
            differences = dict(zip(batch.quotas, sums.values("engine difference"), strict=True))
            check_agreement(differences, self.options, bf16=self.bf16)
            self._checked = True
        return self.optimization.step()

    def _add_gradients(
        self, part: list[MicroBatch], temperature: float, sketches: RoundSketches | None, first: bool
    ) -> list[tuple[MicroBatch, LossOutputs, Tensor | None]]:
        """Make the gradient of a mini-batch, in pieces that there is room for: each with its loss and its sketches."""
        self.optimization.clear()
        part[:], passed = self.room.cut(part), []
        for piece in part:
            outputs, sketch = self.forward(piece, temperature, sketches, first)
            self.optimization.backward(piece.loss(outputs), last=piece is part[-1])
            passed.append((piece, outputs.detach(), sketch))
        return passed

    def forward(
        self, piece: MicroBatch, temperature: float, sketches: RoundSketches | None, first: bool
    ) -> tuple[LossOutputs, Tensor | None]:
        """The loss of a piece, with its graph, and the sketches of its groups where there are any."""
        with self.probe.watching() if sketches else nullcontext():
            logp = piece.logps(self.policy.model, temperature)
        outputs, found = self.outputs(piece, logp, first), None
        if sketches and piece.informative.any():
            found = self.sketch(piece, outputs.surrogate, sketches.metric)
        return outputs, found

    def outputs(self, piece: MicroBatch, logp: Tensor, first: bool) -> LossOutputs:
        """The loss of a piece whose log-probabilities are `logp`; at the start of the round where it is `first`."""
        if first:
            piece.logp_prox = logp.detach()
        return self.options.loss(piece.loss_inputs(logp))

    def sketch(self, piece: MicroBatch, surrogate: Tensor, metric: Sketch | None) -> Tensor:
        """(N, P, size), for each of the piece's P informative groups the sketch of the gradient of its sum of
        `surrogate` (R, L); of which the graph stays, and is that of the last forward pass that the probe watched.

        N is 1; with `adam` 2, the second sketch being that of the preconditioned gradient.
        """
        start, factors = time.perf_counter(), None
        if metric == "adam":
            factors = [self.optimization.preconditioner(map.weight) for map in self.probe.maps]
        found = self.probe.sketch(piece, surrogate, factors)
        self._sketching += time.perf_counter() - start
        return found

    def _samples(self, batch: Batch) -> bool:
        """Whether the policy as it is before the update is the one that rolls the batch out."""
        return batch.policy_digest is None or self.policy.ref.is_called(batch.policy_digest)

    def _sketches(
        self, whole: Sequence[Sequence[TrainingGroup]], batch: Batch, sketch: Sketch | None
    ) -> RoundSketches | None:
        needed = sketch is not None or self.options.loss.aggregation == "balanced"
        if not has_maps(self.probe, type(self.policy.model).__name__, needed):
            return None
        return RoundSketches(whole, len(batch.quotas), sketch, self.options.sketch, batch.seed, self.policy.device)

    def _end_sketches(self, sketches: RoundSketches, groups: Sequence[Group], batch: Batch) -> dict[int, TaskSketch]:
        start, names = time.perf_counter(), list(batch.quotas)
        generated = Counter(names.index(group.task) for group in groups if enough_valid(group.rewards))
        found = sketches.finish(self.world, generated, self.weighing.balances(names))
        self.weighing.see_norms(batch, {names[index]: sketch.square for index, sketch in found.items()})
        self._sketching += time.perf_counter() - start
        return found
