"""What can be removed from a store, and what attempts that were never committed left in it."""

import re
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from astor.storage import MANIFEST, DamagedError, Entry, find

ATTEMPT = re.compile(r"[0-9a-f]{12}")
ANY = "*"
LEFT_OVER = "attempts never committed"
SETTLED = 3600.0
"""Seconds after which what was not committed counts as left over where no lock says so (our choice)."""


class Removal(NamedTuple):
    """A place that can go, with everything below it."""

    uri: str
    what: str
    """In words, as `rollouts`."""
    of: str
    """What it is of: a run's name, or a folder of the store."""
    bytes: int
    files: int


def removal(root: str, place: str, files: Mapping[str, Entry], what: str, of: str) -> Removal:
    """The removal of `place`, a path below `root`, where `files` has everything that lies below `root`."""
    found = [entry.bytes for path, entry in files.items() if path == place or path.startswith(f"{place}/")]
    return Removal(f"{root}/{place}", what, of, sum(found), len(found))


def left_over(root: str, files: Mapping[str, Entry], settled: bool) -> Iterator[str]:
    """Places below `root` that attempts left which were never committed, and drafts of files.

    Args:
        files: everything below `root`, path → what lies there.
        settled: whether nobody can be writing there; else what changed lately is left alone.
    """
    newest: dict[str, float] = {}
    kept: dict[str, str | None] = {}
    for path, entry in files.items():
        if place := _uncommitted(root, path, files, kept):
            newest[place] = max(entry.changed, newest.get(place, 0.0))
    yield from (place for place, changed in newest.items() if settled or time.time() - changed > SETTLED)


def _uncommitted(root: str, path: str, files: Mapping[str, Entry], kept: dict[str, str | None]) -> str | None:
    """The attempt or draft that `path` belongs to; None where it belongs to what counts.

    `kept` remembers of each folder the attempt that was committed there.
    """
    names = path.split("/")
    for number, name in enumerate(names):
        folder = "/".join(names[:number])
        if name.startswith("."):
            return "/".join(names[: number + 1])
        if ATTEMPT.fullmatch(name):
            if folder not in kept:
                kept[folder] = _committed_attempt(root, folder, files)
            return None if kept[folder] in (name, ANY) else "/".join(names[: number + 1])
    return None


def _committed_attempt(root: str, folder: str, files: Mapping[str, Entry]) -> str | None:
    """The attempt that was committed in a folder; ANY where its manifest is damaged and does not say which."""
    if f"{folder}/{MANIFEST}" not in files:
        return None
    try:
        artifact = find(f"{root}/{folder}")
    except DamagedError:
        return ANY
    return artifact.manifest.attempt if artifact else None
