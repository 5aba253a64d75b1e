"""What a finished run came to, as a comparison needs it: read once, kept as JSON, for the run may be pruned."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

from astor.errors import UserError
from astor.evaluation.score import ALL
from astor.experiments.cell import Placed
from astor.options import Options
from astor.records import ItemScore, Scores, State
from astor.run.budget import spent
from astor.run.checkpoints import rounds_of
from astor.run.history import greedy_pair, held_out_evaluations, sampled_pair
from astor.run.run import Run
from astor.storage import committed

SECTIONS = 20
"""Parts of a run in which its spending is told."""


class Point(Options):
    """An evaluation on held-out prompts, and what training had cost before it."""

    round: int
    tokens: int
    prompts: int
    scores: dict[str, float]
    """Task → sampled score; `mean` and `worst` of the tasks."""


class Spending(Options):
    """What training rolled out of one task."""

    prompts: int = 0
    tokens: int = 0
    informative: int = 0
    """Groups with more than one reward."""
    sections: tuple[float, ...] = ()
    """The task's share of the prompts in each of up to `SECTIONS` equal parts of the rounds."""


class RunFigures(Options):
    """One run. Scores are task → value in [0, 1], with `mean` and `worst` of the tasks."""

    method: str
    seed: int
    task: str
    """The task that alone was trained; empty where all were."""
    run: str
    """Name of the run, and of its directory below `runs`."""
    mlflow: str
    """Identifier of its MLflow run."""
    recipe_digest: str
    origin: str
    """Digest of the policy that it was trained from; empty where nothing was trained, as of a merge."""
    prompts_digest: str
    """Digest of the prompts, all splits together."""
    policy: str
    """Digest of the last policy."""
    rounds: int
    tokens: int
    """Generated in training."""
    prompts: int
    """Rolled out in training."""
    rollouts: int
    seconds: float
    """Wall seconds of the command that finished it."""
    peak_rss_mb: float
    sampled_before: dict[str, float]
    greedy_before: dict[str, float]
    sampled: dict[str, float]
    greedy: dict[str, float]
    curve: tuple[Point, ...]
    spending: dict[str, Spending]
    items: dict[str, tuple[float, ...]]
    """Task → each held-out prompt's sampled score, in the order of prompts' ids, which all runs share."""


def require_common(figures: Collection[RunFigures]) -> None:
    """UserError where runs had different prompts or were trained from different policies: a comparison of them would
    be one of these. It happens where the code that makes them changed while a comparison was stopped."""
    prompts = {run.prompts_digest: run.run for run in figures}
    origins = {run.origin: run.run for run in figures if run.origin}
    for what, known in (("prompts", prompts), ("first policies", origins)):
        if len(known) > 1:
            first, second, *_ = known.values()
            raise UserError(
                f"{first} and {second} had different {what}, so they cannot be compared: other code made them; give "
                "the comparison another --name, which runs everything anew."
            )


def read_figures(placed: Placed, result: Mapping[str, Any]) -> RunFigures:
    """The figures of a cell's run that came to this result."""
    cell, run = placed.cell, placed.run()
    evaluations = held_out_evaluations(run)
    first, last = evaluations[0], evaluations[-1]
    sampled, greedy = sampled_pair(run, first, last), greedy_pair(run, first, last)
    states = list(_states(run, rounds_of(run)))
    costs = {0: (0, 0)} | {state.round: spent(run, state) for state in states}
    tokens, prompts = costs[max(costs)]
    scores: list[Scores] = [run.artifacts.read(evaluation, "scores") for evaluation in evaluations]
    return RunFigures(
        method=cell.method,
        seed=cell.seed,
        task=cell.task,
        run=run.places.name,
        mlflow=run.services.tracker.run_id,
        recipe_digest=run.recipe.digest,
        origin=sampled.before.policy_digest if states else "",
        prompts_digest=committed(run.places.at("plan")).manifest.made_from["prompts"],
        policy=sampled.after.policy_digest,
        rounds=len(states),
        tokens=tokens,
        prompts=prompts,
        rollouts=states[-1].counters.get("rollouts", 0) if states else 0,
        seconds=result["seconds"],
        peak_rss_mb=result["peak_rss_mb"],
        sampled_before=_values(sampled.before, run),
        greedy_before=_values(greedy.before, run),
        sampled=_values(sampled.after, run),
        greedy=_values(greedy.after, run),
        curve=tuple(
            Point(round=one.round, tokens=costs[one.round][0], prompts=costs[one.round][1], scores=_values(one, run))
            for one in scores
        ),
        spending={task: _spending(states, task) for task in run.tasks},
        items=_items(sampled.items_after),
    )


def _states(run: Run, rounds: int) -> list[State]:
    found = (run.artifacts.committed(run.places.at("rounds", round, "score")) for round in range(rounds))
    return [run.artifacts.read(scored, "state") for scored in found]


def _values(scores: Scores, run: Run) -> dict[str, float]:
    tasks = {task: scores.value(task) for task in run.tasks}
    return tasks | {metric: scores.value(ALL, metric) for metric in ("mean", "worst")}


def _spending(states: Sequence[State], task: str) -> Spending:
    rounds = [state.tasks[task] for state in states]
    totals = [sum(one.prompts for one in state.tasks.values()) for state in states]
    parts = min(SECTIONS, len(rounds))
    bounds = [part * len(rounds) // parts for part in range(parts + 1)] if parts else []
    sections = tuple(
        sum(one.prompts for one in rounds[low:high]) / max(sum(totals[low:high]), 1) for low, high in pairwise(bounds)
    )
    return Spending(
        prompts=sum(one.prompts for one in rounds),
        tokens=sum(one.tokens for one in rounds),
        informative=sum(one.informative for one in rounds),
        sections=sections,
    )


def _items(items: Sequence[ItemScore]) -> dict[str, tuple[float, ...]]:
    """Task → scores by prompt; a prompt without a valid sample counts 0, for all must have the same prompts."""
    of_task: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for item in items:
        if item.metric == "score":
            of_task[item.task][item.prompt_id] = item.value if item.samples else 0.0
    return {task: tuple(values for _, values in sorted(prompts.items())) for task, prompts in of_task.items()}
