"""What it took that servers got the policies of a run, read from what its rollouts committed."""

from collections.abc import Mapping
from math import fsum
from typing import TypeVar

from astor.evaluation.hand_overs import HandOvers
from astor.run.places import Places
from astor.run.pruned import measured_of_pruned, seconds_of_pruned
from astor.storage import find

T = TypeVar("T")
NAMES = ("hand_overs", "hand_over_seconds", "hand_over_bytes")
"""What a rollout's manifest has of them."""


def hand_overs_of_round(places: Places, round: int) -> HandOvers:
    """Those of a round, what was pruned of it included.

    Its seconds are those of all its steps but the checkpoint, which is committed after they are told.
    """
    folder = f"rounds/{round:05d}/"
    seconds, measured = _below(folder, seconds_of_pruned(places)), _below(folder, measured_of_pruned(places))
    for step in places.below("rounds", round):
        if artifact := find(places.at("rounds", round, step)):
            seconds[step], measured[step] = artifact.manifest.seconds, artifact.manifest.measured
    times, took, size = (fsum(told.get(name, 0.0) for told in measured.values()) for name in NAMES)
    return HandOvers(times, took, size, fsum(seconds[step] for step in seconds if step != "checkpoint"))


def all_hand_overs(places: Places, rounds: int) -> HandOvers:
    """Those of so many rounds together."""
    of_rounds = (hand_overs_of_round(places, round) for round in range(rounds))
    return HandOvers(*(fsum(values) for values in zip(HandOvers(), *of_rounds, strict=True)))


def _below(folder: str, told: Mapping[str, T]) -> dict[str, T]:
    return {place.removeprefix(folder): of_place for place, of_place in told.items() if place.startswith(folder)}
