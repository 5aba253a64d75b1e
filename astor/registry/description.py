"""What a registered version is, as Markdown for its page in MLflow."""

from collections.abc import Sequence

from astor.evaluation.score import ALL, find_score
from astor.records import GateDecision, Scores
from astor.registry.metrics import metric_name

MODEL_CARD = "model_card.md"
"""The model card among a run's artifacts."""
SCORE = "astor.score."
"""Begins the tags of a version that have its scores on held-out prompts."""
PROMOTION_SCORE = "astor.promotion_score."
"""Begins those of its scores on promotion prompts."""
PROMPTS, ORIGIN, CODE = "astor.prompts", "astor.first_policy", "astor.code"
"""Tags of a version: digests of the prompts that it was trained on, of the policy that it began as, and our code."""
PARENTS = "astor.parents"
"""Tag of a version: digests of the policies that it was made from, by commas."""


def describe(
    before: Scores, after: Scores, tasks: Sequence[str], decision: GateDecision, run: str, page: str, report: str
) -> str:
    """The gate's sentence, a table of sampled scores before the run and of the policy, and links to the run's pages.

    Args:
        before, after: of the first policy and the version's, on the same split.
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


def score_tags(scores: Scores, tasks: Sequence[str], begin: str = SCORE) -> dict[str, str]:
    """The sampled score of each task and their mean, as tags of a version, whose names `begin` so."""
    told = [*((task, task, "score") for task in tasks), ("mean", ALL, "mean")]
    return {begin + metric_name(name): f"{scores.value(task, metric):.4f}" for name, task, metric in told}


def _cell(scores: Scores, task: str, metric: str) -> str:
    score = find_score(scores, task, metric)
    return f"{score.value:.3f} [{score.low:.3f}, {score.high:.3f}]"
