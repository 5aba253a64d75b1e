"""A store goes to another place."""

import shutil
from pathlib import Path
from typing import Any

from hostile.command import Ended, Store, difference


def go_on(stopped: Store, directory: Path, wanted: dict[str, str]) -> dict[str, Any]:
    """A run that was stopped goes on where its store was moved to."""
    old = stopped.copy(directory / "old")
    moved = Store(str(shutil.move(old.root, directory / "new")))
    ended = moved.finish()
    if ended.code:
        return {"fault": f"rc {ended.code}: {ended.errors[-300:]}", "told": ""}
    again = "the warm start was made again" if "warm start" in ended.errors else ""
    return {"fault": _remade(old) or difference(moved.digests(), wanted) or again, "told": "same digests"}


def print_and_serve(finished: Store, whole: Ended, directory: Path) -> dict[str, Any]:
    """A run that is finished is printed again where its store was moved to, and its model can be served."""
    old = finished.copy(directory / "old")
    moved = Store(str(shutil.move(old.root, directory / "new")))
    ended = moved.finish()
    if ended.code or ended.result != whole.result:
        return {"fault": f"rc {ended.code}: {ended.errors[-300:] or ended.result}", "told": ""}
    answered = moved.finish("serve", "--model", "astor-miniature", "--alias", "challenger", "--host", "256.0.0.1")
    return {
        "fault": _remade(old) or ("" if "256.0.0.1" in answered.sentence else answered.errors[-300:]),
        "told": "the same result; its model is found and loaded",
    }


def _remade(old: Store) -> str:
    return f"{old.root} was made again" if Path(old.root).exists() else ""
