"""The processes of a comparison: each an ordinary run, ended with whoever started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from astor.recipe.recipe import Recipe
from astor.run.failure import find_failure
from astor.run.lifeline import VARIABLE
from astor.run.machine import cores
from astor.run.progress import WATCHED, read_progress

PATIENCE = 15.0
"""Seconds that interrupted runs get to tell MLflow that they were."""
MEMORY_MB = 1200
"""Of a run in process mode that has not been measured: torch and MLflow take most of it (our choice, measured 900)."""


class Child:
    """One process. It is in a session of its own: Ctrl-C reaches it through whoever started it, once."""

    def __init__(self, arguments: list[str], log: Path, threads: int) -> None:
        self.log, self.began = log, time.monotonic()
        self._progress = log.with_suffix(".progress")
        self._progress.unlink(missing_ok=True)
        environment = os.environ | {
            VARIABLE: str(os.getpid()),
            WATCHED: str(self._progress.absolute()),
            "OMP_NUM_THREADS": str(threads),
            "PYTHONUNBUFFERED": "1",
        }
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    @property
    def ended(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def doing(self) -> tuple[str, float]:
        """What it does, in words, and the share of its training that is done, in [0, 1]."""
        stages = read_progress(self._progress)
        trained = [done / max(total, 1) for name, done, total, _ in stages if name in ("rounds", "tokens", "prompts")]
        name, done, total, note = stages[-1] if stages else ("starting", 0, 0, "")
        told = f"{name} {done}/{total} {note}".strip() if total else name
        return told, trained[-1] if trained else 0.0

    def reason(self) -> str:
        """Why it failed, in its own words."""
        lines = self.log.read_text(errors="replace").splitlines()
        for line in reversed(lines):
            if found := find_failure(line) or line.partition("error: ")[2]:
                return found.strip()
        return lines[-1] if lines else "it said nothing"

    def interrupt(self) -> None:
        """Have it end as by Ctrl-C."""
        if self.ended is None:
            self._process.send_signal(signal.SIGINT)

    def wait(self, until: float) -> None:
        """Wait for its end; what still runs at `until`, by the monotonic clock, is killed with all that it started."""
        try:
            self._process.wait(max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def end_all(children: list[Child]) -> None:
    """Interrupt them all, and wait until they are gone."""
    for child in children:
        child.interrupt()
    until = time.monotonic() + PATIENCE
    for child in children:
        child.wait(until)


def room_for(recipe: Recipe, measured_mb: float | None) -> int:
    """Runs that cores and free memory have room for side by side, one at least.

    `measured_mb` is what a finished one took; None where none is known.
    """
    free = psutil.virtual_memory().available / 2**20
    at_once = recipe.processes * recipe.threads * (1 + recipe.staleness)
    return max(1, min(cores() // at_once, int(free // (measured_mb or MEMORY_MB))))
