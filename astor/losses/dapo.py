"""DAPO: clip-higher, one mean over tokens, a soft punishment of overlong answers, no KL (Yu et al. 2025)."""

from typing import Literal

from pydantic import Field

from astor.losses.aggregation import Aggregation
from astor.losses.clipped import ClippedLoss, standardised
from astor.losses.loss import Floats


class Dapo(ClippedLoss):
    """Decoupled clip and dynamic sampling policy optimization (arXiv 2503.14476, section 3). Its dynamic sampling is a
    matter of schedulers."""

    type: Literal["dapo"] = "dapo"
    aggregation: Aggregation = "token_mean"
    """DAPO's is `token_mean` (section 3.3), which ignores quota shares."""
    kl: bool = False
    """DAPO has no KL term (section 2.3)."""
    clip_high: float = Field(default=0.28, gt=0)
    """How far the ratio may rise above 1: clip-higher (section 3.1)."""
    ddof: Literal[0, 1] = 1
    """Degrees of freedom taken from a group's standard deviation; 1, unbiased, is what verl uses."""
    epsilon: float = Field(default=1e-6, gt=0)
    """Added to the standard deviation (verl)."""
    overlong_buffer: float = Field(default=0.2, gt=0, le=1)
    """Share of the tokens that an answer may have, at their end, in which it is punished (section 3.4: 4096 of
    20480)."""
    overlong_factor: float = Field(default=1.0, ge=0)
    """What an answer that uses them all loses of its reward (section 3.4); 0: answers of any length are worth the
    same."""

    def advantages(self, rewards: Floats) -> Floats:
        """(reward - mean) / (standard deviation + epsilon)."""
        return standardised(rewards, self.ddof, self.epsilon)

    def length_penalty(self, tokens: int, max_tokens: int) -> float:
        """0 up to where the buffer begins, from there falling linearly to -factor at `max_tokens` (equation 13)."""
        buffer = self.overlong_buffer * max_tokens
        return -self.overlong_factor * min(max(tokens - (max_tokens - buffer), 0.0) / buffer, 1.0)
