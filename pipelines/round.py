"""One round as four tasks, each on the pool that fits it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from kfp import dsl

from astor.components.round import rollout, score, update, verify
from astor.pipelines.platform import ROLLOUT, VERIFY, Platform


class Chained(NamedTuple):
    """What a round hands to the next one."""

    planned: str
    policy: str
    report: str


def round_pipeline(platform: Platform) -> Callable[..., Any]:
    """The pipeline `round`: rollout, verify, score, update; its outputs chain to the next round."""

    @dsl.pipeline(name="round", description="Rollout, verification, utility scoring, KL-calibrated update.")
    def round(
        recipe: str,
        prompts: str,
        references: str,
        reference_policy: str,
        planned: str,
        policy: str,
        report: str,
        number: int,
    ) -> Chained:
        completions, verdicts = sample(platform, recipe, prompts, references, planned, policy)
        scored, updated = learn(
            platform, recipe, prompts, reference_policy, planned, policy, report, number, completions, verdicts
        )
        return Chained(scored, updated.outputs["policy"], updated.outputs["report"])

    return round


def sample(
    platform: Platform, recipe: Any, prompts: Any, references: Any, planned: Any, policy: Any
) -> tuple[Any, Any]:
    """The tasks that roll a round out and verify it: their completions and verdicts."""
    completions = platform.place(rollout(recipe=recipe, prompts=prompts, batch=planned, policy=policy), ROLLOUT).output
    return completions, platform.place(
        verify(recipe=recipe, references=references, completions=completions), VERIFY
    ).output


def learn(
    platform: Platform,
    recipe: Any,
    prompts: Any,
    reference_policy: Any,
    planned: Any,
    policy: Any,
    report: Any,
    number: Any,
    completions: Any,
    verdicts: Any,
) -> tuple[Any, dsl.PipelineTask]:
    """The tasks that score a round and update the policy: the ref of what the first committed, and the second."""
    scoring = score(
        recipe=recipe,
        prompts=prompts,
        planned=planned,
        completions=completions,
        verdicts=verdicts,
        report=report,
        number=number,
    )
    scored = platform.place(scoring).outputs["Output"]
    updating = update(
        recipe=recipe,
        policy=policy,
        reference_policy=reference_policy,
        planned=planned,
        completions=completions,
        verdicts=verdicts,
        scored=scored,
        number=number,
        train_job=platform.train_job,
    )
    return scored, platform.place(updating, platform.update)
