"""Logits of task weights, moved by Adam (Kingma and Ba 2015)."""

from typing import Any

import numpy as np

from astor.coordination.quotas import Floats, softmax
from astor.coordination.state import require_keys

FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8
"""Factors of both running means, and what is added to the root; the defaults of torch."""


class AdamLogits:
    """K logits, 0 at first. A step descends a gradient like torch's `Adam`, whose weight decay is part of the gradient;
    MT-GRPO's code uses it, though its paper says AdamW."""

    def __init__(self, tasks: int, rate: float, weight_decay: float) -> None:
        self.rate, self.weight_decay = rate, weight_decay
        self.values: Floats = np.zeros(tasks)
        self._first: Floats = np.zeros(tasks)
        self._second: Floats = np.zeros(tasks)
        self._steps = 0

    @property
    def weights(self) -> Floats:
        """softmax of the logits."""
        return softmax(self.values, 1.0)

    def step(self, gradient: Floats) -> None:
        """Descend by one step."""
        gradient = gradient + self.weight_decay * self.values
        self._steps += 1
        self._first = FIRST * self._first + (1 - FIRST) * gradient
        self._second = SECOND * self._second + (1 - SECOND) * gradient**2
        mean = self._first / (1 - FIRST**self._steps)
        root = np.sqrt(self._second / (1 - SECOND**self._steps))
        self.values = self.values - self.rate * mean / (root + EPSILON)

    def state_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "values": self.values.tolist(),
            "first": self._first.tolist(),
            "second": self._second.tolist(),
            "steps": self._steps,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("values", "first", "second", "steps"), "the logits")
        self.values, self._steps = np.array(state["values"], np.float64), state["steps"]
        self._first, self._second = np.array(state["first"], np.float64), np.array(state["second"], np.float64)
