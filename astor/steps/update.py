"""update: the KL-calibrated training step, and the one place where a round is told to MLflow."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from astor.policies.card import policy_ref
from astor.records import Batch
from astor.run.artifacts import Inputs
from astor.run.draws import Draw, inputs
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef


class Updated(NamedTuple):
    """What `update` leaves."""

    policy: PolicyRef
    """Committed; or, between checkpoints, the policy that only this process holds."""
    report: ArtifactRef


def update(
    run: Run, policy: PolicyRef, reference: PolicyRef, draws: Sequence[Draw], scored: ArtifactRef, commit: bool = True
) -> Updated:
    """Train the policy on one round; commit the report, and with `commit` the policy together with its trainer state.

    Args:
        policy: the policy that rolled the round out.
        reference: the policy that the KL term holds it to.
        draws: the round's.
        scored: the groups that `score` formed of them.

    Raises:
        UserError: the rollout engine and the trainer disagree on log-probabilities, or gradients stay non-finite.
    """
    batch: Batch = run.artifacts.read(draws[0].planned, "batch")
    report_uri = run.places.at("rounds", batch.round, "update")
    checkpoint_uri = run.places.at("rounds", batch.round + 1, "checkpoint")
    made_from: Inputs = {
        "policy": policy,
        "reference_policy": reference,
        **inputs(draws, "planned", "completions"),
        "groups": scored,
    }
    if (done := run.artifacts.done(checkpoint_uri, made_from)) and (
        report := run.artifacts.done(report_uri, made_from)
    ):
        return Updated(policy_ref(done), report)
    engine = run.services.policies.update_engine(policy, reference)
    measured = engine.update(
        [completion for draw in draws for completion in run.artifacts.read(draw.completions, "completions")],
        run.artifacts.read(scored, "groups"),
        batch,
        sketch=run.recipe.scheduler.sketch,
        loss_after=run.recipe.scheduler.needs_loss_after,
    )
    report = run.artifacts.commit(report_uri, made_from, report=measured)
    run.curves.follow(batch.round)
    engine.card = engine.card.updated(run.recipe.digest)
    updated = PolicyRef(engine.card.digest, engine.card.lineage)
    if commit:

        def write_policy(directory: Path) -> None:
            engine.save_policy(directory, run.recipe.digest)

        updated = policy_ref(
            run.artifacts.commit(checkpoint_uri, made_from, policy=write_policy, trainer=engine.save_trainer)
        )
    run.services.policies.keep_trained(updated, engine)
    return Updated(updated, report)
