"""The runs of a store, read from what they committed; nothing is written."""

import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from astor.errors import UserError, explain
from astor.recipe.load import parse_recipe, parse_yaml
from astor.records import Scores
from astor.run.environment import read_environments
from astor.run.history import held_out_evaluations, read_summary
from astor.run.lock import is_held
from astor.run.pruned import MARK
from astor.run.run import RECIPE, Run
from astor.storage import MANIFEST, Entry, committed, locate

QUIET = 3600.0
"""Seconds without a new file after which a run in a remote store counts as interrupted (our choice: a step of a large
model takes minutes). Tasks on a cluster hold no lock."""

RunState = Literal["finished", "running", "going on", "interrupted", "damaged"]
"""`running`: a command of this machine holds its lock. `going on`: in a remote store, and written to lately."""


class ListedRun(NamedTuple):
    """One run as a list of runs shows it. What is unknown, or not there yet, is None."""

    name: str
    uri: str
    state: RunState
    rounds_done: int
    """Rounds whose records are committed."""
    rounds: int | None
    """Rounds of the recipe."""
    score_before: float | None
    """Mean over tasks of the first policy's sampled scores on held-out prompts."""
    score_after: float | None
    """That of the latest policy that was evaluated; None where that is the first one."""
    bytes: int
    model: str | None
    """Registered model and version, as `astor/3`."""
    begun: str | None
    """UTC, ISO 8601."""
    changed: str
    """When it last wrote a file: UTC, ISO 8601."""
    problem: str | None
    """What is wrong with a run that is damaged, in a sentence."""


def list_runs(root: str) -> list[ListedRun]:
    """The runs of the store `root`, the one that changed last first. A damaged one is named, and stops nothing."""
    listed = [_describe(root, name, files) for name, files in files_of_runs(root).items()]
    return sorted(listed, key=lambda run: run.changed, reverse=True)


def files_of_runs(root: str) -> dict[str, dict[str, Entry]]:
    """Name of each run → path below it → what lies there."""
    store, key = locate(f"{root.rstrip('/')}/runs")
    runs: defaultdict[str, dict[str, Entry]] = defaultdict(dict)
    for path, entry in store.entries(key).items():
        name, below, rest = path.removeprefix(f"{key}/").partition("/")
        if below and not name.startswith("."):
            runs[name][rest] = entry
    return dict(runs)


def open_run(root: str, name: str) -> Run:
    """The run called `name`, by the recipe that it committed, whatever this version would call it.

    Raises:
        UserError: it committed none, or one that cannot be read.
    """
    uri = f"{root.rstrip('/')}/runs/{name}/recipe"
    text = (committed(uri).part("recipe") / RECIPE).read_text()
    return Run(root, parse_recipe(parse_yaml(text, uri), where=uri), name)


def _describe(root: str, name: str, files: Mapping[str, Entry]) -> ListedRun:
    uri = f"{root.rstrip('/')}/runs/{name}"
    changed = max(entry.changed for path, entry in files.items() if path != MARK or len(files) == 1)
    listed = ListedRun(
        name=name,
        uri=uri,
        state=_unfinished(uri, changed),
        rounds_done=_rounds_done(files),
        rounds=None,
        score_before=None,
        score_after=None,
        bytes=sum(entry.bytes for entry in files.values()),
        model=None,
        begun=None,
        changed=datetime.fromtimestamp(changed, UTC).isoformat(timespec="milliseconds"),
        problem=None,
    )
    if f"recipe/{MANIFEST}" not in files:
        return listed  # It has only just begun, or never came further.
    try:
        run = open_run(root, name)
        listed = listed._replace(rounds=run.recipe.rounds)
        if environments := read_environments(run.places):
            listed = listed._replace(begun=environments[0].began)
        if run.artifacts.find(run.places.result) and listed.state != "running":
            listed = listed._replace(state="finished", model=read_summary(run)["model"])
        evaluated: list[Scores] = [run.artifacts.read(one, "scores") for one in held_out_evaluations(run)]
        means = [scores.value("all", "mean") for scores in evaluated if scores.round <= run.recipe.rounds]
        return listed._replace(
            score_before=means[0] if means else None, score_after=means[-1] if len(means) > 1 else None
        )
    except (UserError, ValueError, KeyError, OSError) as error:  # one run's trouble is not the others'
        return listed._replace(state="damaged", problem=explain(error) or f"{uri} cannot be read: {error}")


def _unfinished(uri: str, changed: float) -> RunState:
    if "://" in uri:
        return "going on" if time.time() - changed < QUIET else "interrupted"
    return "running" if is_held(uri) else "interrupted"


def _rounds_done(files: Mapping[str, Entry]) -> int:
    done = 0
    while all(f"rounds/{done:05d}/{step}/{MANIFEST}" in files for step in ("score", "update")):
        done += 1
    return done
