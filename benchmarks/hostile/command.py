"""The command under test, and what a run of it comes to whatever happens to it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from astor.recipe.load import load_recipe, parse_overrides
from astor.run.run import Run
from astor.storage import DamagedError, find

RECIPE = "miniature"
OF_THE_PLACE = {"champion", "pages", "summary"}
"""Parts that hold paths, dates and seconds."""


@dataclass
class Store:
    """A store, and the runner whose command writes into it."""

    root: str
    on: str = "process"
    mlflow: str = ""
    overrides: tuple[str, ...] = ()
    """Of the recipe, each as `key=value`."""
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Stands in the environment of every process of its commands."""

    def copy(self, root: Path) -> "Store":
        """All of it at another place."""
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.root, root)
        return Store(str(root), self.on)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """`astor run`, or another command with the store."""
        changed = [word for override in self.overrides for word in ("--set", override)]
        given = arguments or ("run", RECIPE, "--on", self.on, *changed)
        environment = os.environ | {"OMP_NUM_THREADS": "1", "MLFLOW_TRACKING_URI": self.mlflow}
        return subprocess.Popen(
            [sys.executable, "-m", "astor.cli", *given, "--store", self.root],
            env=environment | {"ASTOR_HOSTILITY": self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, *arguments: str) -> "Ended":
        """The command, left alone."""
        process = self.start(*arguments)
        output, errors = process.communicate()
        return Ended(process.returncode, output, errors)

    def run(self) -> Run:
        return Run(self.root, load_recipe(RECIPE, parse_overrides(self.overrides)))

    def has(self, *place: str | int) -> bool:
        """Whether the run has committed something there."""
        run = self.run()
        return run.artifacts.find(run.places.at(*place)) is not None

    def stop_at(self, *place: str | int) -> None:
        """Kill the command once the run has committed something at `place`."""
        process = self.start()
        while not self.has(*place):
            if process.poll() is not None:
                raise RuntimeError(f"the run ended before it had {place}: {process.communicate()[1]}")
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()

    def digests(self) -> dict[str, str]:
        """Place and part of all that the run committed → digest; a damaged place says that it is."""
        places = self.run().places
        found: dict[str, str] = {}
        for place in sorted(places.committed_below()):
            try:
                artifact = find(places.at(place))
            except DamagedError as damage:
                found[place] = damage.reason
                continue
            assert artifact is not None, "it was committed"
            parts = {name: part.digest for name, part in artifact.manifest.parts.items() if name not in OF_THE_PLACE}
            found |= {f"{place}/{name}": digest for name, digest in parts.items()}
        return found

    def survivors(self, seconds: float = 2.0) -> int:
        """Processes of its commands that still live after so long."""
        mark, deadline = self.mark.encode(), time.monotonic() + seconds
        while (living := sum(mark in _environ(path) for path in Path("/proc").glob("[0-9]*"))) > 0:
            if time.monotonic() > deadline:
                return living
            time.sleep(0.05)
        return 0


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    output: str
    errors: str

    @property
    def result(self) -> dict[str, Any]:
        """The last line, without what belongs to its place."""
        last: dict[str, Any] = json.loads(self.output.splitlines()[-1])
        return {name: value for name, value in last.items() if name not in ("policy", "report")}

    @property
    def scores(self) -> tuple[Any, Any]:
        return self.result["scores_before"], self.result["scores_after"]

    @property
    def sentence(self) -> str:
        """What it says went wrong; empty where it is not one sentence and exit code 2."""
        lines = [line for line in self.errors.splitlines() if line.startswith("error: ")]
        told = self.errors.rpartition("error: ")[2].strip()
        return told if self.code == 2 and len(lines) == 1 and "Traceback" not in self.errors else ""


def difference(found: dict[str, str], wanted: dict[str, str]) -> str:
    """The first thing that differs, and of how many; empty where none does."""
    others = sorted(key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key))
    return f"{len(others)} parts differ, as {others[0]}" if others else ""


def once(rows: Path, name: str, check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The row of a check: from the file of those that were done, else of doing it. It is written down, and printed."""
    done = [json.loads(line) for line in rows.read_text().splitlines()] if rows.exists() else []
    row = next((row for row in done if row["check"] == name), None)
    if row is None:
        began = time.monotonic()
        row = {"check": name} | check()
        row["seconds"] = round(time.monotonic() - began, 1)
        with rows.open("a") as file:
            file.write(json.dumps(row) + "\n")
    print(f"{'FAULT' if row['fault'] else 'ok':<6} {name:<44} {row['fault'] or row['told']}", flush=True)
    return row


def _environ(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:  # it has ended, or is not ours
        return b""
