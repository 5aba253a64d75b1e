"""A policy on held-out or promotion prompts: rollout, verify, evaluate."""

from collections.abc import Callable
from typing import Any

from kfp import dsl

from astor.components.round import evaluate, rollout, verify
from astor.pipelines.platform import ROLLOUT, VERIFY, Platform


def evaluation_pipeline(platform: Platform) -> Callable[..., Any]:
    """The pipeline `evaluation`, to run by itself or nested; its output is the ref of the scores."""

    @dsl.pipeline(name="evaluation", description="A policy answers held-out prompts and is scored on them.")
    def evaluation(recipe: str, prompts: str, references: str, plan: str, policy: str, split: str = "held_out") -> str:
        completions = platform.place(
            rollout(recipe=recipe, prompts=prompts, batch=plan, policy=policy, part=split), ROLLOUT
        )
        verdicts = platform.place(verify(recipe=recipe, references=references, completions=completions.output), VERIFY)
        scores = platform.place(
            evaluate(recipe=recipe, verdicts=verdicts.output, policy=policy, split=split), cached=True
        )
        return scores.outputs["Output"]

    return evaluation
