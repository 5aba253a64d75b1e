"""What it took that servers got the policies of a run, read from what its rollouts committed."""

from math import fsum

from astor.evaluation.history import HandOvers
from astor.run.places import Places
from astor.run.pruned import measured_of_pruned, seconds_of_pruned
from astor.storage import find

NAMES = ("hand_overs", "hand_over_seconds", "hand_over_bytes")
"""What a rollout's manifest has of them."""


def hand_overs_of_round(places: Places, round: int) -> HandOvers:
    """Those of a round, what was pruned of it included.

    Its seconds are those of all its steps but the checkpoint, which is committed after they are told.
    """
    folder = f"rounds/{round:05d}/"
    seconds, measured = (
        {place.removeprefix(folder): told for place, told in pruned.items() if place.startswith(folder)}
        for pruned in (seconds_of_pruned(places), measured_of_pruned(places))
    )
    for step in places.below("rounds", round):
        if artifact := find(places.at("rounds", round, step)):
            seconds[step], measured[step] = artifact.manifest.seconds, artifact.manifest.measured
    counts = (sum(told.get(name, 0.0) for told in measured.values()) for name in NAMES)
    return HandOvers(*counts, fsum(took for step, took in seconds.items() if step != "checkpoint"))


def all_hand_overs(places: Places, rounds: int) -> HandOvers:
    """Those of so many rounds together."""
    of_rounds = (hand_overs_of_round(places, round) for round in range(rounds))
    return HandOvers(*(sum(values) for values in zip(*of_rounds, HandOvers(), strict=True)))
