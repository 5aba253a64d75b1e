"""Runs of the miniature recipe by commands, and what they must come to however they were run."""

import json
import os
import subprocess
from pathlib import Path

from astor.recipe.load import load_recipe, parse_overrides
from astor.run.run import Run
from astor.storage import committed

ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "MLFLOW_TRACKING_URI": ""}
THREE_ROUNDS = ["rounds=3", "rounds_per_segment=1", "checkpoint_every=1", "evaluation.every=2"]


def command(python: str, store: Path, on: str, overrides: list[str]) -> list[str]:
    settings = [part for override in overrides for part in ("--set", override)]
    return [python, "-m", "astor.cli", "run", "miniature", "--store", str(store), "--on", on, *settings]


def ran(python: str, store: Path, on: str, overrides: list[str]) -> subprocess.CompletedProcess[str]:
    arguments = command(python, store, on, overrides)
    return subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def finish(python: str, store: Path, on: str, overrides: list[str]) -> dict[str, object]:
    """Run to the end; the JSON of the last line."""
    done = ran(python, store, on, overrides)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def digests(store: Path, overrides: list[str]) -> dict[str, str]:
    """What must not depend on how a run was run: every state, and the last policy."""
    run = Run(str(store), load_recipe("miniature", parse_overrides(overrides)))
    rounds = run.recipe.rounds
    states = {
        f"state {round}": committed(run.places.at("rounds", round, "score")).manifest.parts["state"].digest
        for round in range(rounds)
    }
    last = committed(run.places.at("rounds", rounds, "checkpoint"))
    return states | {"policy": last.manifest.parts["policy"].digest}


def places(store: Path, overrides: list[str]) -> set[str]:
    """Where the run committed something, below its own place."""
    uri = Path(Run(str(store), load_recipe("miniature", parse_overrides(overrides))).places.uri)
    return {str(path.parent.relative_to(uri)) for path in uri.rglob("manifest.json")}
