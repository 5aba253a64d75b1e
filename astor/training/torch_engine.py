"""The update with torch in one process: one round's groups become a few optimizer steps."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from astor.errors import UserError
from astor.losses.aggregate import weighted_sum
from astor.losses.kl import kl_terms
from astor.losses.surrogate import clipped_surrogate, importance_weights
from astor.policies.policy import Policy
from astor.records import Batch, Completion, Group, TaskUpdate, UpdateReport
from astor.training.measurement import Measurement, measure_ratio, measure_start
from astor.training.micro_batch import MicroBatch, make_micro_batch, weigh
from astor.training.optimization import Optimization
from astor.training.options import TorchOptions
from astor.training.probe import Probed, probe_tasks
from astor.training.rows import TrainingGroup, micro_batches, mini_batches, training_groups
from astor.training.trainer_state import TrainerState


class TorchEngine:
    """Trains `policy` in place, held to `reference`. On a CPU in fp32; on CUDA in bf16 over fp32 weights.

    The policy stays in evaluation mode: dropout would make it another policy than the one that sampled.
    """

    def __init__(
        self, policy: Policy, reference: Policy, options: TorchOptions, trainer_state: Path | None = None
    ) -> None:
        """`trainer_state` is a directory that `save_state` wrote; None starts anew.

        UserError where it cannot be continued with this policy.
        """
        assert policy.model is not reference.model, "the reference policy must not be trained"
        self.policy, self.reference, self.options = policy, reference, options
        state = TrainerState.load(trainer_state) if trainer_state else None
        self.optimization = Optimization(policy.model, options.optimizer, options.skips_in_a_row, state)
        self._checked = False
        self._seconds = {"prepare": 0.0, "probe": 0.0, "train": 0.0, "measure": 0.0}

    @property
    def metrics(self) -> Mapping[str, float]:
        """Seconds that the last update took, by what it did."""
        return {f"{name}_seconds": seconds for name, seconds in self._seconds.items()}

    def save_state(self, directory: Path) -> None:
        """Write the trainer state into the existing `directory`."""
        self.optimization.state().save(directory)

    def update(
        self, completions: Sequence[Completion], groups: Sequence[Group], batch: Batch, probe: bool
    ) -> UpdateReport:
        """Train on the kept `groups` of `batch`, whose rollouts `completions` has; with `probe` sketch gradients first.

        UserError where the engine that sampled and this one disagree on log-probabilities, at the first update, or
        gradients stay non-finite. Rounds without a kept group change nothing.
        """
        rows = training_groups(completions, groups, batch)
        device = self.policy.device
        sums = Measurement(len(batch.quotas), device)
        started = time.perf_counter()
        parts = self._prepare(rows, batch, sums)
        prepared = time.perf_counter()
        probed = self._probe(rows, batch) if probe else {}
        after_probe = time.perf_counter()
        norms = [self._train(part, batch.temperature, sums) for part in parts]
        trained = time.perf_counter()
        self._measure_end(parts, batch.temperature, sums)
        ended = time.perf_counter()
        self._seconds = {
            "prepare": prepared - started,
            "probe": after_probe - prepared,
            "train": trained - after_probe,
            "measure": ended - trained,
        }
        return self._report(rows, batch, sums, probed, norms)

    @torch.no_grad()
    def _prepare(self, rows: Sequence[TrainingGroup], batch: Batch, sums: Measurement) -> list[list[MicroBatch]]:
        """Mini-batches in pieces, weighted, with the log-probabilities that stay the same through the round."""
        device, loss = self.policy.device, self.options.loss
        quotas = torch.tensor(list(batch.quotas.values()), dtype=torch.float32, device=device)
        coefficients = [batch.kl_coefficients[task] for task in batch.quotas]
        betas = torch.tensor(coefficients, dtype=torch.float32, device=device)
        parts = []
        for groups in mini_batches(rows, self.options.mini_batches, batch.seed):
            pieces = micro_batches(groups, self.options.tokens_per_micro_batch)
            part = [make_micro_batch(piece, device) for piece in pieces]
            weigh(part, quotas / quotas.sum(), betas)
            for piece in part:
                piece.logp_prox = piece.logps(self.policy.model, batch.temperature)
                piece.logp_ref = piece.logps(self.reference.model, batch.temperature)
                measure_start(sums, piece, loss.clip_low, loss.clip_high)
            parts.append(part)
        if not self._checked and parts:
            self._check_engine(sums.values("engine difference"), tuple(batch.quotas))
            self._checked = True
        return parts

    def _check_engine(self, differences: Sequence[float], tasks: Sequence[str]) -> None:
        bf16 = self.policy.device.type == "cuda"
        name = "engine_tolerance_bf16" if bf16 else "engine_tolerance"
        tolerance: float = getattr(self.options, name)
        for task, difference in zip(tasks, differences, strict=True):
            if not difference <= tolerance:
                raise UserError(
                    f"Engine and trainer disagree: a token of {task} has log-probabilities that differ by "
                    f"{difference:.3g}, more than {tolerance:g} (training.{name}). They run different weights, "
                    f"precisions or temperatures: let both load the same policy, or raise the tolerance together "
                    f"with training.loss.importance_cap."
                )

    def _probe(self, rows: Sequence[TrainingGroup], batch: Batch) -> dict[int, Probed]:
        return probe_tasks(
            self.policy.model,
            rows,
            self.options.probe,
            batch.temperature,
            self.options.tokens_per_micro_batch,
            batch.seed,
        )

    def _train(self, part: Sequence[MicroBatch], temperature: float, sums: Measurement) -> float | None:
        """One optimizer step on a mini-batch: the gradient's norm, None where the step was skipped."""
        options = self.options.loss
        for piece in part:
            logp = piece.logps(self.policy.model, temperature)
            surrogate, ratio = clipped_surrogate(
                logp, piece.logp_prox, piece.advantages, options.clip_low, options.clip_high
            )
            sampled = ratio
            if options.importance_cap is not None:
                weights = importance_weights(piece.logp_prox, piece.logp_rollout, options.importance_cap)
                surrogate, sampled = surrogate * weights, ratio * weights
            kl = kl_terms(logp, piece.logp_ref, sampled, options.kl_estimator)
            loss = weighted_sum(surrogate, piece.mask, piece.surrogate_weights)
            loss = loss + weighted_sum(kl, piece.mask, piece.kl_weights)
            loss.backward()
            measure_ratio(sums, piece, ratio.detach(), options.clip_low, options.clip_high)
        return self.optimization.step()

    @torch.no_grad()
    def _measure_end(self, parts: Sequence[Sequence[MicroBatch]], temperature: float, sums: Measurement) -> None:
        options = self.options.loss
        for piece in (piece for part in parts for whole in part if (piece := whole.informative_part())):
            logp = piece.logps(self.policy.model, temperature)
            loss, _ = clipped_surrogate(logp, piece.logp_prox, piece.advantages, options.clip_low, options.clip_high)
            sums.add("loss after", loss, piece.mask, piece.tasks)

    def _report(
        self,
        rows: Sequence[TrainingGroup],
        batch: Batch,
        sums: Measurement,
        probed: Mapping[int, Probed],
        norms: Sequence[float | None],
    ) -> UpdateReport:
        columns = zip(
            sums.values("tokens"),
            sums.means("loss before", "informative tokens"),
            sums.means("loss after", "informative tokens"),
            sums.means("kl", "tokens"),
            sums.means("entropy", "tokens"),
            sums.means("clipped", "passed"),
            sums.values("engine difference"),
            strict=True,
        )
        tasks = {}
        for index, (task, column) in enumerate(zip(batch.quotas, columns, strict=True)):
            tokens, before, after, kl, entropy, clipped, difference = column
            informative = sum(group.informative for group in rows if group.task == index)
            tasks[task] = TaskUpdate(
                tokens=int(tokens),
                informative_groups=informative,
                anchors=sum(group.task == index for group in rows) - informative,
                loss_before=before,
                loss_after=after,
                kl=kl,
                entropy=entropy,
                gradient_norm=probed[index].norm if index in probed else None,
                clipped_share=clipped,
                engine_difference=difference,
            )
        made = [norm for norm in norms if norm is not None]
        names = tuple(batch.quotas)
        return UpdateReport(
            round=batch.round,
            tasks=tasks,
            optimizer_steps=len(made),
            skipped_steps=len(norms) - len(made),
            gradient_norm=sum(made) / max(len(made), 1),
            learning_rate=self.optimization.learning_rate,
            sketches={names[index]: task.halves for index, task in probed.items()},
        )
