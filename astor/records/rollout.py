"""What a policy did, and what was thought of it."""

from enum import StrEnum
from typing import Any, ClassVar, Literal

import pyarrow as pa
from pydantic import Field

from astor.records.record import Record


class BatchRow(Record):
    """One prompt to roll out."""

    prompt_id: str
    """Which prompt."""
    task: str
    """Key of its task in the recipe."""
    rollouts: int
    """Answers to sample."""
    max_tokens: int
    """Most tokens of each."""


class Batch(Record):
    """Everything that `rollout` must know; it alone owns quotas and KL coefficients."""

    schema_version: ClassVar[int] = 3

    round: int
    """The round that it is for, from 0; 0 of an evaluation's."""
    draw: int = 0
    """Which of the round's draws it is; most schedulers draw once."""
    policy_digest: str | None
    """The policy that must roll it out, by its digest or its lineage; None where any may, as on held-out prompts."""
    seed: int
    """What the engine's draws descend from."""
    temperature: float
    """0 is greedy."""
    top_p: float = 1.0
    """Share of the probability whose likeliest tokens alone are drawn; 1, all of them, in every batch that is trained
    on."""
    greedy: bool = False
    """Whether each prompt is rolled out once more, greedily, apart from the sampled rollouts."""
    rows: tuple[BatchRow, ...]
    """The prompts."""
    quotas: dict[str, int] = {}
    """Task → groups that the update is meant to have of it, in all draws together; each of one draw, as many prompts
    as are drawn, unless the scheduler's `batches` draw more."""
    kl_coefficients: dict[str, float] = {}
    """Task → coefficient of the KL term in the loss."""
    deficits: dict[str, int] = {}
    """Task → informative groups that it is still owed by earlier rounds."""


class Completion(Record):
    """One rollout: token by token, what was sampled and how likely the sampling engine thought it."""

    prompt_id: str
    """Which prompt was answered."""
    rollout: int
    """Which of its answers this is, from 0."""
    task: str
    """Key of its task in the recipe."""
    policy_digest: str
    """The policy that sampled, as the engine says: its digest or its lineage."""
    prompt_tokens: tuple[int, ...]
    """The prompt in the policy's tokens."""
    tokens: tuple[int, ...]
    """Sampled tokens with the stop token, if it was reached."""
    logp_rollout: tuple[float, ...]
    """Natural log-probability of each token under the engine, in the distribution that was sampled from: at the
    batch's temperature and top_p. 0 where a token is not the policy's own."""
    loss_mask: tuple[bool, ...]
    """False for tokens that are not the policy's own, as feedback between turns, or the end of thinking that was too
    long."""
    text: str
    """The decoded answer without the stop token or text; with the `<think>` before it that a chat template began it
    by."""
    finish_reason: Literal["stop", "length", "failed"]
    """`stop` at a stop token or text, `length` where the most tokens were reached; `failed` where the engine could not
    sample it, which is no answer of the policy's."""

    arrow: ClassVar[pa.Schema] = pa.schema(
        [
            ("prompt_id", pa.string()),
            ("rollout", pa.int32()),
            ("task", pa.string()),
            ("policy_digest", pa.string()),
            ("prompt_tokens", pa.list_(pa.int32())),
            ("tokens", pa.list_(pa.int32())),
            ("logp_rollout", pa.list_(pa.float32())),
            ("loss_mask", pa.list_(pa.bool_())),
            ("text", pa.string()),
            ("finish_reason", pa.string()),
        ]
    )


class Outcome(StrEnum):
    """How judging one rollout ended."""

    PASSED = "passed"
    FAILED = "failed"
    MALFORMED = "malformed"
    """The answer could not be read, so nothing was run."""
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    FORBIDDEN = "forbidden"
    """The program tried what no honest program needs, or broke two workers that a control job left whole."""
    INFRASTRUCTURE_ERROR = "infrastructure_error"
    """We failed, not the program: never a reward."""


class Verdict(Record):
    """What one rollout is worth, and why."""

    schema_version: ClassVar[int] = 5

    prompt_id: str
    """Which prompt was answered."""
    rollout: int
    """Which of its answers was judged."""
    task: str
    """Key of its task in the recipe."""
    kind: str = ""
    """Which of the task's kinds of prompt was answered, as its reference says."""
    apart: bool = False
    """Whether the prompt is asked for the gate alone, and its answers enter no score."""
    outcome: Outcome
    """How judging ended."""
    score: float | None
    """The task part of the reward, in [0, 1]; None exactly where the outcome is `infrastructure_error`."""
    tokens: int = 0
    """Length of the completion that was judged."""
    format: float = 0.0
    """The format part of the reward, in [0, 1]: 1 where the answer has the form that was asked for."""
    parts: dict[str, float] = Field(default_factory=dict)
    """Named parts of the score, and metrics that are none, each in [0, 1]."""
    counts: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    """Metric that is no mean over answers → what is added up over all of them to compute it."""
    data: dict[str, Any] = Field(default_factory=dict)
    """The fields of the record that the task names as its `verdict_type`, as JSON has them; empty where it has none to
    tell."""
    detail: str = ""
    """A few words for people, which show nothing of the reference."""


class Group(Record):
    """The rollouts of one prompt, shaped and compared with each other."""

    prompt_id: str
    """Which prompt."""
    task: str
    """Key of its task in the recipe."""
    rewards: tuple[float | None, ...]
    """Shaped reward per rollout; None where the verdict is an infrastructure error."""
    advantages: tuple[float, ...]
    """0 for rollouts without reward and in groups that are not informative."""
    informative: bool
    """Whether rewards differ within the group."""
    kept: bool
    """Whether the update sees it: informative and accepted into the batch, or an anchor that the KL term holds. False
    where it was dropped or discarded."""
