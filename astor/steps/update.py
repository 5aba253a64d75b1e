"""update: the KL-calibrated training step, and the one place where a round is told to MLflow."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from astor.errors import UserError
from astor.policies.card import policy_ref
from astor.records import Batch
from astor.run.alarms import warn_of_alarms
from astor.run.artifacts import Inputs
from astor.run.draws import Draw, inputs
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef
from astor.training.engine import DivergedError

NOTHING = nullcontext()


class Updated(NamedTuple):
    """What `update` leaves."""

    policy: PolicyRef
    """Committed; or, between checkpoints, the policy that only this process holds."""
    report: ArtifactRef


def update(
    run: Run,
    policy: PolicyRef,
    reference: PolicyRef,
    draws: Sequence[Draw],
    scored: ArtifactRef,
    commit: bool = True,
    meanwhile: AbstractContextManager[object] = NOTHING,
) -> Updated:
    """Train the policy on one round; commit the report, and with `commit` the policy together with its trainer state.

    Args:
        policy: the policy after all rounds before; it rolled the round out, or the one before it did.
        reference: the policy that the KL term holds it to.
        draws: the round's.
        scored: the groups that `score` formed of them.
        meanwhile: entered before the policy changes, and left before it is committed: what a checkpoint stands for
            besides was done by then.

    Raises:
        UserError: the rollout engine and the trainer disagree on log-probabilities; or gradients stay non-finite or too
            long, and all that the update was of is kept in the run, below `stopped`.
    """
    batch: Batch = run.artifacts.read(draws[0].planned, "batch")
    report_uri, checkpoint_uri = _places(run, batch)
    if done := find_update(run, policy, reference, draws, scored):
        return done
    made_from = _inputs(policy, reference, draws, scored)
    completions = [one for draw in draws for one in run.artifacts.read(draw.completions, "completions")]
    groups = run.artifacts.read(scored, "groups")
    engine = run.services.policies.update_engine(policy, reference)

    def write_policy(directory: Path) -> None:
        engine.save_policy(directory, run.recipe.digest)

    with meanwhile:
        try:
            measured = engine.update(
                completions,
                groups,
                batch,
                sketch=run.recipe.scheduler.sketch,
                loss_after=run.recipe.scheduler.needs_loss_after,
            )
        except DivergedError as error:
            run.places.remove("stopped", batch.round)
            saved = run.artifacts.commit(
                run.places.at("stopped", batch.round),
                made_from,
                batch=batch,
                completions=completions,
                groups=groups,
                policy=write_policy,
                trainer=engine.save_trainer,
            )
            raise UserError(f"{error} The batch, the policy and its trainer state are in {saved.uri}.") from error
        report = run.artifacts.commit(report_uri, made_from, report=measured)
        warn_of_alarms(run, batch.round)
        run.curves.follow(batch.round)
    run.artifacts.begin()
    engine.card = engine.card.updated(run.recipe.digest)
    updated = PolicyRef(engine.card.digest, engine.card.lineage)
    if commit:
        updated = policy_ref(
            run.artifacts.commit(checkpoint_uri, made_from, policy=write_policy, trainer=engine.save_trainer)
        )
    run.services.policies.keep_trained(updated, engine)
    return Updated(updated, report)


def find_update(
    run: Run, policy: PolicyRef, reference: PolicyRef, draws: Sequence[Draw], scored: ArtifactRef
) -> Updated | None:
    """What `update` of the same has committed; None where it has not committed all of it."""
    report_uri, checkpoint_uri = _places(run, run.artifacts.read(draws[0].planned, "batch"))
    made_from = _inputs(policy, reference, draws, scored)
    if (done := run.artifacts.done(checkpoint_uri, made_from)) and (
        report := run.artifacts.done(report_uri, made_from)
    ):
        return Updated(policy_ref(done), report)
    return None


def _places(run: Run, batch: Batch) -> tuple[str, str]:
    """Where the report goes, and the policy with its trainer state."""
    return run.places.at("rounds", batch.round, "update"), run.places.at("rounds", batch.round + 1, "checkpoint")


def _inputs(policy: PolicyRef, reference: PolicyRef, draws: Sequence[Draw], scored: ArtifactRef) -> Inputs:
    return {
        "policy": policy,
        "reference_policy": reference,
        **inputs(draws, "planned", "completions"),
        "groups": scored,
    }
