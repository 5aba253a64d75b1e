"""What an update measured, and what a policy is."""

from typing import ClassVar, Literal

from astor.records.record import Record
from astor.storage import PolicyRef, lineage


class TaskUpdate(Record):
    """One task's part in an update; means are over completion tokens."""

    tokens: int
    """Completion tokens of kept groups."""
    informative_groups: int
    """Groups whose rewards differ, which the loss is of."""
    anchors: int
    """Other groups that are kept, which the KL term alone holds."""
    loss_before: float
    """The task's clipped surrogate before the first optimizer step."""
    loss_after: float | None = None
    """The same after the last one; None where the scheduler did not ask for it."""
    kl: float
    """KL(policy at the start of the round || reference policy) in nats per token: the mean of k3 over the completion
    tokens of kept groups, its log-ratio within [-20, 20], its value 10 at most."""
    entropy: float
    """Mean of -logp of the sampled tokens, in nats."""
    gradient_norm: float | None = None
    """Norm of the gradient of the task's surrogate on the sketched parameters, as it enters the loss of a mini-batch:
    root mean square over those that were sketched. 0 without informative groups, None where none was sketched."""
    sketched_groups: int = 0
    """Informative groups in the task's sketch."""
    clipped_share: float
    """Share of tokens whose ratio left the clip range, over all epochs."""
    engine_difference: float
    """Largest |logp_prox - logp_rollout| of a token."""


class UpdateReport(Record):
    """What one update did."""

    schema_version: ClassVar[int] = 3

    round: int
    """The round of the update."""
    tasks: dict[str, TaskUpdate]
    """Task → its part in it."""
    optimizer_steps: int
    """Steps made in the round."""
    skipped_steps: int
    """Steps left out because their gradient was not finite."""
    gradient_norm: float
    """Mean over optimizer steps, before clipping."""
    learning_rate: float
    """That of the last step."""
    sketches: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {}
    """Task → sketches of its policy gradient over two halves of its prompts, whose sum is the task's gradient; empty
    where the scheduler asked for none."""
    preconditioned: bool = False
    """Whether the sketches are of gradients in Adam's metric."""


class PolicyCard(Record):
    """`policy.json`, beside the weights of every policy; no part of its digest."""

    schema_version: ClassVar[int] = 3

    digest: str
    """SHA-256 of its files but this one; its lineage between two commits."""
    origin: str
    """Digest of the policy that its run began from: its own where it is the first."""
    parents: tuple[str, ...] = ()
    """Digests of the policies that it was made from: the one that was committed before it; none of the first."""
    round: int
    """Updates since `origin`."""
    recipe_digest: str
    """SHA-256 of the recipe that made it."""
    kind: Literal["full", "adapter"] = "full"
    """Whether the directory holds all weights, or an adapter to those of `base`."""
    base: PolicyRef | None = None
    """The policy that an adapter belongs to, which a committed artifact holds."""

    @property
    def lineage(self) -> str:
        """Who it is by descent: the digest of `origin`, and `+n` behind it after n updates."""
        return lineage(self.origin, self.round)

    @property
    def is_committed(self) -> bool:
        """Whether the digest is one of files: between two commits a policy has its lineage for a digest."""
        return self.round == 0 or self.digest != self.lineage

    def updated(self, recipe_digest: str) -> "PolicyCard":
        """The card of what one more update makes of the policy, before it is committed."""
        return PolicyCard(
            digest=lineage(self.origin, self.round + 1),
            origin=self.origin,
            parents=(self.digest,) if self.is_committed else self.parents,
            round=self.round + 1,
            recipe_digest=recipe_digest,
            kind=self.kind,
            base=self.base,
        )
