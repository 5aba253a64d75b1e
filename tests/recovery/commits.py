"""What a store has of a run, and whether it stays."""

import json
import re
from pathlib import Path

from hostile.command import Ended, Store, difference
from hostile.outages import faulty_curves

ROUND = re.compile(r"runs/[^/]+/rounds/(\d+)/(.+)")


def attempts(root: str) -> dict[str, str]:
    """Each place of a store that was committed → the attempt that did it, the earliest first."""
    manifests = sorted(Path(root).rglob("manifest.json"), key=lambda path: path.stat().st_mtime_ns)
    read = {str(path.parent.relative_to(root)): json.loads(path.read_text()) for path in manifests}
    return {place: manifest["attempt"] for place, manifest in read.items() if "attempt" in manifest}


def of_counted_rounds(found: dict[str, str]) -> dict[str, str]:
    """Those of them that the loop goes on from: what came after the last checkpoint it does again."""
    rounds = {place: match for place in found if (match := ROUND.fullmatch(place))}
    last = max((int(match[1]) for match in rounds.values() if match[2] == "checkpoint"), default=0)
    behind = {place for place, match in rounds.items() if int(match[1]) < last}
    return {place: attempt for place, attempt in found.items() if place not in rounds or place in behind}


def add(seen: dict[str, str], found: dict[str, str]) -> None:
    """Add what was committed since; what was seen before was not committed again."""
    assert [place for place, attempt in found.items() if seen.setdefault(place, attempt) != attempt] == []


def require_undisturbed(store: Store, wanted: dict[str, str], seen: dict[str, str], last: Ended) -> None:
    """A run ended with the digests of one that was left alone. Nothing that was seen was committed again, and nothing
    of it lives on."""
    assert last.code == 0, last.errors
    assert difference(store.digests(), wanted) == ""
    add(seen, attempts(store.root))
    assert faulty_curves(f"sqlite:///{store.root}/mlflow.db", store.run().recipe.rounds) == ""
    assert store.survivors() == 0
