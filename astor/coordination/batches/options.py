"""Options of a round's batch: which groups of what was rolled out the update gets, and how many draws it may take."""

from typing import Literal

from pydantic import Field

from astor.options import Options


class BatchesOptions(Options):
    """How a scheduler's quotas become the groups of an update. They stand with the scheduler, whose state remembers
    what a round has drawn, and fit every one; what is discarded was generated, and counts as spent."""

    by: Literal["plain", "dynamic", "ratio_preserving"] = "plain"
    """`plain`: one draw of the quotas; all groups with more than one reward are accepted, however few.
    `dynamic`: draws `oversampling` times the batch and accepts such groups until the batch is full, whatever their task
    (DAPO's dynamic sampling, 2503.14476, section 3.2). Which ones of too many is drawn: in DAPO the first, there in a
    random order.
    `ratio_preserving`: the quotas, drawn from a multinomial, count accepted groups; tasks that are short are drawn
    again; of too many, each task keeps its quota and the batch is filled up from what is left over (MT-GRPO's
    ratio-preserving sampler, 2602.05547, algorithm 2). A batch may stay short."""
    oversampling: float = Field(default=3.0, ge=1)
    """Prompts of one draw over those of a batch, of `dynamic` and `ratio_preserving`; 3 in both papers' code."""
    draws: int = Field(default=10, ge=1)
    """Most draws of a round; 10 is DAPO's. Two and more need a loop in one process."""
    filter: Literal["lenient", "strict"] = "lenient"
    """`lenient`: a group is accepted where its rewards differ. `strict`: where, besides, one of its answers is right
    but not all are (MT-GRPO's `pure_acc_filter`); graded scores are seldom right."""
    inflation: float = Field(default=1.0, ge=1)
    """Most that a task's draw is inflated for the groups that the filter is expected to discard, M in
    min(1 / (1 - rho), M) (MT-GRPO's acceptance-aware sampling, whose code has 5); 1 inflates nothing."""
    forgetting: float = Field(default=0.9, ge=0, lt=1)
    """What is left of rho, the share of a task's groups that the filter discards, at each further draw; it starts at 0
    (MT-GRPO's code)."""

    @property
    def redraws(self) -> bool:
        """Whether a round may take several draws."""
        return self.by != "plain" and self.draws > 1
