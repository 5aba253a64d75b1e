"""The four components of a round, and the one that evaluates."""

from typing import NamedTuple

from kfp import dsl

from astor.components.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def rollout(recipe: str, prompts: str, batch: str, policy: str, part: str = "batch") -> str:
    """A policy answers every prompt of a batch several times."""
    from astor.steps.rollout import rollout
    from astor.steps.run import Run

    with Run.open(recipe) as run:
        return rollout(run, prompts, batch, policy, part)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def verify(recipe: str, references: str, completions: str) -> str:
    """Completions and references → verdicts; what is hostile runs in the sandbox."""
    from astor.steps.run import Run
    from astor.steps.verify import verify

    with Run.open(recipe) as run:
        return verify(run, references, completions)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def score(recipe: str, prompts: str, planned: str, verdicts: str, report: str, scalars: dsl.Output[dsl.Metrics]) -> str:
    """Utility scoring: the next state, this round's groups, the next batch."""
    from astor.steps.run import Run
    from astor.steps.score import score

    with Run.open(recipe) as run:
        scored = score(run, prompts, planned, verdicts, report or None)
        for task, statistics in run.read(scored, "state").tasks.items():
            for name in ("score", "quota", "utility", "kl_coefficient"):
                scalars.log_metric(f"{task}.{name}", float(getattr(statistics, name)))
        return scored


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def update(recipe: str, policy: str, reference_policy: str, completions: str, planned: str, scored: str) -> NamedTuple(
    "Updated", policy=str, report=str
):
    """The KL-calibrated training step."""
    from astor.steps.run import Run
    from astor.steps.update import update

    with Run.open(recipe) as run:
        return tuple(update(run, policy, reference_policy, completions, planned, scored))


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def evaluate(recipe: str, verdicts: str, policy: str, split: str, scalars: dsl.Output[dsl.Metrics]) -> str:
    """Verdicts on held-out or promotion prompts → scores."""
    from astor.steps.evaluate import evaluate
    from astor.steps.run import Run

    with Run.open(recipe) as run:
        scores = evaluate(run, verdicts, policy, split)
        for entry in run.read(scores, "scores").scores:
            if entry.metric == "score":
                scalars.log_metric(f"{entry.task}.score", entry.value)
        return scores
