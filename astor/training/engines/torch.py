"""The update with torch in one rank: one round's groups become a few optimizer steps."""

import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import torch

from astor.losses.aggregation import AGGREGATIONS
from astor.policies.policy import Policy, save_policy
from astor.policies.ranks import World
from astor.records import Batch, Completion, Group, PolicyCard, UpdateReport
from astor.training.agreement import check_agreement
from astor.training.measurement import Measurement, measure_pass, measure_start
from astor.training.micro_batch import MicroBatch, make_micro_batch, weigh
from astor.training.optimization import Optimization
from astor.training.options import TorchOptions
from astor.training.report import make_report
from astor.training.rows import TrainingGroup, micro_batches, mini_batches, split_evenly, training_groups
from astor.training.sketch import TaskSketch, sketch_tasks
from astor.training.trainer_state import TrainerState


class Trained(NamedTuple):
    """What one rank has of an update."""

    rows: list[TrainingGroup]
    sums: Measurement
    sketches: dict[int, TaskSketch]
    norms: list[float | None]
    """The gradient's norm of every optimizer step, the same in every rank; None where it was skipped."""


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
        state = TrainerState.load(trainer) if trainer else None
        self.optimization = Optimization(
            policy.model, options.optimizer, options.skips_in_a_row, state, self.world.size
        )
        self._checked = False
        self._seconds = {"prepare": 0.0, "sketch": 0.0, "train": 0.0, "measure": 0.0}

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
        self.optimization.state().save(directory)

    def update(
        self,
        completions: Sequence[Completion],
        groups: Sequence[Group],
        batch: Batch,
        sketch: bool = False,
        loss_after: bool = False,
    ) -> UpdateReport:
        trained = self.train(completions, groups, batch, sketch, loss_after)
        return make_report(batch, *trained, self.optimization.learning_rate, loss_after)

    def train(
        self, completions: Sequence[Completion], groups: Sequence[Group], batch: Batch, sketch: bool, loss_after: bool
    ) -> "Trained":
        """An update of this rank; what it measured of its share."""
        rows = training_groups(completions, groups, batch)
        sums = Measurement(len(batch.quotas), self.policy.device)
        times = [time.perf_counter()]
        with torch.no_grad():
            parts = self._prepare(rows, batch, sums)
        times.append(time.perf_counter())
        sketches = self._sketch(rows, batch) if sketch and self.world.rank == 0 else {}
        times.append(time.perf_counter())
        norms = [self._train(part, batch.temperature, sums) for part in parts]
        times.append(time.perf_counter())
        if loss_after:
            with torch.no_grad():
                self._measure_end(parts, batch.temperature, sums)
        times.append(time.perf_counter())
        seconds = (after - before for before, after in pairwise(times))
        self._seconds = dict(zip(self._seconds, seconds, strict=True))
        return Trained(rows, sums, sketches, norms)

    def _prepare(self, rows: Sequence[TrainingGroup], batch: Batch, sums: Measurement) -> list[list[MicroBatch]]:
        """Mini-batches in pieces, weighted, with the log-probabilities that stay the same through the round."""
        device, loss = self.policy.device, self.options.loss
        quotas = torch.tensor(list(batch.quotas.values()), dtype=torch.float32, device=device)
        coefficients = [batch.kl_coefficients[task] for task in batch.quotas]
        betas = torch.tensor(coefficients, dtype=torch.float32, device=device)
        parts = []
        for groups in mini_batches(rows, self.options.mini_batches, batch.seed):
            shares = [
                [make_micro_batch(piece, device) for piece in micro_batches(share, self.options.tokens_per_micro_batch)]
                for share in split_evenly(groups, self.world.size)
            ]
            weigh(
                [piece for share in shares for piece in share],
                AGGREGATIONS[loss.aggregation],
                quotas / quotas.sum(),
                betas,
            )
            part = shares[self.world.rank]
            for piece in part:
                piece.logp_prox = piece.logps(self.policy.model, batch.temperature)
                piece.logp_ref = piece.logps(self.reference.model, batch.temperature)
                measure_start(sums, piece, loss(piece.loss_inputs(piece.logp_prox)))
            parts.append(part)
        if not self._checked and parts:
            differences = dict(zip(batch.quotas, sums.values("engine difference"), strict=True))
            check_agreement(differences, self.options, bf16=device.type == "cuda")
            self._checked = True
        return parts

    def _sketch(self, rows: Sequence[TrainingGroup], batch: Batch) -> dict[int, TaskSketch]:
        return sketch_tasks(
            self.policy.model,
            rows,
            self.options.sketch,
            batch.temperature,
            self.options.tokens_per_micro_batch,
            batch.seed,
        )

    def _train(self, part: Sequence[MicroBatch], temperature: float, sums: Measurement) -> float | None:
        """One optimizer step on a mini-batch: the gradient's norm, None where the step was skipped."""
        for piece in part:
            outputs = self.options.loss(piece.loss_inputs(piece.logps(self.policy.model, temperature)))
            outputs.loss.backward()
            measure_pass(sums, piece, outputs)
        self.world.sum_gradients(self.optimization.parameters.values())
        return self.optimization.step()

    def _measure_end(self, parts: Sequence[Sequence[MicroBatch]], temperature: float, sums: Measurement) -> None:
        for piece in (piece for part in parts for whole in part if (piece := whole.informative_part())):
            outputs = self.options.loss(piece.loss_inputs(piece.logps(self.policy.model, temperature)))
            sums.add("loss after", outputs.surrogate, piece.mask, piece.tasks)
