"""What an engine is: something that continues prompts and says how likely it thought every token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from astor.policies.policy import Policy


@dataclass(frozen=True)
class Request:
    """Several rollouts of one prompt."""

    prompt_tokens: Sequence[int]
    rollouts: int
    max_tokens: int
    seed: int
    """Rollout i of a request depends on (seed, i), whatever else is in the batch; in [0, 2**64)."""
    temperature: float
    """0 is greedy."""


@dataclass(frozen=True)
class Sample:
    """One rollout."""

    tokens: tuple[int, ...]
    """Sampled tokens with the stop token, if it was reached."""
    logps: tuple[float, ...]
    """Natural log-probability of each token at the sampling temperature; at temperature 1 where that is 0."""
    finish_reason: Literal["stop", "length"]


class Engine(Protocol):
    """Engines are interchangeable; what they sample need not be."""

    def generate(self, policy: Policy, requests: Sequence[Request]) -> list[Sample]:
        """Samples of every request, ordered by request and then by rollout."""

    @property
    def metrics(self) -> Mapping[str, float]:
        """What the engine did since it was made."""
