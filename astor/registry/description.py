"""What a registered version is, as Markdown for its page in MLflow."""

from collections.abc import Sequence

from astor.evaluation.score import ALL, find_score
from astor.records import GateDecision, Scores


def describe(
    before: Scores, after: Scores, tasks: Sequence[str], decision: GateDecision, run: str, page: str, report: str
) -> str:
    """The gate's sentence, a table of sampled scores before and after the run, and links to the run and its report.

    Args:
        before, after: of the first and the last policy, on the same split.
        tasks: in the order of the table.
        run: its name.
        page: of the run in MLflow.
        report: file name among the run's artifacts.
    """
    lines = [
        f"**{'Promoted' if decision.promoted else 'Not promoted'}.** {decision.reason}",
        "",
        f"Sampled scores on {before.split.replace('_', '-')} prompts, before the run and after {after.round} rounds:",
        "",
        "| task | prompts | before | after |",
        "|---|---:|---:|---:|",
    ]
    for task, metric, name in [*((task, "score", task) for task in tasks), (ALL, "mean", "**mean**")]:
        count = find_score(before, task, metric).count
        lines.append(f"| {name} | {count} | {_cell(before, task, metric)} | {_cell(after, task, metric)} |")
    return "\n".join([*lines, "", f"[Report]({page}/artifacts/{report}) of the run [{run}]({page}).", ""])


def _cell(scores: Scores, task: str, metric: str) -> str:
    score = find_score(scores, task, metric)
    return f"{score.value:.3f} [{score.low:.3f}, {score.high:.3f}]"
