"""A run's committed records, read back for its report."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from astor.errors import UserError
from astor.evaluation.history import Round, RunHistory, Sample
from astor.evaluation.turns import TurnScore, score_turns
from astor.records import Completion, Trajectory, Verdict
from astor.steps.rollout import by_id
from astor.steps.run import Run
from astor.steps.turns import place_of
from astor.storage import Artifact, find, load, locate

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
    evaluated = [run.read(scores, "scores") for scores in held_out_evaluations(run)]
    return RunHistory(
        recipe_name=run.recipe.name,
        recipe_digest=run.recipe.digest,
        rounds=list(_rounds(run)),
        before=run.read(before, "scores"),
        after=run.read(after, "scores"),
        greedy_before=run.read(before, "greedy_scores"),
        greedy_after=run.read(after, "greedy_scores"),
        evaluations=[scores for scores in evaluated if 0 < scores.round < run.read(after, "scores").round],
        promotion_metrics={key: task.promotion_metric for key, task in run.tasks.items()},
        seconds=_seconds(run),
        samples=_samples(run, prompts, after),
        turns_before=_turns(run, run.read(before, "scores").policy_digest),
        turns_after=_turns(run, run.read(after, "scores").policy_digest),
        **outcome,  # type: ignore[arg-type]
    )


def history_so_far(run: Run) -> RunHistory:
    """The run as far as it has come: from its first evaluation to its latest, with the gate's decision if it fell.

    Raises:
        UserError: no policy of the run was evaluated yet.
    """
    evaluations = held_out_evaluations(run)
    if not evaluations:
        raise UserError(f"Nothing was evaluated in {run.uri} yet: run the recipe with the same --set and --store.")
    outcome = {}
    if result := run.reference(run.place("result")):
        summary = read_summary(run)
        outcome = {"decision": run.read(result, "decision"), "model": summary["model"], "alias": summary["alias"]}
    return read_history(run, _prompts(run), evaluations[0], evaluations[-1], **outcome)


def held_out_evaluations(run: Run) -> list[str]:
    """References of the scores on held-out prompts, in the order of their policies' rounds."""
    places = [name for name in run.names("evaluations") if name.startswith("held_out")]
    found = [run.reference(run.place("evaluations", name, "scores")) for name in places]
    return sorted((scores for scores in found if scores), key=lambda scores: run.read(scores, "scores").round)


def read_summary(run: Run) -> dict[str, Any]:
    """What `promote` says of the finished run."""
    summary: dict[str, Any] = json.loads((load(run.place("result")).part("summary") / "summary.json").read_text())
    return summary


def _prompts(run: Run) -> str:
    """What the run's `prepare` committed, found by its digest: other code would prepare elsewhere."""
    digest = load(run.place("plan")).manifest.made_from["prompts"]
    store, key = locate(f"{run.root}/cache/prompts")
    for name in sorted({entry.removeprefix(f"{key}/").partition("/")[0] for entry in store.keys(key)}):
        if (reference := run.reference(f"{run.root}/cache/prompts/{name}")) and reference.endswith(f"#{digest}"):
            return reference
    raise UserError(f"The prompts of {run.uri} are no longer under {run.root}/cache/prompts: run the recipe afresh.")


def _rounds(run: Run) -> Iterator[Round]:
    for round in range(run.recipe.rounds):
        scored, updated = (run.reference(run.place("rounds", round, step)) for step in ("score", "update"))
        if scored is None:
            return
        yield round, run.read(scored, "state").tasks, run.read(updated, "report") if updated else None


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


def _turns(run: Run, policy_digest: str) -> dict[str, list[TurnScore]]:
    reference = run.reference(run.place("evaluations", place_of(policy_digest)))
    found: defaultdict[str, list[Trajectory]] = defaultdict(list)
    for trajectory in run.read(reference, "trajectories") if reference else ():
        found[trajectory.task].append(trajectory)
    return {task: score_turns(trajectories) for task, trajectories in found.items()}


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
