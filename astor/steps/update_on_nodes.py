"""update on several nodes: this process follows the TrainJob in which the update is made."""

import json
from collections.abc import Sequence

from astor.records import Batch
from astor.run.draws import Draw
from astor.run.run import Run
from astor.run.train_job import run_train_job
from astor.steps.update import Updated, find_update
from astor.storage import ArtifactRef, PolicyRef, digest_json


def update_on_nodes(
    run: Run, train_job: str, policy: PolicyRef, reference: PolicyRef, draws: Sequence[Draw], scored: ArtifactRef
) -> Updated:
    """As `update`, by the processes of a TrainJob.

    Args:
        train_job: manifest as JSON, without what belongs to one update.

    Raises:
        UserError: as `update`; or the TrainJob was refused, failed or was removed.
    """
    if done := find_update(run, policy, reference, draws, scored):
        return done
    (drawn,) = draws
    batch: Batch = run.artifacts.read(drawn.planned, "batch")
    recipe = run.artifacts.committed(run.places.at("recipe"))
    refs = (recipe, policy.committed, reference.committed, *drawn, scored)
    name = f"astor-{digest_json([run.places.uri, batch.round])[:12]}"
    run_train_job(json.loads(train_job), name, [str(ref) for ref in refs])
    updated = find_update(run, policy, reference, draws, scored)
    assert updated, f"the TrainJob {name} is complete, and has committed nothing"
    return updated
