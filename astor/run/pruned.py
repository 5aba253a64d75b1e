"""The mark of a run that was pruned: it has its result and its report, and cannot go on."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from astor.errors import UserError
from astor.run.places import Places
from astor.storage import find, locate

MARK = "pruned.json"


def mark_pruned(places: Places, removals: Sequence[str]) -> None:
    """Write down that the run does without these URIs, and what its report tells of what made them."""
    seconds, measured = dict(seconds_of_pruned(places)), dict(measured_of_pruned(places))
    for uri in removals:
        if artifact := find(uri):
            place = uri.removeprefix(f"{places.uri}/")
            seconds[place] = artifact.manifest.seconds
            if artifact.manifest.measured:
                measured[place] = artifact.manifest.measured
    store, key = locate(places.at(MARK))
    store.replace(key, json.dumps({"seconds": seconds, "measured": measured}).encode())


def is_pruned(places: Places) -> bool:
    """Whether the run does without what it would go on from."""
    store, key = locate(places.at(MARK))
    try:
        store.read(key)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def seconds_of_pruned(places: Places) -> Mapping[str, float]:
    """Place below the run, where something was removed → wall seconds of the step that made it."""
    return _told(places, "seconds")


def measured_of_pruned(places: Places) -> Mapping[str, Mapping[str, float]]:
    """Place below the run, where something was removed → what the manifest there said was measured, if anything."""
    return _told(places, "measured")


def _told(places: Places, name: str) -> dict[str, Any]:
    store, key = locate(places.at(MARK))
    try:
        told: dict[str, Any] = json.loads(store.read(key))[name]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{places.at(MARK)} cannot be read: remove it.") from None
    return told
