"""What an update measured, and what a policy is."""

from typing import ClassVar

from astor.records.record import Record


class TaskUpdate(Record):
    """One task's part in an update; means are over completion tokens."""

    tokens: int
    """Completion tokens of kept groups."""
    informative_groups: int
    anchors: int
    loss_before: float
    """The task's clipped surrogate before the first optimizer step."""
    loss_after: float | None = None
    """The same after the last one; None where the scheduler did not ask for it."""
    kl: float
    """k3 estimate of KL(policy || reference policy) per token, in nats."""
    entropy: float
    """Mean of -logp of the sampled tokens, in nats."""
    gradient_norm: float | None = None
    """Norm of the task's policy gradient on the sketched parameters, in rounds that sketch it."""
    clipped_share: float
    """Share of tokens whose ratio left the clip range."""
    engine_difference: float
    """Largest |logp_prox - logp_rollout| of a token."""


class UpdateReport(Record):
    """What one update did."""

    schema_version: ClassVar[int] = 2

    round: int
    tasks: dict[str, TaskUpdate]
    optimizer_steps: int
    skipped_steps: int
    """Steps left out because their gradient was not finite."""
    gradient_norm: float
    """Mean over optimizer steps, before clipping."""
    learning_rate: float
    sketches: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {}
    """Task → sketches of its policy gradient over two halves of its prompts; empty in rounds that sketch none."""


class PolicyCard(Record):
    """`policy.json`, beside the weights of every policy; no part of its digest."""

    digest: str
    parent: str | None
    """Digest of the policy that it was trained from; None for the first."""
    round: int
    recipe_digest: str
