"""What the coordination carries from round to round."""

from typing import Any, ClassVar

import pyarrow as pa

from astor.records.record import Record


class State(Record):
    """Everything the next round's batch depends on, besides the prompts."""

    round: int
    """The round that the batch beside it is for."""
    scheduler: dict[str, Any]
    """The scheduler's own state: utilities, quotas, calibration, random generators, counters."""
    shares: dict[str, float] = {}
    """Task → share of the planned batch, before it was rounded to prompts."""
    kl_multipliers: dict[str, float] = {}
    """Task → what calibration makes of its KL coefficient in the planned batch."""
    tasks: dict[str, "TaskStatistics"] = {}
    """What the last round showed of each task."""
    counters: dict[str, int] = {}
    """Since the beginning: rollouts, tokens, groups dropped, infrastructure errors."""


class TaskStatistics(Record):
    """One task in one round, as the coordination saw it and as people plot it."""

    quota: int
    """Prompts of the task in the round's batch."""
    share: float
    """The task's share of the batch before it was rounded to prompts."""
    kl_coefficient: float
    """Coefficient of its KL term in the round's update."""
    kl_multiplier: float
    """What calibration made of the recipe's coefficient."""
    utility: float
    """What potential and synergy come to, from which the next shares are made."""
    potential: float
    """What there is left to learn: reward variance, smoothed over rounds."""
    synergy: float
    """What it gives other tasks: cosines of gradients, smoothed over rounds."""
    prompts: int
    """Prompts rolled out."""
    informative: int
    """Groups with more than one reward."""
    dropped: int
    """Groups with fewer than half of their rollouts valid."""
    score: float
    """Mean task score of the round's rollouts."""
    reward: float
    """Mean shaped reward of the round's rollouts."""
    tokens: int
    """Tokens generated."""
    mean_tokens: float
    """Mean length of a completion."""
    outcomes: dict[str, int] = {}
    """Outcome → rollouts."""


class PromptStatistics(Record):
    """What is known of one prompt that was visited or waits in the active pool."""

    prompt_id: str
    """Which prompt."""
    task: str
    """Key of its task in the recipe."""
    entered: int
    """Round in which it entered the active pool."""
    visits: int = 0
    """Rounds in which it was rolled out."""
    last_round: int = -1
    """The last of them; -1 where it never was."""
    last_mean: float = 0.0
    """Mean score of its answers then."""
    last_variance: float = 0.0
    """Variance of their scores."""
    last_delta: float = 0.0
    """Mean then, less the mean at the visit before."""
    active: bool = True
    """Whether it is in the active pool now."""

    arrow: ClassVar[pa.Schema] = pa.schema(
        [
            ("prompt_id", pa.string()),
            ("task", pa.string()),
            ("entered", pa.int32()),
            ("visits", pa.int32()),
            ("last_round", pa.int32()),
            ("last_mean", pa.float64()),
            ("last_variance", pa.float64()),
            ("last_delta", pa.float64()),
            ("active", pa.bool_()),
        ]
    )


State.model_rebuild()
