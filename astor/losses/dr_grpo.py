"""Dr. GRPO: GRPO without division by a group's deviation and by an answer's length (Liu et al. 2025)."""

from typing import Literal

from astor.losses.aggregation import Aggregation
from astor.losses.clipped import ClippedLoss
from astor.losses.loss import Floats


class DrGrpo(ClippedLoss):
    """GRPO done right (arXiv 2503.20783, section 3.2)."""

    type: Literal["dr_grpo"] = "dr_grpo"
    aggregation: Aggregation = "common_length"
    """Dr. GRPO's is `common_length`: a sum over tokens, over a constant (section 3.2)."""
    kl: bool = False
    """Dr. GRPO was trained without a KL term."""

    def advantages(self, rewards: Floats) -> Floats:
        """reward - mean."""
        advantages: Floats = rewards - rewards.mean()
        return advantages
