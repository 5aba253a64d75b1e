"""update: the KL-calibrated training step, and the one place where a round is told to MLflow."""

from pathlib import Path
from typing import NamedTuple

from astor.records import Batch, PolicyCard, State
from astor.registry.tracking import round_metrics
from astor.steps.rollout import policy_of
from astor.steps.run import Run
from astor.steps.threads import set_threads
from astor.storage import load
from astor.training.engine import ReferencePolicy, UpdateEngine


class Updated(NamedTuple):
    """References of what `update` leaves."""

    policy: str
    """A committed checkpoint; or, between checkpoints, the policy that only this process holds."""
    report: str


def update(
    run: Run, policy: str, reference_policy: str, completions: str, planned: str, scored: str, commit: bool = True
) -> Updated:
    """Train the policy on one round; commit the report, and with `commit` the policy together with its trainer state.

    Args:
        policy: the artifact of the policy that rolled the batch out.
        reference_policy: the policy that the KL term holds it to.
        completions, planned, scored: what `rollout` made, the batch it was asked for, and the groups of `score`.

    Raises:
        UserError: the rollout engine and the trainer disagree on log-probabilities, or gradients stay non-finite.
    """
    batch: Batch = run.read(planned, "batch")
    report_uri = run.place("rounds", batch.round, "update")
    checkpoint_uri = run.place("rounds", batch.round + 1, "checkpoint")
    made_from = {
        "policy": policy,
        "reference_policy": reference_policy,
        "completions": completions,
        "batch": planned,
        "groups": scored,
    }
    if (done := run.done(checkpoint_uri, made_from)) and (report := run.done(report_uri, made_from)):
        return Updated(done, report)
    engine = run.recall(policy, "engine") or _make_engine(run, policy, reference_policy)
    run.forget(policy, "engine")
    measured = engine.update(
        run.read(completions, "completions"),
        run.read(scored, "groups"),
        batch,
        sketch=run.recipe.scheduler.sketches(batch.round),
        loss_after=run.recipe.scheduler.needs_loss_after,
    )
    report = run.commit(report_uri, made_from, report=measured)
    # Before the checkpoint, after which nobody comes back to this round.
    state: State = run.read(scored, "state")
    run.tracker.log_round(batch.round, round_metrics(state.tasks, measured))
    if commit:

        def write_policy(directory: Path) -> None:
            engine.save_policy(directory, run.recipe.digest)

        updated = run.commit(checkpoint_uri, made_from, policy=write_policy, trainer=engine.save_trainer)
    else:
        engine.card = _between_checkpoints(engine.card)
        updated = f"{run.place('rounds', batch.round + 1)}#{engine.card.digest}"
    run.remember(updated, "engine", engine)
    return Updated(updated, report)


def _between_checkpoints(card: PolicyCard) -> PolicyCard:
    """`DIGEST+n`: n updates after the policy DIGEST, which is the last one that was committed."""
    committed, _, updates = card.digest.partition("+")
    digest = f"{committed}+{int(updates or 0) + 1}"
    return card.model_copy(update={"digest": digest, "parent": committed, "round": card.round + 1})


def _make_engine(run: Run, policy: str, reference_policy: str) -> UpdateEngine:
    set_threads(run.recipe)
    artifact = load(policy.rpartition("#")[0])
    reference = ReferencePolicy(
        directory=lambda: load(reference_policy.rpartition("#")[0]).part("policy"),
        weights=lambda: policy_of(run, reference_policy),
    )
    trainer = artifact.part("trainer") if "trainer" in artifact.manifest.parts else None
    return run.recipe.training.make(artifact.part("policy"), reference, trainer)
