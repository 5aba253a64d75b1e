"""What it took that servers got the policies of a run, read from what its rollouts committed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import fsum

from astor.evaluation.hand_overs import HandOvers
from astor.records import Scores, Split
from astor.rollout.engine import Engine
from astor.run.artifacts import Artifacts
from astor.run.places import EVALUATIONS, Places
from astor.run.pruned import measured_of_pruned, seconds_of_pruned
from astor.storage import find

NAMES = ("hand_overs", "hand_over_seconds", "hand_over_bytes")
"""What a manifest has of them."""
STEPS = ("rollout", "verify", "scores")
"""Of an evaluation; the one over turns is of one."""


@contextmanager
def noted(engine: Engine, artifacts: Artifacts) -> Iterator[None]:
    """Have the manifest of what is committed next say what servers were given meanwhile."""
    before = dict(engine.metrics)
    yield
    given = {name: engine.metrics.get(name, 0.0) - before.get(name, 0.0) for name in NAMES}
    if any(given.values()):
        artifacts.note(given)


def hand_overs_of_round(places: Places, round: int) -> HandOvers:
    """Those of a round, what was pruned of it included.

    Its seconds are those of all its steps but the checkpoint, which is committed after they are told.
    """
    known = {places.at(place) for place in _pruned_below(places, f"rounds/{round:05d}")}
    known |= {places.at("rounds", round, step) for step in places.below("rounds", round)}
    return _sum(places, known - {places.at("rounds", round, "checkpoint")})


def all_hand_overs(places: Places, rounds: int) -> HandOvers:
    """Those of so many rounds together."""
    of_rounds = (hand_overs_of_round(places, round) for round in range(rounds))
    return HandOvers(*map(fsum, zip(HandOvers(), *of_rounds, strict=True)))


def hand_overs_of_evaluation(places: Places, *evaluated: Scores) -> HandOvers:
    """Those of policies' evaluations, together; on held-out prompts with what was measured over turns.

    Their seconds are those of the evaluations.
    """
    known = set[str]()
    for scores in evaluated:
        known |= {places.evaluation(scores.split, scores.policy_digest, step) for step in STEPS}
        known |= {places.turns(scores.policy_digest)} if scores.split == Split.HELD_OUT else set()
    return _sum(places, known)


def all_evaluation_hand_overs(places: Places) -> HandOvers:
    """Those of all evaluations of the run together."""
    known = {places.at(place) for place in _pruned_below(places, EVALUATIONS)}
    for name in places.below(EVALUATIONS):
        known |= {places.at(EVALUATIONS, name), *(places.at(EVALUATIONS, name, step) for step in STEPS)}
    return _sum(places, known)


def _sum(places: Places, known: Iterable[str]) -> HandOvers:
    """Of what was committed at these URIs, as far as something was or has been."""
    seconds, measured = seconds_of_pruned(places), measured_of_pruned(places)
    found = [HandOvers()]
    for uri in known:
        place, artifact = uri.removeprefix(f"{places.uri}/"), find(uri)
        told = artifact.manifest.measured if artifact else measured.get(place, {})
        took = artifact.manifest.seconds if artifact else seconds.get(place, 0.0)
        times, spent, size = (told.get(name, 0.0) for name in NAMES)
        found.append(HandOvers(times, spent, size, took))
    return HandOvers(*map(fsum, zip(*found, strict=True)))


def _pruned_below(places: Places, folder: str) -> set[str]:
    return {place for place in seconds_of_pruned(places) if place.startswith(f"{folder}/")}
