"""The update in one rank of several that share out a model's state by ZeRO."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from astor.errors import UserError
from astor.losses.loss import LossOutputs
from astor.policies.policy import Policy
from astor.policies.ranks import World
from astor.policies.shortage import ran_out
from astor.training.deepspeed_options import DeepSpeedOptions
from astor.training.engines.torch import TorchEngine
from astor.training.engines.zero import ZeroOptimization
from astor.training.micro_batch import MicroBatch
from astor.training.room import Room
from astor.training.rows import TrainingGroup
from astor.training.sketches import RoundSketches
from astor.training.trainer_state import TrainerState


class ZeroEngine(TorchEngine):
    """Trains as the engine with torch does, with the optimizer's steps made by DeepSpeed.

    Under ZeRO every forward and backward pass is work that all ranks do together, so each makes as many of them. The
    sketches have a pass of their own before the one that trains: a partial backward pass within that would release
    weights that the whole one needs.
    """

    even = True
    optimization: ZeroOptimization

    def __init__(
        self,
        policy: Policy,
        reference: Policy | None,
        options: DeepSpeedOptions,
        trainer: Path | None,
        world: World,
    ) -> None:
        self._bf16 = options.precision == "bf16"
        super().__init__(policy, reference, options, trainer, world)
        self.room = FixedRoom(options.tokens_per_micro_batch)

    @property
    def bf16(self) -> bool:
        return self._bf16 or super().bf16

    def save_trainer(self, directory: Path) -> None:
        state = replace(self.optimization.state(), weighing=self.weighing.state)
        state.save(directory, self.world.rank, self.world.size)

    def _optimization(self, state: TrainerState | None) -> ZeroOptimization:
        assert isinstance(self.options, DeepSpeedOptions)
        return ZeroOptimization(self.policy.model, self.options, state, self.world)

    def forward(
        self, piece: MicroBatch, temperature: float, sketches: RoundSketches | None, first: bool
    ) -> tuple[LossOutputs, Tensor | None]:
        found = None
        if sketches:
            with self.probe.watching():
                logp = piece.logps(self.policy.model, temperature)
            made = self.sketch(piece, self.outputs(piece, logp, first).surrogate, sketches.metric)
            found = made if piece.informative.any() else None
        return self.outputs(piece, self.optimization.logps(piece, temperature), first), found


class FixedRoom(Room):
    """Room that is as the options say: ranks that each halved theirs would wait for each other forever."""

    def halve(self, error: RuntimeError, groups: Sequence[TrainingGroup]) -> None:
        if not ran_out(error):
            raise error
        raise UserError(
            f"Memory does not hold a micro-batch of {self.tokens} tokens: give it more GPUs, with which this run goes "
            "on where training.processes is left out; or lower training.tokens_per_micro_batch, set "
            "training.gradient_checkpointing or a higher training.stage, each of which makes another run, that begins "
            "anew, or from this one's last checkpoint as policy.path."
        ) from error
