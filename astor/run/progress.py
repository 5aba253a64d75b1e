"""What a run is doing now, for whoever watches: a log line, or a small file that a watcher in another process reads."""

import json
import logging
import os
import time
from contextlib import suppress
from pathlib import Path

logger = logging.getLogger("astor")
WATCHED = "ASTOR_PROGRESS"
"""Environment variable that names the file."""
LENGTH = 4096
"""Bytes of what is written, always as many: one write, which nobody reads half of."""
KEPT = 6
"""Latest stages that are written, for a watcher looks now and then and would miss how the one before ended."""
MOST_CHARACTERS = 60
"""Characters of a stage or a note."""
INTERVAL = 0.2
"""Seconds in which a stage that has begun and not ended is reported once: steps may report as often as they like."""
LIBRARIES = "libraries"
"""The stage in which torch and what needs it are imported."""
EVALUATION = 3
"""Parts of an evaluation: sampled answers, greedy ones, and the judging of all."""
Stage = tuple[str, int, int, str]
"""Name, done, total and note."""
_stages: dict[str, Stage] = {}
_last: tuple[str, float] = ("", 0.0)


def report_progress(stage: str, done: int, total: int, note: str = "") -> None:
    """Say that `stage`, in a user's words, has `done` of `total` steps behind it; 0: nobody knows how many there are.

    Whether anybody can be told is no matter of the run's: a file that cannot be written is left alone.
    """
    global _last
    watched, now = os.environ.get(WATCHED), time.monotonic()
    if not watched:
        logger.info("%s %d/%d %s", stage, done, total, note)
        return
    if stage == _last[0] and 0 < done != total and now - _last[1] < INTERVAL:
        return
    _last = stage, now
    _stages.pop(stage, None)
    _stages[stage] = stage[:MOST_CHARACTERS], done, total, note[:MOST_CHARACTERS]
    said = json.dumps(list(_stages.values())[-KEPT:], ensure_ascii=False).encode()
    with suppress(OSError):
        descriptor = os.open(watched, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, said.ljust(LENGTH), 0)
        finally:
            os.close(descriptor)


def forget_progress() -> None:
    """Report nothing again of what this process has reported: another one may have gone on with it."""
    _stages.clear()


def read_progress(path: Path) -> list[Stage]:
    """The latest stages as they were last reported, the latest one last; empty before the first report."""
    try:
        return [(stage, done, total, note) for stage, done, total, note in json.loads(path.read_bytes())]
    except (OSError, ValueError):
        return []


def evaluation_stage(uri: str) -> str:
    """What an evaluation is called whose artifacts lie at `evaluations/SPLIT-DIGEST/…`."""
    split, _, digest = uri.rpartition("/")[0].rpartition("/")[2].rpartition("-")
    return f"evaluation {split.replace('_', '-')} {digest[:6]}"
