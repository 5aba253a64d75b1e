"""promote: the gate. The policy is copied to where nothing is pruned, registered, and given its alias."""

import json
from pathlib import Path

from astor.evaluation.card import render_card
from astor.evaluation.gate import Measured, decide
from astor.policies.card import WEIGHTS, find_card
from astor.registry.claims import Claims
from astor.registry.connection import patiently, wait_for
from astor.registry.description import CODE, MODEL_CARD, ORIGIN, PARENTS, PROMOTION_SCORE, PROMPTS, describe, score_tags
from astor.registry.logged_models import LOGGED, ROUND
from astor.registry.metrics import gate_metrics, main_metrics, score_metrics
from astor.registry.models import MODEL, PROMOTED, register
from astor.registry.tracking import RECIPE, ROUNDS, RUN
from astor.run.artifacts import Inputs
from astor.run.checkpoints import reached, rounds_of
from astor.run.environment import code_of
from astor.run.history import read_history
from astor.run.model_card import write_model_card
from astor.run.models import keep_policy
from astor.run.places import REPORT
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.run.tracked import recipe_text
from astor.storage import ArtifactRef, PolicyRef, load

STAGE = "gate and report"
NOTE = "mlflow.note.content"
"""The tag that MLflow shows as a run's description."""


def promote(
    run: Run,
    prompts: ArtifactRef,
    policy: PolicyRef,
    before: ArtifactRef,
    after: ArtifactRef,
    candidate: ArtifactRef,
    champion: ArtifactRef,
    challenger: ArtifactRef,
) -> ArtifactRef:
    """Decide, register and report; the ref of the result.

    Args:
        policy: the run's candidate, which is the gate's challenger.
        before, after: scores of the first and the last policy on held-out prompts.
        candidate: the candidate's on the same prompts.
        champion, challenger: scores of both on promotion prompts, item by item.
    """
    uri, read = run.places.result, run.artifacts.read
    scores = {
        "before": before,
        "after": after,
        "candidate": candidate,
        "champion": champion,
        "challenger": challenger,
    }
    made_from: Inputs = {"policy": policy, **scores}
    kept = keep_policy(run, policy, run.artifacts.read(prompts, "prompts"))
    if done := run.artifacts.done(uri, made_from):
        return done
    report_progress(STAGE, 0, 0)
    rounds = rounds_of(run)
    first, last, chosen = read(before, "scores"), read(after, "scores"), read(candidate, "scores")
    holder, contender = read(champion, "scores"), read(challenger, "scores")
    decision = decide(
        Measured(holder, read(champion, "items"), read(champion, "greedy_scores")),
        Measured(contender, read(challenger, "items"), read(challenger, "greedy_scores")),
        {key: task.promotion_metric for key, task in run.tasks.items()},
        run.recipe.gate,
    )
    from astor.evaluation.report import render_report  # Its pictures bring matplotlib, which no round needs.

    origin = find_card(load(policy.committed).part("policy", leave_out=WEIGHTS))
    parents = ",".join(origin.parents if origin else ())
    wait_for(run.services.tracking_uri)
    run.curves.catch_up(rounds)
    tracker = run.services.tracker
    model = patiently(lambda: tracker.model_of(contender.policy_digest, contender.round))
    version = patiently(
        lambda: register(
            run.services.tracking_uri,
            run.recipe.tracking.model,
            kept,
            tracker.run_id,
            decision,
            {
                RECIPE: run.recipe.digest,
                RUN: run.places.name,
                PROMPTS: prompts.digest,
                ORIGIN: policy.origin,
                CODE: code_of(run.places),
                PARENTS: parents,
                LOGGED: model,
                ROUND: str(contender.round),
                **score_tags(chosen, list(run.tasks)),
                **score_tags(contender, list(run.tasks), PROMOTION_SCORE),
            },
            Claims(run.places.root, run.recipe.tracking.model),
            describe(first, chosen, list(run.tasks), decision, run.places.name, tracker.page, REPORT),
        )
    )
    name = f"{version.name}/{version.version}"
    history = read_history(run, prompts, before, after, decision=decision, model=name, alias=version.alias)
    page, promotion = render_report(history), render_card(decision, holder, contender, name)
    card = write_model_card(run, kept, name, prompts, before, candidate, challenger, decision, rounds)
    if reached(run) <= run.recipe.rounds:
        run.places.publish(run.places.at(REPORT), page.encode())

    def tell() -> None:
        for scores in (first, *history.evaluations, last):
            own = tracker.model_of(scores.policy_digest, scores.round)
            measured = score_metrics(scores, run.evaluation_hand_overs(scores))
            tracker.log_rounds({scores.round: measured}, own)
        for scores in (read(before, "greedy_scores"), read(after, "greedy_scores")):
            own = tracker.model_of(scores.policy_digest, scores.round)
            tracker.log_rounds({scores.round: main_metrics(scores, "greedy")}, own)
        given = run.evaluation_hand_overs(holder, contender)
        tracker.log_rounds({contender.round: gate_metrics(decision, holder, contender, given)}, model)
        texts = {REPORT: page, "promotion.md": promotion, MODEL_CARD: card, "recipe.yaml": recipe_text(run)}
        tracker.log_texts(texts)
        tracker.tag(
            {PROMOTED: str(decision.promoted).lower(), MODEL: name, NOTE: promotion, ROUNDS: str(run.recipe.rounds)}
        )
        tracker.finish()

    patiently(tell)
    summary = {
        "scores_before": {task: round(first.value(task), 4) for task in run.tasks},
        "scores_after": {task: round(last.value(task), 4) for task in run.tasks},
        "scores_candidate": {task: round(chosen.value(task), 4) for task in run.tasks},
        "rounds": rounds,
        "candidate_round": decision.challenger_round,
        "model": name,
        "alias": version.alias,
        "policy": run.places.inside(kept.committed.uri),
        "report": run.places.inside(run.places.at(REPORT)),
    }

    def write_summary(directory: Path) -> None:
        (directory / "summary.json").write_text(json.dumps(summary))

    def write_pages(directory: Path) -> None:
        (directory / REPORT).write_text(page)
        (directory / "card.md").write_text(promotion)

    report_progress(STAGE, 1, 1)
    return run.artifacts.commit(uri, made_from, decision=decision, summary=write_summary, pages=write_pages)
