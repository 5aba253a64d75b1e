"""The mark of a run that was pruned: it has its result and its report, and cannot go on."""

import json
from collections.abc import Sequence

from astor.errors import UserError
from astor.run.places import Places
from astor.storage import find, locate

MARK = "pruned.json"


def mark_pruned(places: Places, removals: Sequence[str]) -> None:
    """Write down that the run does without these URIs, and how long what made them took, which its report tells."""
    seconds = seconds_of_pruned(places)
    for uri in removals:
        if artifact := find(uri):
            seconds[uri.removeprefix(f"{places.uri}/")] = artifact.manifest.seconds
    store, key = locate(places.at(MARK))
    store.replace(key, json.dumps({"seconds": seconds}).encode())


def is_pruned(places: Places) -> bool:
    """Whether the run does without what it would go on from."""
    store, key = locate(places.at(MARK))
    try:
        store.read(key)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def seconds_of_pruned(places: Places) -> dict[str, float]:
    """Place below the run, where something was removed → wall seconds of the step that made it."""
    store, key = locate(places.at(MARK))
    try:
        seconds: dict[str, float] = json.loads(store.read(key))["seconds"]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{places.at(MARK)} cannot be read: remove it.") from None
    return seconds
