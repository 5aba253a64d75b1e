"""What the coordination carries from round to round."""

from typing import Any, ClassVar

import pyarrow as pa

from astor.records.record import Record


class State(Record):
    """Everything the next round's batch depends on, besides the prompts."""

    schema_version: ClassVar[int] = 2

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
    noise: float = 1.0
    """What of the potential counts, in [0, 1]; the rest is noise of the rewards, as far as that is known."""
    prompts: int
    """Prompts rolled out."""
    informative: int
    """Groups with more than one reward."""
    dropped: int
    """Groups with fewer than half of their rollouts valid."""
    score: float
    """Mean task score of the round's rollouts, whose prompts the scheduler selected."""
    first_score: float | None = None
    """The same over prompts that no round before drew; None where there are none, or a scheduler keeps no account."""
    reward: float
    """Mean shaped reward of the round's rollouts."""
    tokens: int
    """Tokens generated."""
    mean_tokens: float
    """Mean length of a completion."""
    outcomes: dict[str, int] = {}
    """Outcome → rollouts."""


class PromptStatistics(Record):
    """What is known of one prompt that was visited."""

    schema_version: ClassVar[int] = 2

    prompt_id: str
    """Which prompt."""
    task: str
    """Key of its task in the recipe."""
    visits: int
    """Rounds in which it was answered."""
    successes: float
    """Right answers, or groups whose scores differed where they are graded; earlier ones count less."""
    failures: float
    """The others, weighted alike."""

    arrow: ClassVar[pa.Schema] = pa.schema(
        [
            ("prompt_id", pa.string()),
            ("task", pa.string()),
            ("visits", pa.int32()),
            ("successes", pa.float64()),
            ("failures", pa.float64()),
        ]
    )


State.model_rebuild()
