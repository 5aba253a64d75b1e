"""A round of a chain with overlap: it is updated while the one after it is rolled out, by the policy before the update.

What a round scores was rolled out in the box of the round before it; so all that its box waits for, the next one needs.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from kfp import dsl

from astor.pipelines.platform import Platform
from astor.pipelines.round import Chained, learn, sample

DESCRIPTION = "Utility scoring; a KL-calibrated update, and beside it the next round's rollout and verification."


class ChainedAhead(NamedTuple):
    """What a round hands to the next one, which is rolled out already."""

    planned: str
    policy: str
    report: str
    completions: str
    verdicts: str


def overlapped_round_pipeline(platform: Platform) -> Callable[..., Any]:
    """The pipeline `round` where another one follows: score, then update and the next round's rollout and verify."""

    @dsl.pipeline(name="round", description=DESCRIPTION)
    def round(
        recipe: str,
        prompts: str,
        references: str,
        reference_policy: str,
        planned: str,
        policy: str,
        report: str,
        completions: str,
        verdicts: str,
        number: int,
    ) -> ChainedAhead:
        scored, updated = learn(
            platform, recipe, prompts, reference_policy, planned, policy, report, number, completions, verdicts
        )
        ahead = sample(platform, recipe, prompts, references, scored, policy)
        return ChainedAhead(scored, updated.outputs["policy"], updated.outputs["report"], *ahead)

    return round


def last_round_pipeline(platform: Platform) -> Callable[..., Any]:
    """The pipeline `round` where none follows: score and update."""

    @dsl.pipeline(name="round", description="Utility scoring and a KL-calibrated update.")
    def round(
        recipe: str,
        prompts: str,
        references: str,
        reference_policy: str,
        planned: str,
        policy: str,
        report: str,
        completions: str,
        verdicts: str,
        number: int,
    ) -> Chained:
        scored, updated = learn(
            platform, recipe, prompts, reference_policy, planned, policy, report, number, completions, verdicts
        )
        return Chained(scored, updated.outputs["policy"], updated.outputs["report"])

    return round
