"""A run's committed records, read back for its report."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from astor.errors import UserError
from astor.evaluation.alarms import tell_alarms
from astor.evaluation.history import Pair, Round, RunHistory, Sample
from astor.evaluation.score import score_verdicts
from astor.evaluation.turns import TurnScore, score_turns
from astor.records import Completion, GateDecision, Scores, Trajectory, Verdict, prompts_by_id
from astor.run.alarms import alarms_of
from astor.run.begun import own_prompts
from astor.run.durations import seconds_by_step
from astor.run.environment import read_environments, told
from astor.run.hand_overs import all_evaluation_hand_overs, all_hand_overs
from astor.run.run import Run
from astor.storage import ArtifactRef, committed

SHOWN = 3
"""Completions per task that a report shows."""


def read_history(
    run: Run,
    prompts: ArtifactRef,
    before: ArtifactRef,
    after: ArtifactRef,
    decision: GateDecision | None = None,
    model: str | None = None,
    alias: str | None = None,
) -> RunHistory:
    """The run as a report sees it.

    Args:
        prompts: what `prepare` committed.
        before: scores of the first policy on held-out prompts.
        after: scores of the last one.
        decision, model, alias: what the gate decided, as in `RunHistory`.
    """
    recipe, rounds = run.recipe, list(rounds_so_far(run))
    evaluated = [run.artifacts.read(scores, "scores") for scores in held_out_evaluations(run)]
    return RunHistory(
        recipe_name=recipe.name,
        recipe_digest=recipe.digest,
        temperature=recipe.evaluation.temperature,
        answers=recipe.evaluation.samples,
        rounds=rounds,
        alarms=tell_alarms(recipe.alarms, alarms_of(run, rounds)),
        sampled=sampled_pair(run, before, after),
        greedy=greedy_pair(run, before, after),
        evaluations=[scores for scores in evaluated if 0 < scores.round < run.artifacts.read(after, "scores").round],
        promotion_prompts=promotion_prompts(run, decision),
        facts={"seed": str(recipe.seed)} | told(read_environments(run.places)),
        seconds=seconds_by_step(run, prompts),
        hand_overs=all_hand_overs(run.places, recipe.rounds) if recipe.rollout.reads_files else None,
        evaluation_hand_overs=all_evaluation_hand_overs(run.places) if recipe.rollout.reads_files else None,
        samples=_samples(run, prompts, after),
        turns_before=_turns(run, run.artifacts.read(before, "scores").policy_digest),
        turns_after=_turns(run, run.artifacts.read(after, "scores").policy_digest),
        decision=decision,
        model=model,
        alias=alias,
    )


def sampled_pair(run: Run, before: ArtifactRef, after: ArtifactRef) -> Pair:
    """Two evaluations on held-out prompts, as they were sampled."""
    scores = [run.artifacts.read(ref, "scores") for ref in (before, after)]
    return Pair(*scores, *(run.artifacts.read(ref, "items") for ref in (before, after)))


def greedy_pair(run: Run, before: ArtifactRef, after: ArtifactRef) -> Pair:
    """The same policies' greedy answers; prompts' results are counted again, for they are not committed."""
    scores = [run.artifacts.read(ref, "greedy_scores") for ref in (before, after)]
    items = []
    for ref, of_policy in zip((before, after), scores, strict=True):
        verdicts = run.artifacts.read(run.artifacts.committed(ref.sibling("verify")), "greedy_verdicts")
        items.append(score_verdicts(verdicts, of_policy.policy_digest, of_policy.split, of_policy.round)[1])
    return Pair(*scores, *items)


def history_so_far(run: Run) -> RunHistory:
    """The run as far as it has come: from its first evaluation to its latest, with the gate's decision if it fell.

    Raises:
        UserError: no policy of the run was evaluated yet.
    """
    known = held_out_evaluations(run)
    evaluations = [one for one in known if run.artifacts.read(one, "scores").round <= run.recipe.rounds]
    if not evaluations:
        raise UserError(
            f"Nothing was evaluated in {run.places.uri} yet: run the recipe with the same --set and --store."
        )
    outcome: dict[str, Any] = {}
    if result := run.artifacts.find(run.places.result):
        summary = read_summary(run)
        outcome = {
            "decision": run.artifacts.read(result, "decision"),
            "model": summary["model"],
            "alias": summary["alias"],
        }
    return read_history(run, _prompts(run), evaluations[0], evaluations[-1], **outcome)


def held_out_evaluations(run: Run) -> list[ArtifactRef]:
    """Refs of the scores on held-out prompts, in the order of their policies' rounds."""
    places = [name for name in run.places.below("evaluations") if name.startswith("held_out")]
    found = [run.artifacts.find(run.places.at("evaluations", name, "scores")) for name in places]
    return sorted((scores for scores in found if scores), key=lambda scores: run.artifacts.read(scores, "scores").round)


def read_summary(run: Run) -> dict[str, Any]:
    """What `promote` says of the finished run; places are relative to the store."""
    written = committed(run.places.result).part("summary") / "summary.json"
    summary: dict[str, Any] = json.loads(written.read_text())
    return summary


def _prompts(run: Run) -> ArtifactRef:
    """What the run's `prepare` committed."""
    prompts = own_prompts(run)
    if prompts is None:
        raise UserError(f"The prompts of {run.places.uri} are no longer in {run.places.root}: run the recipe afresh.")
    return prompts


def rounds_so_far(run: Run) -> Iterator[Round]:
    """What each round committed that has been scored."""
    for round in range(run.recipe.rounds):
        scored, updated = (run.artifacts.find(run.places.at("rounds", round, step)) for step in ("score", "update"))
        if scored is None:
            return
        yield (
            round,
            run.artifacts.read(scored, "state").tasks,
            run.artifacts.read(updated, "report") if updated else None,
        )


def promotion_prompts(run: Run, decision: GateDecision | None) -> dict[str, int]:
    """Task → prompts that the gate compared on; empty where it decided nothing."""
    if decision is None:
        return {}
    scores = run.artifacts.committed(run.places.evaluation("promotion", decision.challenger_digest, "scores"))
    of_challenger: Scores = run.artifacts.read(scores, "scores")
    return {score.task: score.count for score in of_challenger.scores if score.metric == "score"}


def _turns(run: Run, policy_digest: str) -> dict[str, list[TurnScore]]:
    measured = run.artifacts.find(run.places.turns(policy_digest))
    of_task: defaultdict[str, list[Trajectory]] = defaultdict(list)
    for trajectory in run.artifacts.read(measured, "trajectories") if measured else ():
        of_task[trajectory.task].append(trajectory)
    return {task: score_turns(trajectories) for task, trajectories in of_task.items()}


def _samples(run: Run, prompts: ArtifactRef, scores: ArtifactRef) -> list[Sample]:
    """Per task the first greedy answers of different worth, so that both successes and failures are seen."""
    rolled_out, judged = (run.artifacts.committed(scores.sibling(name)) for name in ("rollout", "verify"))
    known = run.artifacts.read(prompts, "prompts", prompts_by_id)
    completions: list[Completion] = run.artifacts.read(rolled_out, "greedy_completions")
    verdicts: list[Verdict] = run.artifacts.read(judged, "greedy_verdicts")
    by_prompt = {completion.prompt_id: completion for completion in completions}
    samples: list[Sample] = []
    for task in run.tasks:
        of_task = [verdict for verdict in verdicts if verdict.task == task]
        passed = [verdict for verdict in of_task if verdict.score and verdict.score > 0.5]
        others = [verdict for verdict in of_task if verdict not in passed]
        for verdict in [*passed[: SHOWN - 1], *others][:SHOWN]:
            samples.append((known[verdict.prompt_id], by_prompt[verdict.prompt_id], verdict))
    return samples
