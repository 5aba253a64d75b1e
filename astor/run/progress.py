"""What a run is doing now, for whoever watches: a log line, or a small file that a watcher in another process reads."""

import json
import logging
import os
from pathlib import Path

from astor.storage import replacing

logger = logging.getLogger("astor")
WATCHED = "ASTOR_PROGRESS"
"""Environment variable that names the file."""


def report_progress(stage: str, done: int, total: int, note: str = "") -> None:
    """Say that `stage` has `done` of `total` steps behind it."""
    watched = os.environ.get(WATCHED)
    if not watched:
        logger.info("%s %d/%d %s", stage, done, total, note)
        return
    with replacing(Path(watched)) as draft:
        draft.write_text(json.dumps({"stage": stage, "done": done, "total": total, "note": note}))


def read_progress(path: Path) -> tuple[str, int, int, str] | None:
    """Stage, done, total and note as last reported, or None before the first report."""
    try:
        value = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return value["stage"], value["done"], value["total"], value["note"]
