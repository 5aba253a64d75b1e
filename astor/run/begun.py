"""What a run that has begun goes on with: other code than it was begun with might make others in other places."""

from astor.policies.card import policy_ref
from astor.run.places import names_below
from astor.run.run import Run
from astor.storage import Artifact, ArtifactRef, DamagedError, PolicyRef, find


def own_prompts(run: Run) -> ArtifactRef | None:
    """The prompts that the run's plan was made from; None before there is a plan, and where they were removed."""
    return _own(run, "cache/prompts", "prompts")


def own_policy(run: Run) -> PolicyRef | None:
    """The first policy that the run's plan was made from; None before there is a plan, and where it was removed."""
    found = _own(run, "cache/policies", "policy")
    return policy_ref(found) if found else None


def references_of(run: Run, prompts: ArtifactRef) -> ArtifactRef | None:
    """The references that belong to prompts, which lie under the same name."""
    artifact, found = find(prompts.uri), find(f"{run.places.root}/references/{prompts.uri.rpartition('/')[2]}")
    same = artifact and found and artifact.manifest.made_from["references"] == found.ref.digest
    return found.ref if found and same else None


def _own(run: Run, folder: str, name: str) -> ArtifactRef | None:
    plan = find(run.places.at("plan"))
    if plan is None:
        return None
    wanted, root = plan.manifest.made_from[name], f"{run.places.root}/{folder}"
    for each in names_below(root):
        try:
            artifact = find(f"{root}/{each}")
        except DamagedError:  # Perhaps another run's: whoever needs it says so.
            continue
        if artifact and wanted in (artifact.ref.digest, _policy_digest(artifact)):
            return artifact.ref
    return None


def _policy_digest(artifact: Artifact) -> str:
    policy = artifact.manifest.parts.get("policy")
    return policy.digest if policy else ""
