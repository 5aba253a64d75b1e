"""promote: the gate. The policy is copied to where nothing is pruned, registered, and given its alias."""

import json
import shutil
from pathlib import Path

from astor.errors import UserError
from astor.evaluation.card import render_card
from astor.evaluation.gate import decide
from astor.records import PolicyCard, Scores, read_json
from astor.registry.models import register
from astor.steps.history import read_history
from astor.steps.run import Run
from astor.storage import load


def promote(run: Run, prompts: str, policy: str, before: str, after: str, champion: str, challenger: str) -> str:
    """Decide, register and report; the reference of the result.

    Args:
        policy: the artifact of the challenger's policy.
        before, after: scores of the first and the last policy on held-out prompts.
        champion, challenger: scores of both on promotion prompts, item by item.

    Raises:
        UserError: the recipe has more rounds than the policy went through.
    """
    from astor.evaluation.report import render_report  # Its pictures bring matplotlib, which no round needs.

    uri = run.place("result")
    made_from = {"policy": policy, "before": before, "after": after, "champion": champion, "challenger": challenger}
    if reference := run.done(uri, made_from):
        return reference
    first, last = run.read(before, "scores"), run.read(after, "scores")
    card = read_json(load(policy.rpartition("#")[0]).part("policy") / "policy.json", PolicyCard)
    if card.round < run.recipe.rounds:
        raise UserError(
            f"The pipeline's chain ended after {card.round} of {run.recipe.rounds} rounds: submit it again, "
            "which continues, or compile it for as many."
        )
    holder, contender = run.read(champion, "scores"), run.read(challenger, "scores")
    decision = decide(
        run.read(champion, "items"),
        run.read(challenger, "items"),
        {key: task.promotion_metric for key, task in run.tasks.items()},
        run.recipe.gate,
        champion_digest=holder.policy_digest,
        challenger_digest=contender.policy_digest,
    )
    kept = keep_policy(run, policy, last)
    version = register(
        run.tracking_uri,
        run.recipe.tracking.model,
        kept,
        run.tracker.run_id,
        decision,
        contender,
        {"recipe_digest": run.recipe.digest, "run": run.uri},
    )
    name = f"{version.name}/{version.version}"
    history = read_history(run, prompts, before, after, decision=decision, model=name, alias=version.alias)
    page, promotion = render_report(history), render_card(decision, holder, contender, name)
    report = run.publish("report.html", page.encode())
    run.tracker.log_scores([first, *history.evaluations, last])
    run.tracker.log_texts({"report.html": page, "promotion.md": promotion, "recipe.yaml": run.resolved_text})
    run.tracker.finish()
    summary = {
        "scores_before": {task: round(first.value(task), 4) for task in run.tasks},
        "scores_after": {task: round(last.value(task), 4) for task in run.tasks},
        "rounds": run.recipe.rounds,
        "model": name,
        "alias": version.alias,
        "policy": kept.partition("#")[0],
        "report": report,
    }

    def write_summary(directory: Path) -> None:
        (directory / "summary.json").write_text(json.dumps(summary))

    def write_pages(directory: Path) -> None:
        (directory / "report.html").write_text(page)
        (directory / "card.md").write_text(promotion)

    return run.commit(uri, made_from, decision=decision, summary=write_summary, pages=write_pages)


def keep_policy(run: Run, policy: str, scores: Scores) -> str:
    """Copy a policy to `models/<digest>`, which nothing prunes; the reference of the copy."""
    uri = f"{run.root}/models/{scores.policy_digest[:16]}"
    if reference := run.done(uri, {"policy": policy}):
        return reference
    source = load(policy.rpartition("#")[0]).part("policy")

    def copy(directory: Path) -> None:
        shutil.copytree(source, directory, dirs_exist_ok=True)

    return run.commit(uri, {"policy": policy}, policy=copy)
