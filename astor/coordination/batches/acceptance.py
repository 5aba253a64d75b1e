"""Acceptance: which groups a batch may have, and how many of a task's are expected to be such."""

from typing import Any

import numpy as np

from astor.coordination.batches.options import BatchesOptions
from astor.coordination.observation import PromptObservation, RoundObservation
from astor.coordination.quotas import Counts, Floats
from astor.coordination.state import require_keys

RIGHT = 1 - 1e-6
"""Least score of a right answer (MT-GRPO's code)."""
LEAST_ACCEPTED = 1e-2
"""Least accepted share that is reckoned with (MT-GRPO's code)."""


def passes(prompt: PromptObservation, options: BatchesOptions) -> bool:
    """Whether the filter lets a group through."""
    if not prompt.informative or options.filter == "lenient":
        return prompt.informative
    right = sum(score >= RIGHT for score in prompt.scores)
    return 0 < right < len(prompt.scores)


def passing(observation: RoundObservation, tasks: tuple[str, ...], options: BatchesOptions) -> list[list[str]]:
    """Per task, the prompts whose groups the filter lets through, in the order in which they were drawn."""
    seen = [observation.tasks.get(task) for task in tasks]
    return [
        [prompt.prompt_id for prompt in of_task.prompts if passes(prompt, options)] if of_task else []
        for of_task in seen
    ]


class Acceptance:
    """rho of K tasks: running means of the share of groups that the filter discards, in [0, 1)."""

    def __init__(self, options: BatchesOptions, tasks: tuple[str, ...]) -> None:
        self.options, self.tasks = options, tasks
        self.discarded: Floats = np.zeros(len(tasks))
        """rho."""
        self.begin()

    def begin(self) -> None:
        """A round begins: nothing of it was seen."""
        self._generated: Counts = np.zeros(len(self.tasks), np.int64)
        self._passed: Counts = np.zeros(len(self.tasks), np.int64)

    def observe(self, observation: RoundObservation) -> None:
        """Take in what a round's draws have shown so far; seen again, it counts no second time."""
        seen = [observation.tasks.get(task) for task in self.tasks]
        generated = np.array([len(of_task.prompts) if of_task else 0 for of_task in seen], np.int64)
        passed = np.array([len(ids) for ids in passing(observation, self.tasks, self.options)], np.int64)
        new = generated - self._generated
        share = 1 - np.clip((passed - self._passed) / np.maximum(new, 1), 0, 1)
        kept = self.options.forgetting
        self.discarded = np.where(new > 0, kept * self.discarded + (1 - kept) * share, self.discarded)
        self._generated, self._passed = generated, passed

    def inflation(self) -> Floats:
        """m_k = min(1 / (1 - rho_k), M)."""
        return np.minimum(1 / np.maximum(1 - self.discarded, LEAST_ACCEPTED), self.options.inflation)

    def inflated(self, weights: Floats) -> Floats:
        """z_k m_k / sum of z_j m_j, the shares of a draw from which the shares `weights` are expected to be accepted;
        equal ones where all are 0."""
        wanted = weights * self.inflation()
        total = float(wanted.sum())
        return wanted / total if total > 0 else np.full(len(wanted), 1 / len(wanted))

    def state_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "discarded": self.discarded.tolist(),
            "generated": self._generated.tolist(),
            "passed": self._passed.tolist(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("discarded", "generated", "passed"), "the acceptance")
        self.discarded = np.array(state["discarded"], np.float64)
        self._generated, self._passed = np.array(state["generated"], np.int64), np.array(state["passed"], np.int64)
