"""A run's committed records, read back for its report."""

from collections import Counter
from collections.abc import Iterator

from astor.evaluation.history import Round, RunHistory, Sample
from astor.records import Completion, Scores, Verdict
from astor.steps.rollout import by_id
from astor.steps.run import Run
from astor.storage import Artifact, find

SHOWN = 3
"""Completions per task that a report shows."""


def read_history(run: Run, prompts: str, before: str, after: str, **outcome: object) -> RunHistory:
    """The run as a report sees it.

    Args:
        prompts: what `prepare` committed.
        before: scores of the first policy on held-out prompts.
        after: scores of the last one.
        outcome: what the gate decided: `decision`, `model` and `alias` of `RunHistory`.
    """
    between = [scores for scores in _held_out(run) if 0 < scores.round < run.read(after, "scores").round]
    return RunHistory(
        recipe_name=run.recipe.name,
        recipe_digest=run.recipe.digest,
        rounds=list(_rounds(run)),
        before=run.read(before, "scores"),
        after=run.read(after, "scores"),
        greedy_before=run.read(before, "greedy_scores"),
        greedy_after=run.read(after, "greedy_scores"),
        evaluations=sorted(between, key=lambda scores: scores.round),
        promotion_metrics={key: task.promotion_metric for key, task in run.tasks.items()},
        seconds=_seconds(run),
        samples=_samples(run, prompts, after),
        **outcome,  # type: ignore[arg-type]
    )


def _rounds(run: Run) -> Iterator[Round]:
    for round in range(run.recipe.rounds):
        scored, updated = (run.reference(run.place("rounds", round, step)) for step in ("score", "update"))
        if scored is None:
            return
        yield round, run.read(scored, "state").tasks, run.read(updated, "report") if updated else None


def _held_out(run: Run) -> Iterator[Scores]:
    for name in run.names("evaluations"):
        if name.startswith("held_out") and (scores := run.reference(run.place("evaluations", name, "scores"))):
            yield run.read(scores, "scores")


def _artifacts(run: Run) -> Iterator[tuple[str, Artifact]]:
    """Kind of step, and what it committed."""
    for round in range(run.recipe.rounds + 1):
        for step in ("rollout", "verify", "score", "update", "checkpoint"):
            if artifact := find(run.place("rounds", round, step)):
                yield step, artifact
    for name in run.names("evaluations"):
        for step in ("rollout", "verify", "scores"):
            if artifact := find(run.place("evaluations", name, step)):
                yield "evaluate", artifact


def _seconds(run: Run) -> dict[str, float]:
    totals: Counter[str] = Counter()
    for step, artifact in _artifacts(run):
        totals[step] += artifact.manifest.seconds
    return dict(totals)


def _samples(run: Run, prompts: str, scores: str) -> list[Sample]:
    """Per task the first greedy answers of different worth, so that both successes and failures are seen."""
    place = scores.rpartition("#")[0].rpartition("/")[0]
    rolled_out, judged = run.reference(f"{place}/rollout"), run.reference(f"{place}/verify")
    assert rolled_out, "scores have a rollout"
    assert judged, "scores have verdicts"
    known = run.read(prompts, "prompts", by_id)
    completions: list[Completion] = run.read(rolled_out, "greedy_completions")
    verdicts: list[Verdict] = run.read(judged, "greedy_verdicts")
    by_prompt = {completion.prompt_id: completion for completion in completions}
    samples: list[Sample] = []
    for task in run.tasks:
        of_task = [verdict for verdict in verdicts if verdict.task == task]
        passed = [verdict for verdict in of_task if verdict.score and verdict.score > 0.5]
        others = [verdict for verdict in of_task if verdict not in passed]
        for verdict in [*passed[: SHOWN - 1], *others][:SHOWN]:
            samples.append((known[verdict.prompt_id], by_prompt[verdict.prompt_id], verdict))
    return samples
