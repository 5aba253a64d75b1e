"""The update with DeepSpeed: this process hands out the rounds, and those under torchrun train together. On several
nodes it is one of them itself."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from astor.errors import UserError
from astor.policies.ranks import Ranks
from astor.records import Batch, Completion, Group, PolicyCard, UpdateReport
from astor.training.deepspeed_options import DeepSpeedOptions
from astor.training.engine import DivergedError, ReferencePolicy, Sketch
from astor.training.engines import zero_rank
from astor.training.engines.node_ranks import NodeRanks
from astor.training.engines.torchrun import Torchrun
from astor.training.report import make_report
from astor.training.rows import training_groups
from astor.training.trainer_state import warn_of_another_size


class DeepSpeedEngine:
    """Has the policy in other processes, where its weights, gradients and moments may be shared out."""

    policy = None

    def __init__(
        self,
        options: DeepSpeedOptions,
        policy: Path,
        reference: ReferencePolicy,
        trainer: Path | None,
        ranks: Ranks,
    ) -> None:
        """UserError where there are fewer GPUs than processes, the policy cannot be read, or the trainer state is of
        another one."""
        self._options = options
        on_nodes = isinstance(ranks, NodeRanks)
        self.world_size = ranks.size if on_nodes else processes(options, gpus(ranks), ranks.size)
        warn_of_another_size(trainer, self.world_size)
        self._metrics: Mapping[str, float] = {}
        self._torchrun = (
            ranks if on_nodes else Torchrun(zero_rank.__name__, self.world_size, ranks.threads, ranks.cards)
        )
        directory = None if options.lora else reference.directory()
        made = self._torchrun.call(zero_rank.make, policy, reference.ref, directory, options, trainer)
        self.card: PolicyCard = made[0]

    @property
    def metrics(self) -> Mapping[str, float]:
        """Seconds that the last update took in rank 0, by what it did."""
        return self._metrics

    def update(
        self,
        completions: Sequence[Completion],
        groups: Sequence[Group],
        batch: Batch,
        sketch: Sketch | None = None,
        loss_after: bool = False,
    ) -> UpdateReport:
        told = self._torchrun.call(zero_rank.train, self.card, completions, groups, batch, sketch, loss_after)
        for each in told:
            if isinstance(each, DivergedError):
                raise each
        first, *others = (each for each in told if not isinstance(each, DivergedError))
        for other in others:
            first.trained.sums.merge(other.trained.sums)
        self._metrics = first.metrics
        rows = training_groups(completions, groups, batch)
        return make_report(batch, *first.trained._replace(rows=rows), first.learning_rate, loss_after)

    def save_policy(self, directory: Path, recipe_digest: str) -> None:
        self.card = self._torchrun.call(zero_rank.save_policy, self.card, directory, recipe_digest)[0]

    def save_trainer(self, directory: Path) -> None:
        self._torchrun.call(zero_rank.save_trainer, directory)

    def close(self) -> None:
        """End the processes, which else end with this one."""
        self._torchrun.close()


def gpus(ranks: Ranks) -> int:
    """GPUs that the processes may use."""
    count: int = torch.cuda.device_count()
    return count if ranks.cards is None else min(count, len(ranks.cards))


def processes(options: DeepSpeedOptions, gpus: int, cpus: int) -> int:
    """Processes on a node with so many GPUs for the update, of a recipe with so many `processes` on CPUs.

    UserError where there are more than GPUs.
    """
    if gpus and options.processes and options.processes > gpus:
        raise UserError(
            f"training.processes is {options.processes}, and there are {gpus} GPUs for the update: set it to "
            f"{gpus} at most, or leave it out."
        )
    return options.processes or gpus or cpus
