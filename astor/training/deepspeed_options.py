"""How a policy is updated by DeepSpeed."""

import importlib.util
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from astor.errors import UserError
from astor.policies.ranks import Ranks
from astor.training.engine import ReferencePolicy, UpdateEngine
from astor.training.options import TrainingOptions


class DeepSpeedOptions(TrainingOptions):
    """Updates with DeepSpeed under torchrun, on GPUs of one node or of several, or on CPUs, where it is slow and for
    trials. It needs `pip install 'astor-rl[deepspeed]'`."""

    type: Literal["deepspeed"] = "deepspeed"
    stage: Literal[1, 2, 3] = 2
    """What ZeRO (Rajbhandari et al. 2020, arXiv 1910.02054) shares out over the processes: 1 masters and moments, 2
    gradients too, 3 the weights too, gathered layer by layer when they are needed, and those of the reference policy
    but where it is offloaded."""
    precision: Literal["bf16", "fp32"] = "bf16"
    """Of weights, activations and the policy that is saved. Masters, moments and sums of gradients are fp32 in both."""
    processes: int | None = Field(default=None, ge=1)
    """Processes, one on each GPU; null: as many as the node has GPUs, or as the recipe has `processes` where it has
    none. On a cluster more than `cluster.pools.train.accelerators` are as many nodes, in a Kubeflow TrainJob."""

    @model_validator(mode="after")
    def _only_what_it_can(self) -> Self:
        if self.reference == "offloaded" and self.precision == "fp32":
            raise ValueError("reference offloaded is a bf16 copy: set precision: bf16, or reference: shared")
        return self

    @property
    def shares_reference(self) -> bool:
        """Whether processes share out the reference policy's weights too."""
        return self.stage == 3 and self.lora is None and self.reference != "offloaded"

    def make(self, policy: Path, reference: ReferencePolicy, trainer: Path | None, ranks: Ranks) -> UpdateEngine:
        if importlib.util.find_spec("deepspeed") is None:
            raise UserError(
                "training.type is deepspeed, which is not installed: pip install 'astor-rl[deepspeed]', or set "
                "training.type: torch."
            )
        from astor.training.engines.deepspeed import DeepSpeedEngine  # torch, which reading a recipe does without

        return DeepSpeedEngine(self, policy, reference, trainer, ranks)
