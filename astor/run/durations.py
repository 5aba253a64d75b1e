"""How long the steps of a run took, read from what they committed."""

from collections import defaultdict
from collections.abc import Iterator

from astor.policies.card import policy_ref
from astor.run.places import names_below
from astor.run.pruned import seconds_of_pruned
from astor.run.run import Run
from astor.storage import Artifact, ArtifactRef, committed, find, load


def seconds_by_step(run: Run, prompts: ArtifactRef) -> dict[str, float]:
    """Kind of step → wall seconds of all steps of the kind.

    What was pruned since then counts, too. Prompts and a first policy that were found made are counted with what they
    took in the run that made them.
    """
    totals: defaultdict[str, float] = defaultdict(float)
    pruned = seconds_of_pruned(run.places)
    for kind, artifact in _artifacts(run, prompts):
        if artifact.uri.removeprefix(f"{run.places.uri}/") not in pruned:
            totals[kind] += artifact.manifest.seconds
    for place, seconds in pruned.items():
        if place.startswith("rounds/") and int(place.split("/")[1]) > run.recipe.rounds:
            continue  # of a longer run than is told of
        step = place.rpartition("/")[2].partition("-")[0]
        totals["evaluate" if place.startswith("evaluations/") else step] += seconds
    return dict(totals)


def _artifacts(run: Run, prompts: ArtifactRef) -> Iterator[tuple[str, Artifact]]:
    """Kind of step in a user's words, and what it committed."""
    yield "prepare", load(prompts)
    if first := _first_policy(run):
        yield ("warm start" if run.recipe.policy.reads_demonstrations else "first policy"), first
    yield "plan", committed(run.places.at("plan"))
    for round in run.places.below("rounds"):
        if int(round) > run.recipe.rounds:
            break
        for step in run.places.below("rounds", round):
            if artifact := find(run.places.at("rounds", round, step)):
                yield step.partition("-")[0], artifact
    for name in run.places.below("evaluations"):
        place, steps = run.places.at("evaluations", name), ("rollout", "verify", "scores")
        for one in [place] if name.startswith("turns-") else [f"{place}/{step}" for step in steps]:
            if artifact := find(one):
                yield "evaluate", artifact
    if artifact := find(run.places.result):
        yield "promote", artifact


def _first_policy(run: Run) -> Artifact | None:
    """What `initialise` committed, found by its digest: under `cache/policies`, or nowhere where it was not made."""
    digest, cache = committed(run.places.at("plan")).manifest.made_from["policy"], f"{run.places.root}/cache/policies"
    for name in names_below(cache):
        if (artifact := find(f"{cache}/{name}")) and policy_ref(artifact.ref).digest == digest:
            return artifact
    return None
