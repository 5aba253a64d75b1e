"""Repeats: answers that were given twice, whose scores differ by the reward's noise alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astor.coordination.observation import PromptObservation, RoundObservation
from astor.coordination.state import require_keys

Floats = NDArray[np.float64]

SMOOTHING = 0.97
"""Weight of the past in a round that has repeats (our choice: half-life 23 rounds; how noisy a reward is changes less
than what a policy can do)."""
PRIOR = 8.0
"""Repeats that the belief in a reward without noise counts as (our choice: one group of equal answers)."""


class Repeats:
    """How noisy the rewards of K tasks are, from answers to one prompt that say the same: pure error, as the analysis
    of replicated observations has it (Fisher 1925; Box, Hunter and Hunter).

    Of a group with m different answers among n, n - m are repeats. What scores differ by among equal answers is
    summed, sum (s - mean of that answer's)^2, and set against what the group's scores would give if answers told
    nothing of them: (n - m) times their sample variance, which is its exact mean over all ways of giving the scores to
    the answers. So rewards that depend on the answer alone have a ratio of 0, and coins one of 1 in the mean, whichever
    answers repeat and however few.

    It sees no noise that equal answers share: a wrong test, or a flaky one whose result was used for all of them.
    """

    def __init__(self, tasks: Sequence[str]) -> None:
        self.tasks = tuple(tasks)
        self.within, self.expected, self.repeats = (np.zeros(len(self.tasks)) for _ in range(3))
        """Running sums, of groups whose scores differ: squared differences among equal answers, what they would be of
        coins, and repeats."""

    @property
    def factors(self) -> Floats:
        """nu per task, what of its groups' variance is signal, in [0, 1]: 1 - ratio * n / (n + `PRIOR`), n being the
        repeats; NaN where there were none."""
        ratio = np.divide(self.within, self.expected, out=np.zeros_like(self.within), where=self.expected > 0)
        known = 1 - np.minimum(ratio, 1) * self.repeats / (self.repeats + PRIOR)
        return np.where(self.repeats > 0, known, np.nan)

    def observe(self, observation: RoundObservation) -> None:
        """Take in one round; a task without repeats keeps what it had."""
        for index, task in enumerate(self.tasks):
            seen = observation.tasks.get(task)
            found = np.array([pure_error(prompt) for prompt in seen.prompts] if seen else []).reshape(-1, 3)
            within, expected, repeats = found.sum(axis=0)
            if repeats:
                self.within[index] = SMOOTHING * self.within[index] + within
                self.expected[index] = SMOOTHING * self.expected[index] + expected
                self.repeats[index] = SMOOTHING * self.repeats[index] + repeats

    def state_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "within": self.within.tolist(),
            "expected": self.expected.tolist(),
            "repeats": self.repeats.tolist(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("within", "expected", "repeats"), "the repeated answers")
        self.within, self.expected, self.repeats = (
            np.array(state[name], np.float64) for name in ("within", "expected", "repeats")
        )


def pure_error(prompt: PromptObservation) -> tuple[float, float, int]:
    """Sum of squared differences among equal answers, its mean if answers told nothing of scores, and the number of
    repeats; all 0 where no scores differ or answers are unknown."""
    scores, answers = np.array(prompt.scores), np.array(prompt.answers)
    if not len(answers) or not np.ptp(scores):
        return 0.0, 0.0, 0
    assert len(answers) == len(scores), f"{prompt.prompt_id}: {len(answers)} answers have {len(scores)} scores"
    of_answer = [scores[answers == answer] for answer in np.unique(answers)]
    repeats = len(scores) - len(of_answer)
    within = sum(float(np.var(equal)) * len(equal) for equal in of_answer if np.ptp(equal))
    return within, repeats * float(np.var(scores, ddof=1)), repeats
