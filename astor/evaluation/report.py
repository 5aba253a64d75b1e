"""The report of a run: one HTML page that needs nothing beside itself."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from astor.evaluation import charts
from astor.evaluation.changes import tell_falls
from astor.evaluation.history import CURVES, RunHistory
from astor.evaluation.intervals import FEW_PROMPTS
from astor.evaluation.page import plural, render_page, seconds, words
from astor.evaluation.score import find_interval, find_score
from astor.records import Outcome

OUTCOME_COLOURS = {
    Outcome.PASSED: "#2f8f6b",
    Outcome.FAILED: "#7b8794",
    Outcome.MALFORMED: "#c58b1b",
    Outcome.TIMEOUT: "#8a6fb0",
    Outcome.OUT_OF_MEMORY: "#5b5f97",
    Outcome.FORBIDDEN: "#c0392b",
    Outcome.INFRASTRUCTURE_ERROR: "#1f2933",
}
MOST_CHARACTERS = 1200
"""Characters shown of a prompt or an answer; the page says where it cut."""


def render_report(history: RunHistory) -> str:
    """The page as HTML: styles and pictures inline, no scripts, nothing fetched. The same history, the same bytes."""
    tasks = history.tasks
    colours = {task: charts.PALETTE[index % len(charts.PALETTE)] for index, task in enumerate(tasks)}
    curves = _curves(history, colours)
    return render_page(
        "report.html",
        history=history,
        colours=colours,
        comparisons=_comparisons(history, colours),
        falls=tell_falls(history.falls, words),
        few_prompts=FEW_PROMPTS,
        metrics=_metrics(history),
        curves=[curve for curve in curves if curve["picture"]],
        unmeasured=[curve["title"] for curve in curves if not curve["picture"]],
        window=charts.smoothing_window(len(history.rounds)),
        over_turns={task: _turns(history, task) for task in history.turns_before if task in history.turns_after},
        budget=_budget(history, colours),
        time=_time(history),
        outcomes=_outcomes(history),
        outcome_colours={outcome.value: colour for outcome, colour in OUTCOME_COLOURS.items()},
        gate=_gate(history),
        samples=[
            {
                "prompt": "\n\n".join(message.content for message in prompt.messages),
                "answer": completion.text,
                "verdict": verdict,
                "tokens": len(completion.tokens),
            }
            for prompt, completion, verdict in history.samples
        ],
        most_characters=MOST_CHARACTERS,
    )


def _comparisons(history: RunHistory, colours: Mapping[str, str]) -> list[dict[str, Any]]:
    """Sampled and greedy: rows of before, after and change, and their picture."""
    sampled = f"Sampled at temperature {history.temperature:g}, {plural(history.answers, 'answer')} to a prompt"
    pairs = [("sampled", sampled, history.sampled)]
    if history.greedy is not None:
        pairs.append(("greedy", "Greedy, one answer to a prompt", history.greedy))
    comparisons = []
    for key, title, pair in pairs:
        before, after = pair.before, pair.after
        rows = {task: (find_interval(before, task), find_interval(after, task)) for task in history.tasks}
        drawn = rows | {"mean": (find_interval(before, "all", "mean"), find_interval(after, "all", "mean"))}
        worst = (find_interval(before, "all", "worst"), find_interval(after, "all", "worst"))
        picture = charts.before_after(key, drawn, colours)
        counts = {task: find_score(before, task, "score").count for task in history.tasks}
        counts |= dict.fromkeys(("mean", "worst"), find_score(before, "all", "mean").count)
        changes = {task: change for (task, metric), change in pair.changes.items() if metric == "score"}
        comparisons.append(
            {"title": title, "rows": drawn | {"worst": worst}, "counts": counts, "changes": changes, "picture": picture}
        )
    return comparisons


def _metrics(history: RunHistory) -> dict[str, list[dict[str, Any]]]:
    """Task → what was measured of it beside its score, first policy and last; None where it was not."""
    before, after = (
        {(score.task, score.metric): score for score in scores.scores} for scores in (history.before, history.after)
    )
    tables: dict[str, list[dict[str, Any]]] = {task: [] for task in sorted(history.tasks)}
    for key in sorted(before.keys() | after.keys()):
        task, metric = key
        if task in tables and metric != "score":
            first, last = before.get(key), after.get(key)
            count = next(score.count for score in (first, last) if score)
            tables[task].append({"metric": metric, "before": first, "after": last, "count": count})
    return {task: rows for task, rows in tables.items() if rows}


def _curves(history: RunHistory, colours: Mapping[str, str]) -> list[dict[str, str]]:
    """Every curve with its picture, empty where nothing was measured of what every run measures."""
    rounds = [number for number, _, _ in history.rounds]
    drawn = []
    for curve in CURVES if rounds else ():
        series = curve.series(history)
        picture = charts.curves(curve.key, rounds, series, colours, curve.label, curve.top) if series else ""
        if picture or not curve.optional:
            drawn.append({"title": curve.title, "caption": curve.caption, "picture": picture})
    return drawn + _held_out(history, colours)


def _held_out(history: RunHistory, colours: Mapping[str, str]) -> list[dict[str, str]]:
    """Scores on held-out prompts, where they were measured between first and last."""
    if not history.evaluations:
        return []
    scores = [history.before, *history.evaluations, history.after]
    rounds = [of_policy.round for of_policy in scores]
    series = {task: np.array([of_policy.value(task) for of_policy in scores]) for task in history.tasks}
    picture = charts.curves("held_out", rounds, series, colours, "score", None)
    return [{"title": "Held-out score", "caption": "On prompts of functions never trained on", "picture": picture}]


def _turns(history: RunHistory, task: str) -> dict[str, Any]:
    """pass@1 of a task on hidden tests by turn, before and after."""
    scores = {"before": history.turns_before[task], "after": history.turns_after[task]}
    colours = {"before": charts.MUTED, "after": charts.PALETTE[0]}
    rows = {name: [score.pass_at_1 for score in of_policy] for name, of_policy in scores.items()}
    picture = charts.over_turns(f"turns_{task}", rows, colours, "pass@1")
    return {"pairs": list(zip(*scores.values(), strict=True)), "colours": colours, "picture": picture}


def _budget(history: RunHistory, colours: Mapping[str, str]) -> dict[str, Any] | None:
    """Prompts and tokens per task."""
    prompts, tokens = history.sums(lambda s: s.prompts), history.sums(lambda s: s.tokens)
    if not any(prompts.values()):
        return None
    picture = charts.stacks("budget", {"prompts": prompts, "tokens": tokens}, colours, "share of the run")
    return {"prompts": prompts, "tokens": tokens, "picture": picture}


def _time(history: RunHistory) -> dict[str, Any] | None:
    """Seconds per kind of step."""
    total = sum(history.seconds.values())
    if not total:
        return None
    amounts = {words(kind): (s, f"{seconds(s)}, {charts.percent(s / total)}") for kind, s in history.seconds.items()}
    longest = max(history.seconds, key=lambda kind: history.seconds[kind])
    return {"total": total, "longest": longest, "picture": charts.bars("time", amounts, "seconds")}


def _outcomes(history: RunHistory) -> dict[str, Any] | None:
    """Rollouts per outcome and task."""
    counts = history.outcomes()
    present = [outcome for outcome in Outcome if any(of_task.get(outcome.value) for of_task in counts.values())]
    if not present:
        return None
    rows = {
        task: {outcome.value: float(of_task.get(outcome.value, 0)) for outcome in present}
        for task, of_task in counts.items()
    }
    colours = {outcome.value: colour for outcome, colour in OUTCOME_COLOURS.items()}
    picture = charts.stacks("outcomes", rows, colours, "share of rollouts")
    return {"counts": counts, "present": [outcome.value for outcome in present], "picture": picture}


def _gate(history: RunHistory) -> dict[str, str]:
    """Headline and reason."""
    decision, alias = history.decision, history.alias
    if decision is None:
        return {
            "class": "open",
            "headline": "No gate decision",
            "reason": "The policy was not compared with a champion.",
        }
    if decision.promoted and alias == "challenger":
        reason = f"{decision.reason} Another policy became champion meanwhile, which it was not compared with."
        return {"class": "kept", "headline": "Passed the gate, but not promoted", "reason": reason}
    if decision.promoted:
        return {"class": "promoted", "headline": "Promoted to champion", "reason": decision.reason}
    return {"class": "kept", "headline": "Not promoted", "reason": decision.reason}
