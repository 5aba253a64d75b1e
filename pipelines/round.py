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
        completions = platform.place(
            rollout(recipe=recipe, prompts=prompts, batch=planned, policy=policy, number=number), ROLLOUT
        )
        verdicts = platform.place(verify(recipe=recipe, references=references, completions=completions.output), VERIFY)
        scored = platform.place(
            score(
                recipe=recipe,
                prompts=prompts,
                planned=planned,
                completions=completions.output,
                verdicts=verdicts.output,
                report=report,
                number=number,
            )
        )
        updated = platform.place(
            update(
                recipe=recipe,
                policy=policy,
                reference_policy=reference_policy,
                planned=planned,
                completions=completions.output,
                verdicts=verdicts.output,
                scored=scored.outputs["Output"],
                number=number,
                train_job=platform.train_job,
            ),
            platform.update,
        )
        return Chained(scored.outputs["Output"], updated.outputs["policy"], updated.outputs["report"])

    return round
