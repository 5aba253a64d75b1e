"""The champion that a run is compared with: resolved once, kept in the run's own store, and named relative to it."""

from dataclasses import replace

from astor.records import Champion
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef


def champion_record(run: Run, policy: PolicyRef) -> Champion:
    """What a plan keeps of a champion, which lies in the run's store."""
    kept = policy.committed
    return Champion(policy=replace(policy, artifact=ArtifactRef(run.places.inside(kept.uri), kept.digest)))


def champion_of(run: Run, plan: ArtifactRef) -> PolicyRef:
    """The champion that a plan names, where the store is now."""
    policy: PolicyRef = run.artifacts.read(plan, "champion").policy
    kept = policy.committed
    return replace(policy, artifact=ArtifactRef(run.places.outside(kept.uri), kept.digest))
