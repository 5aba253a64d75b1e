"""The promotion card: what the gate decided and why, as Markdown."""

import re
from collections.abc import Iterator, Sequence

from astor.evaluation.guards import DROP
from astor.evaluation.score import ALL, find_score
from astor.records import GateDecision, Guard, MetricComparison, Scores

DROP_TOLD = (
    "- `perturbed` is how much fewer programs are right, by all tests as they truly are, where one of the shown tests "
    "is wrong: what a policy loses that answers the tests in place of the problem."
)
COMPARED = ("task", "measured by", "verdict", "prompts", "champion", "challenger", "difference", "at least")
GUARDED = ("guard", "task", "verdict", "champion", "challenger", "may rise", "rise [one-sided 95 % limits]")
WORDS = 3
"""Columns of words, in both tables; figures follow."""
SENTENCES = re.compile(r"(?<=\.) (?=[A-Z])")


def render_card(decision: GateDecision, champion: Scores, challenger: Scores, model: str | None = None) -> str:
    """The decision with its reason, a table of what decided, what blocks line by line, and a table of guards.

    `champion` and `challenger` are scores on the promotion prompts. `model` is the registered model and version, as
    `astor/3`.
    """
    headline = "Promoted" if decision.promoted else "Not promoted"
    reason, *blocks = SENTENCES.split(decision.reason)
    lines = [f"# {headline}{f': {model}' if model else ''}", "", reason, "", *_head(COMPARED)]
    for task, compared in decision.tasks.items():
        lines += [_row(task, one) for one in compared]
        if task in decision.greedy:
            before, after = decision.greedy[task]
            lines.append(f"| `{task}` | greedy score | | | {before:.3f} | {after:.3f} | {after - before:+.3f} | |")
    held, won = find_score(champion, ALL, "mean"), find_score(challenger, ALL, "mean")
    verdict = "better" if decision.low > 0 else "not shown to be better"
    lines += [
        f"| **mean** | score | {verdict} | {held.count} | {held.value:.3f} | {won.value:.3f} "
        f"| **{decision.mean_difference:+.3f}** | **{decision.low:+.3f}** |",
        "",
    ]
    if blocks:
        lines += ["## What blocks it", "", *(f"- {block}" for block in blocks), ""]
    if decision.guards:
        lines += ["## Guards", "", *_head(GUARDED), *map(_guard, decision.guards), ""]
    lines += ["## How it is read", "", *_explained(decision), ""]
    return "\n".join(lines)


def _explained(decision: GateDecision) -> Iterator[str]:
    yield (
        f"- A task is non-inferior where its difference is at least {-decision.margin:g}; `at least` is the lower end "
        f"of the one-sided 95 % interval, and of the mean that of the two-sided one, to {decision.high:+.3f}."
    )
    yield "- Under prompts, `6 of 59` says that there are 6, and that 59 would decide what these leave open."
    if any(guard.name == DROP for guard in decision.guards):
        yield DROP_TOLD
    yield (
        f"- Champion `{decision.champion_digest[:12]}`, challenger `{decision.challenger_digest[:12]}`, the policy "
        f"after {decision.challenger_round} rounds; sampled answers decide, greedy ones stand beside them."
    )


def _head(columns: Sequence[str]) -> list[str]:
    """The head of a table. KFP's pages put no room between columns, so those of figures bring some."""
    names = [name if place < WORDS else f"&nbsp; {name}" for place, name in enumerate(columns)]
    rules = [":---" if place < WORDS else "---:" for place in range(len(columns))]
    return [f"| {' | '.join(names)} |", f"|{'|'.join(rules)}|"]


def _row(task: str, one: MetricComparison) -> str:
    more = (one.prompts_needed or 0) > one.prompts
    prompts = f"{one.prompts} of {one.prompts_needed}" if more else one.prompts
    return (
        f"| `{task}` | `{one.metric}` | {one.verdict} | {prompts} | {one.champion:.3f} | {one.challenger:.3f} "
        f"| {one.difference:+.3f} | {one.low:+.3f} |"
    )


def _guard(guard: Guard) -> str:
    limit = f"× {guard.limit:g}" if guard.name == "length" else f"+ {guard.limit:g}"
    values = f"{guard.champion:.3g} | {guard.challenger:.3g}"
    rise = (
        "" if guard.low is None else f"{guard.challenger - guard.champion:+.3f} [{guard.low:+.3f}, {guard.high:+.3f}]"
    )
    passed = "ok" if guard.passed else "blocks"
    return f"| {guard.name.replace('_', ' ')} | `{guard.task}` | {passed} | {values} | {limit} | {rise} |"
