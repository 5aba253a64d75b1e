"""The update with torch in one rank: one round's groups become a few optimizer steps."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from astor.coordination.groups import enough_valid
from astor.errors import UserError
from astor.policies.policy import Policy, save_policy
from astor.policies.ranks import World
from astor.records import Batch, Completion, Group, PolicyCard, UpdateReport
from astor.training.agreement import check_agreement
from astor.training.engine import Sketch
from astor.training.measurement import Measurement, measure_pass, measure_start
from astor.training.micro_batch import MicroBatch
from astor.training.optimization import Optimization
from astor.training.options import TorchOptions
from astor.training.preparation import prepare
from astor.training.probe import Probe
from astor.training.report import make_report
from astor.training.rows import TrainingGroup, mini_batch_order, mini_batches, training_groups
from astor.training.sketches import RoundSketches, TaskSketch
from astor.training.trainer_state import TrainerState
from astor.training.weighing import Weighing

STEPS_BEFORE_ADAM = 10
"""Optimizer steps before the second moments are believed (our choice: until then they are of a few gradients)."""


class Trained(NamedTuple):
    """What one rank has of an update."""

    rows: list[TrainingGroup]
    sums: Measurement
    sketches: dict[int, TaskSketch]
    """Summed over ranks."""
    metric: Sketch | None
    """What the halves of the sketches are sketches of, for the report; None where it is not to have them."""
    norms: list[float | None]
    """The gradient's norm of every optimizer step, the same in every rank; None where it was skipped."""
    on_policy: bool
    """Whether the policy at the start of the round sampled."""


class TorchEngine:
    """Trains `policy` in place, held to `reference`. On a CPU in fp32; on CUDA in bf16 over fp32 weights.

    The policy stays in evaluation mode: dropout would make it another policy than the one that sampled.
    """

    def __init__(
        self,
        policy: Policy,
        reference: Policy,
        options: TorchOptions,
        trainer: Path | None = None,
        world: World | None = None,
    ) -> None:
        """`trainer` is a directory that `save_trainer` wrote; None starts anew. In a `world` of several ranks each has
        an engine of its own, and trains on its share of every mini-batch.

        UserError where it cannot be continued with this policy.
        """
        assert policy.model is not reference.model, "the reference policy must not be trained"
        self.policy, self.reference, self.options = policy, reference, options
        self.world = world or World()
        state = TrainerState.load(trainer) if trainer else TrainerState({})
        self.optimization = Optimization(
            policy.model, options.optimizer, options.skips_in_a_row, state if trainer else None, self.world.size
        )
        self.weighing = Weighing(options.loss, state.weighing)
        self.probe = Probe(policy.model, options.sketch.layers, options.sketch.size)
        self._checked = False
        self._seconds: dict[str, float] = {}
        self._sketching = 0.0

    @property
    def world_size(self) -> int:
        return self.world.size

    @property
    def card(self) -> PolicyCard:
        assert self.policy.card is not None, "a policy that is trained was saved before"
        return self.policy.card

    @card.setter
    def card(self, card: PolicyCard) -> None:
        self.policy.card = card

    @property
    def metrics(self) -> Mapping[str, float]:
        """Seconds that the last update took, by what it did."""
        return {f"{name}_seconds": seconds for name, seconds in self._seconds.items()}

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
        if sketch == "adam" and self.optimization.counters.optimizer_steps < STEPS_BEFORE_ADAM:
            sketch = None
        rows = training_groups(completions, groups, batch)
        self.weighing.see_lengths(rows)
        whole = mini_batches(rows, self.options.mini_batches, batch.seed)
        sketches = self._begin_sketches(whole, batch, sketch)
        sums = Measurement(len(batch.quotas), self.policy.device)
        with torch.no_grad():
            parts = prepare(
                whole,
                batch,
                self.policy.model,
                self.reference.model,
                self.options.loss,
                self.weighing,
                self.world,
                self.options.tokens_per_micro_batch,
                sums,
            )
        times.append(time.perf_counter())
        norms: list[float | None] = []
        for number in mini_batch_order(len(parts), self.options.epochs, batch.seed):
            drawn = sketches is not None and len(norms) < len(parts) and number in sketches.drawn
            norms.append(self._train(number, parts[number], batch, sums, sketches if drawn else None, first=not norms))
        found = self._end_sketches(sketches, groups, batch) if sketches else {}
        times.append(time.perf_counter())
        if loss_after:
            with torch.no_grad():
                self._measure_end(parts, batch.temperature, sums)
        times.append(time.perf_counter())
        prepared, trained, measured = (after - before for before, after in pairwise(times))
        self._seconds = {
            "prepare": prepared,
            "sketch": self._sketching,
            "train": trained - self._sketching,
            "measure": measured,
        }
        return Trained(rows, sums, found, sketch, norms, self._samples(batch))

    def _train(
        self,
        number: int,
        part: Sequence[MicroBatch],
        batch: Batch,
        sums: Measurement,
        sketches: RoundSketches | None,
        first: bool,
    ) -> float | None:
        """One optimizer step on mini-batch `number`: the gradient's norm, None where the step was skipped.

        The `first` step of a round finds out where the policy stood at its start. `sketches` are given where they are
        to have this mini-batch.
        """
        for piece in part:
            with self.probe.watching() if sketches else nullcontext():
                logp = piece.logps(self.policy.model, batch.temperature)
            if first:
                piece.logp_prox = logp.detach()
            outputs = self.options.loss(piece.loss_inputs(logp))
            if first:
                measure_start(sums, piece, outputs, self.options.loss.importance_cap)
            if sketches and piece.informative.any():
                start = time.perf_counter()
                sketches.add(number, piece, self.sketch(piece, outputs.surrogate, sketches.metric))
                self._sketching += time.perf_counter() - start
            piece.loss(outputs).backward()
            measure_pass(sums, piece, outputs)
        if not self._checked and self._samples(batch):
            differences = dict(zip(batch.quotas, sums.values("engine difference"), strict=True))
            check_agreement(differences, self.options, bf16=self.policy.device.type == "cuda")
            self._checked = True
        self.world.sum_gradients(self.optimization.parameters.values())
        return self.optimization.step()

    def sketch(self, piece: MicroBatch, surrogate: Tensor, metric: Sketch | None) -> Tensor:
        """(N, P, size), for each of the piece's P informative groups the sketch of the gradient of its sum of
        `surrogate` (R, L); of which the graph stays, and is that of the last forward pass that the probe watched.

        N is 1; with `adam` 2, the second sketch being that of the preconditioned gradient.
        """
        factors = None
        if metric == "adam":
            factors = [self.optimization.preconditioner(map.weight) for map in self.probe.maps]
        return self.probe.sketch(piece, surrogate, factors)

    def _samples(self, batch: Batch) -> bool:
        """Whether the policy as it is before the update is the one that rolls the batch out."""
        return batch.policy_digest is None or self.policy.ref.is_called(batch.policy_digest)

    def _begin_sketches(
        self, whole: Sequence[Sequence[TrainingGroup]], batch: Batch, sketch: Sketch | None
    ) -> RoundSketches | None:
        """None where the model has nothing to sketch and nobody needs it."""
        if self.probe.maps:
            options, device = self.options.sketch, self.policy.device
            return RoundSketches(whole, len(batch.quotas), sketch, options, batch.seed, device)
        if sketch or self.options.loss.aggregation == "balanced":
            raise UserError(
                f"A {type(self.policy.model).__name__} has no o_proj or down_proj to sketch gradients of: set the "
                f"scheduler's utility.synergy.weight to 0, and no training.loss.aggregation: balanced."
            )
        return None

    def _end_sketches(self, sketches: RoundSketches, groups: Sequence[Group], batch: Batch) -> dict[int, TaskSketch]:
        start, names = time.perf_counter(), list(batch.quotas)
        generated = Counter(names.index(group.task) for group in groups if enough_valid(group.rewards))
        found = sketches.finish(self.world, generated, self.weighing.balances(names))
        self.weighing.see_norms(batch, {names[index]: sketch.square for index, sketch in found.items()})
        self._sketching += time.perf_counter() - start
        return found

    def _measure_end(self, parts: Sequence[Sequence[MicroBatch]], temperature: float, sums: Measurement) -> None:
        for piece in (piece for part in parts for whole in part if (piece := whole.informative_part())):
            outputs = self.options.loss(piece.loss_inputs(piece.logps(self.policy.model, temperature)))
            sums.add("loss after", outputs.surrogate, piece.mask, piece.tasks)
