"""The promotion card: what the gate decided and why, as Markdown."""

from astor.evaluation.guards import DROP
from astor.evaluation.score import ALL, find_score
from astor.records import GateDecision, Guard, MetricComparison, Scores

DROP_TOLD = (
    "`perturbed` is how much fewer programs are right, by all tests as they truly are, where one of the shown tests is "
    "wrong: what a policy loses that answers the tests in place of the problem."
)


def render_card(decision: GateDecision, champion: Scores, challenger: Scores, model: str | None = None) -> str:
    """One heading, the reason, one table of what decided and one of guards.

    `champion` and `challenger` are scores on the promotion prompts. `model` is the registered model and version, as
    `astor/3`.
    """
    headline = "Promoted" if decision.promoted else "Not promoted"
    lines = [
        f"# {headline}{f': {model}' if model else ''}",
        "",
        decision.reason,
        "",
        "| task | measured by | prompts | champion → challenger | difference | at least | verdict |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for task, compared in decision.tasks.items():
        lines += [_row(task, one) for one in compared]
        if task in decision.greedy:
            before, after = decision.greedy[task]
            lines.append(f"| {task} | greedy score | | {before:.3f} → {after:.3f} | {after - before:+.3f} | | |")
    held, won = find_score(champion, ALL, "mean"), find_score(challenger, ALL, "mean")
    lines += [
        f"| **mean** | score | {held.count} | {held.value:.3f} → {won.value:.3f} "
        f"| **{decision.mean_difference:+.3f}** | **{decision.low:+.3f}** | "
        f"{'better' if decision.low > 0 else 'not shown to be better'} |",
        "",
        f"A task is non-inferior where its difference is at least {-decision.margin:g}; `at least` is the lower end of "
        f"the one-sided 95 % interval, and of the mean that of the two-sided one, to {decision.high:+.3f}. "
        "Under prompts, `6 of 59` says that there are 6, and that 59 would decide what these leave open.",
        "",
    ]
    if decision.guards:
        lines += ["| guard | task | champion | challenger | rise | limit | |", "|---|---|---:|---:|---:|---:|---|"]
        lines += [*map(_guard, decision.guards), ""]
        if any(guard.name == DROP for guard in decision.guards):
            lines += [f"{DROP_TOLD} A rise has its two one-sided 95 % limits.", ""]
    lines += [
        f"Champion `{decision.champion_digest[:12]}`, challenger `{decision.challenger_digest[:12]}`, the policy after "
        f"{decision.challenger_round} rounds; sampled answers decide, greedy ones stand beside them.",
        "",
    ]
    return "\n".join(lines)


def _row(task: str, one: MetricComparison) -> str:
    more = (one.prompts_needed or 0) > one.prompts
    prompts = f"{one.prompts} of {one.prompts_needed}" if more else one.prompts
    return (
        f"| {task} | {one.metric} | {prompts} | {one.champion:.3f} → {one.challenger:.3f} "
        f"| {one.difference:+.3f} | {one.low:+.3f} | {one.verdict} |"
    )


def _guard(guard: Guard) -> str:
    limit = f"× {guard.limit:g}" if guard.name == "length" else f"+ {guard.limit:g}"
    values = f"{guard.champion:.3g} | {guard.challenger:.3g}"
    rise = (
        "" if guard.low is None else f"{guard.challenger - guard.champion:+.3f} [{guard.low:+.3f}, {guard.high:+.3f}]"
    )
    passed = "ok" if guard.passed else "blocks"
    return f"| {guard.name.replace('_', ' ')} | {guard.task} | {values} | {rise} | {limit} | {passed} |"
