"""What the coordination carries from round to round."""

from typing import Any, ClassVar

import pyarrow as pa

from astor.records.record import Record


class State(Record):
    """Everything the next round's batch depends on, besides the prompts."""

    schema_version: ClassVar[int] = 2

    round: int
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
    share: float
    """The task's share of the batch before it was rounded to prompts."""
    kl_coefficient: float
    kl_multiplier: float
    utility: float
    potential: float
    synergy: float
    noise: float = 1.0
    """What of the potential counts, by the reliability of the task's gradient."""
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
    tokens: int
    """Tokens generated."""
    mean_tokens: float
    """Mean length of a completion."""
    outcomes: dict[str, int] = {}


class PromptStatistics(Record):
    """What is known of one prompt that was visited."""

    schema_version: ClassVar[int] = 2

    prompt_id: str
    task: str
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
