"""The page of two runs side by side: one HTML file that needs nothing beside itself."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from astor.evaluation import comparison_charts as charts
from astor.evaluation.comparison import Paired, RunComparison, Side
from astor.evaluation.history import CURVES, Pair
from astor.evaluation.intervals import Interval
from astor.evaluation.page import plural, render_page, signed
from astor.evaluation.score import ALL, find_interval
from astor.records import Scores

DRAWN = ("score", "share", "kl", "entropy", "length")
"""Curves, by their keys, that are drawn of both runs."""


def render_comparison(comparison: RunComparison) -> str:
    """The page as HTML. The same comparison, the same bytes."""
    return render_page(
        "comparison.html",
        comparison=comparison,
        letters=list(zip("AB", comparison.sides, charts.COLOURS, strict=True)),
        headline=headline(comparison),
        scores=list(_scores(comparison)),
        curves=list(_curves(comparison)),
        metrics=_metrics(comparison),
        work=[_work(side) for side in comparison.sides],
        kinds=sorted({kind for side in comparison.sides for kind in side.history.seconds}),
    )


def headline(comparison: RunComparison) -> str:
    """What one may say of the two, and of how many prompts."""
    found = comparison.sampled.scores
    if found is None:
        return (
            "The runs have no held-out prompt in common, so that they cannot be compared prompt by prompt: each score "
            "below has its own interval alone."
        )
    a, b = (side.history for side in comparison.sides)
    mean = found.mean
    interval = f"{signed(mean.value)}, 95 % interval {signed(mean.low)} to {signed(mean.high)}"
    told = (
        f"B less A after training, in the mean over {plural(len(found.tasks), 'task')}, sampled: {interval}, paired "
        f"over {plural(found.prompts, 'held-out prompt')} that both answered."
    )
    if (a.temperature, a.answers) != (b.temperature, b.answers):
        told += (
            f" They were not measured alike: A at temperature {a.temperature:g} with {plural(a.answers, 'answer')} to "
            f"a prompt, B at {b.temperature:g} with {b.answers}."
        )
    return told


def _scores(comparison: RunComparison) -> Iterator[dict[str, Any]]:
    """Sampled and greedy: per task both runs before and after, and their paired difference."""
    histories = [side.history for side in comparison.sides]
    pairs: list[tuple[str, str, list[Pair | None], Paired | None]] = [
        ("sampled", "Sampled", [history.sampled for history in histories], comparison.sampled),
        ("greedy", "Greedy", [history.greedy for history in histories], comparison.greedy),
    ]
    for key, title, of_runs, paired in pairs:
        if not any(of_runs):
            continue
        names = [(task, "score", task) for task in comparison.tasks] + [(ALL, "mean", "mean")]
        rows = {name: [_ends(pair, task, metric) for pair in of_runs] for task, metric, name in names}
        found = paired.scores if paired else None
        yield {
            "title": title,
            "rows": rows,
            "differences": {**found.tasks, "mean": found.mean} if found else {},
            "counts": {**paired.counts, "mean": found.prompts} if paired and found else {},
            "picture": charts.scores(f"compared_{key}", rows),
        }


def _ends(pair: Pair | None, task: str, metric: str) -> tuple[Interval, Interval] | None:
    """Before and after; None where the run has no such task."""
    if pair is None:
        return None
    try:
        return find_interval(pair.before, task, metric), find_interval(pair.after, task, metric)
    except KeyError:
        return None


def _curves(comparison: RunComparison) -> Iterator[dict[str, Any]]:
    """Per quantity a picture for each task, with a line for each run."""
    histories = [side.history for side in comparison.sides]
    for curve in (curve for curve in CURVES if curve.key in DRAWN):
        series = [curve.series(history) if history.rounds else {} for history in histories]
        pictures = {}
        for task in comparison.tasks:
            drawn = [
                ([number for number, _, _ in history.rounds], of_run[task]) if task in of_run else None
                for history, of_run in zip(histories, series, strict=True)
            ]
            if any(drawn):
                pictures[task] = charts.lines(f"{curve.key}_{task}", drawn, curve.label, curve.top)
        if pictures:
            yield {"title": curve.title, "caption": curve.caption, "pictures": pictures}
    if any(history.evaluations for history in histories):
        caption = "On prompts of functions never trained on"
        pictures = {task: _held_out(comparison, task) for task in comparison.tasks}
        yield {"title": "Held-out score", "caption": caption, "pictures": pictures}


def _held_out(comparison: RunComparison, task: str) -> str:
    runs: list[charts.Line | None] = []
    for side in comparison.sides:
        history = side.history
        measured: list[Scores] = [history.before, *history.evaluations, history.after]
        known = task in history.tasks
        values = np.array([scores.value(task) for scores in measured]) if known else None
        runs.append(None if values is None else ([scores.round for scores in measured], values))
    return charts.lines(f"held_out_{task}", runs, "score", None)


def _metrics(comparison: RunComparison) -> dict[str, list[dict[str, Any]]]:
    """Task → what was measured of the last policies beside the score, and the paired differences."""
    after = [{(score.task, score.metric): score for score in side.history.after.scores} for side in comparison.sides]
    tables: dict[str, list[dict[str, Any]]] = {}
    for task, metric in sorted(after[0].keys() | after[1].keys()):
        if task != ALL and metric != "score":
            both = [of_run.get((task, metric)) for of_run in after]
            change = comparison.sampled.changes.get((task, metric))
            tables.setdefault(task, []).append({"metric": metric, "runs": both, "change": change})
    return tables


def _work(side: Side) -> dict[str, Any]:
    """Prompts, tokens and seconds of a run."""
    history = side.history
    prompts, tokens = history.sums(lambda s: s.prompts), history.sums(lambda s: s.tokens)
    return {
        "prompts": prompts,
        "tokens": tokens,
        "all_prompts": sum(prompts.values()),
        "all_tokens": sum(tokens.values()),
        "seconds": history.seconds,
        "all_seconds": sum(history.seconds.values()),
    }
