"""The promotion card: what the gate decided and why, as Markdown."""

from astor.evaluation.score import ALL, find_score
from astor.records import GateDecision, Scores


def render_card(decision: GateDecision, champion: Scores, challenger: Scores, model: str | None = None) -> str:
    """One heading, one sentence, one table; `champion` and `challenger` are scores on the promotion prompts.

    `model` is the registered model and version, as `astor/3`.
    """
    headline = "Promoted" if decision.promoted else "Not promoted"
    lines = [
        f"# {headline}{f': {model}' if model else ''}",
        "",
        decision.reason,
        "",
        "| task | prompts | champion | challenger | paired difference | that of the metric that was not the reward |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for task, difference in decision.task_differences.items():
        before, after = _cell(champion, task, "score"), _cell(challenger, task, "score")
        count = find_score(champion, task, "score").count
        lines.append(
            f"| {task} | {count} | {before} | {after} | {difference:+.3f} | {decision.metric_differences[task]:+.3f} |"
        )
    before, after = _cell(champion, ALL, "mean"), _cell(challenger, ALL, "mean")
    interval = f"{decision.mean_difference:+.3f} ({decision.low:+.3f} to {decision.high:+.3f})"
    lines += [
        f"| **mean** | {find_score(champion, ALL, 'mean').count} | {before} | {after} | **{interval}** | |",
        "",
        f"Champion `{decision.champion_digest[:12]}`, challenger `{decision.challenger_digest[:12]}`; "
        "sampled answers; in brackets 95 % intervals over prompts.",
        "",
    ]
    return "\n".join(lines)


def _cell(scores: Scores, task: str, metric: str) -> str:
    score = find_score(scores, task, metric)
    return f"{score.value:.3f} ({score.low:.3f} to {score.high:.3f})"
