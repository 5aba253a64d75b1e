"""GRPO: advantages within a group, a clipped surrogate, and a KL term (Shao et al. 2024, section 4.1)."""

from typing import Literal

from pydantic import Field

from astor.losses.clipped import ClippedLoss, standardised
from astor.losses.loss import Floats


class Grpo(ClippedLoss):
    """Group relative policy optimization."""

    type: Literal["grpo"] = "grpo"
    standardise: bool = True
    """Divide by the group's standard deviation (GRPO, Shao et al. 2024, section 4.1); False subtracts the mean alone
    (Dr. GRPO, Liu et al. 2025)."""
    ddof: Literal[0, 1] = 1
    """Degrees of freedom taken from that standard deviation; 1, unbiased, is what verl and MT-GRPO's code use."""
    epsilon: float = Field(default=1e-6, gt=0)
    """Added to the standard deviation (verl)."""

    def advantages(self, rewards: Floats) -> Floats:
        """(reward - mean) / (standard deviation + epsilon)."""
        return standardised(rewards, self.ddof, self.epsilon) if self.standardise else rewards - rewards.mean()
