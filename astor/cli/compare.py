"""`astor compare`: what is asked for, how far it has come, and the table at the end."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from astor.errors import UserError
from astor.experiments.children import Child, room_for
from astor.experiments.comparison import Comparison
from astor.experiments.execution import Standing, begin, execute, make_shared
from astor.experiments.methods import load_methods
from astor.experiments.notes import REPORT, RESULTS, Notes
from astor.experiments.results import Results
from astor.recipe.load import override, read_recipe
from astor.run.preflight import preflight

console = Console(stderr=True, highlight=False)
EVERY = 60.0
"""Seconds between lines about runs that go on, where there is no terminal."""


def read_comparison(
    recipe: str, overrides: Mapping[str, Any], methods: str, seeds: str, budget: str, store: str, name: str
) -> Comparison:
    """The comparison that the command line asks for.

    Raises:
        UserError: something in it does not exist, collides, or is no number.
    """
    value = read_recipe(recipe)
    for key in ("seed", "budget"):
        if any(each.partition(".")[0] == key for each in overrides):
            raise UserError(f"--set {key} is the same for all runs here: use --{key}{'s' if key == 'seed' else ''}.")
    value = override(value, overrides, recipe)
    return Comparison(
        name=name or str(value.get("name", Path(recipe).stem)),
        store=store,
        value=value,
        methods=load_methods([each.strip() for each in methods.split(",") if each.strip()]),
        seeds=_seeds(seeds),
        budget=_budget(budget),
    )


def print_comparison(comparison: Comparison) -> None:
    """Print, as YAML comments, what would be run; start nothing."""
    preflight(comparison.place(comparison.cells()[0]).run(), writes=False)
    notes = Notes(comparison)
    standing = begin(comparison, notes)
    for method in comparison.methods:
        typer.echo(f"# {method.name:<24} configuration {comparison.configuration(method)[:12]}")
    for cell in standing.cells:
        done = "finished" if cell.name in standing.figures else "to be run"
        typer.echo(f"# {cell.told:<44} {done}")


def compare(comparison: Comparison, at_once: int, reference: str, never_useful: Sequence[str]) -> None:
    """Run what is left, write results and report, and print the table; the last line is JSON.

    Raises:
        UserError: something that was begun has changed since, or a run failed; what the others came to is written.
    """
    names = [method.name for method in comparison.methods]
    if reference and reference not in names:
        raise UserError(f"--reference names {reference!r}, which is not compared: it is one of {', '.join(names)}.")
    for task in never_useful:
        if task not in comparison.base.tasks:
            raise UserError(f"--never-useful names {task!r}: the tasks are {', '.join(comparison.base.tasks)}.")
    notes = Notes(comparison)
    notes.begin(comparison)
    standing = begin(comparison, notes)
    with Watch(len(standing.cells)) as watch:
        if len(standing.figures) < len(standing.cells):
            preflight(comparison.place(standing.cells[0]).run(), writes=True)
            if len(standing.cells) - len(standing.figures) > 1:
                make_shared(comparison, notes, watch.prepare)
            measured = max((each.peak_rss_mb for each in standing.figures.values()), default=None)
            watch.at_once = at_once or room_for(comparison.base, measured)
            execute(comparison, notes, standing, watch.at_once, watch)
    if standing.figures:
        results = Results(comparison, standing.figures, reference or names[0], never_useful)
        print_results(results, notes)
    if standing.failed:
        cell, reason = next(iter(standing.failed.items()))
        more = f", and {len(standing.failed) - 1} more" if len(standing.failed) > 1 else ""
        raise UserError(f"{cell.told}{more} failed: {reason}")


def print_results(results: Results, notes: Notes) -> None:
    """Write results and report, and print the table; the last line is JSON."""
    from astor.experiments.page import render_page  # Its pictures bring matplotlib.

    found = results.as_json()
    written = notes.write(RESULTS, json.dumps(found, indent=1))
    page = notes.write(REPORT, render_page(found))
    table = Table(
        "method", "seeds", "mean", "worst", "greedy mean", "difference in mean", "useful/100", title="Held-out"
    )
    for arm in found["arms"]:
        if not arm["is_part"]:
            table.add_row(*_row(arm, found))
    console.print(table)
    console.print(f"results  {written}\nreport   {page}", markup=False, soft_wrap=True)
    means = {arm["name"]: round(arm["sampled"]["mean"], 4) for arm in found["arms"] if not arm["is_part"]}
    typer.echo(json.dumps({"mean": means, "missing": len(found["missing"]), "results": str(written)}))


class Watch:
    """Progress on the terminal: a bar over all runs, and a line for each that goes on; lines where it is none."""

    def __init__(self, total: int) -> None:
        self.at_once = 1
        columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, TextColumn("{task.fields[note]}"), console=console)
        self._progress.disable = not console.is_terminal
        self._bar = self._progress.add_task("runs", total=total, note="")
        self._lines: dict[str, Any] = {}
        self._told, self._at = -1, 0.0

    def __enter__(self) -> "Watch":
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: Any) -> None:
        self._progress.stop()
        if kind is KeyboardInterrupt:
            console.print("Interrupted, and all runs are ended: the same command goes on where this one was stopped.")

    def prepare(self, child: Child) -> None:
        """Show the making of what runs share."""
        self._show({"shared": child.doing()}, 0, "")

    def __call__(self, standing: Standing) -> None:
        left = standing.seconds_left(self.at_once)
        told = "" if left is None else f"about {_duration(left)} left"
        failed = f", {len(standing.failed)} failed" if standing.failed else ""
        lines = {cell.told: child.doing() for cell, child in standing.running.items()}
        self._show(lines, len(standing.figures), told + failed)

    def _show(self, lines: Mapping[str, tuple[str, float]], done: int, note: str) -> None:
        """`lines` has what each process does, and how much of its training is done, in [0, 1]."""
        self._progress.update(self._bar, completed=done, note=note)
        for name in [name for name in self._lines if name not in lines]:
            self._progress.remove_task(self._lines.pop(name))
        for name, (doing, share) in lines.items():
            if name not in self._lines:
                self._lines[name] = self._progress.add_task(f"  {name}", total=100, note="")
            self._progress.update(self._lines[name], completed=int(100 * share), note=doing)
        if not console.is_terminal and (done != self._told or time.monotonic() - self._at > EVERY):
            going = "; ".join(f"{name}: {doing}" for name, (doing, _) in lines.items())
            said = ", ".join(filter(None, (f"{done} runs finished", note)))
            console.print(f"{said}. {going}".strip(), markup=False, soft_wrap=True)
            self._told, self._at = done, time.monotonic()


def _seeds(text: str) -> tuple[int, ...]:
    """`5` is 0 to 4; `0,3,7` is as it stands."""
    try:
        seeds = tuple(int(each) for each in text.split(","))
    except ValueError:
        raise UserError(f"--seeds is {text!r}: give a number of seeds, or seeds with commas, as 0,1,2.") from None
    if min(seeds) < 0:
        raise UserError(f"--seeds is {text!r}: seeds are 0 or more.")
    return seeds if "," in text else tuple(range(seeds[0]))


def _budget(text: str) -> dict[str, int]:
    if not text:
        return {}
    key, _, limit = text.partition("=")
    if key not in ("tokens", "prompts") or not limit.replace("_", "").isdecimal() or not int(limit):
        raise UserError(f"--budget is {text!r}: write tokens=N or prompts=N.")
    return {key: int(limit)}


def _row(arm: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    difference = found["differences"].get(arm["name"], {}).get("mean")
    told = "reference" if arm["name"] == found["reference"] else ""
    if difference:
        low, high = difference["low"], difference["high"]
        told = f"{difference['value']:+.3f}" + ("" if low is None else f" [{low:+.3f}, {high:+.3f}]")
    scores = (arm["sampled"]["mean"], arm["sampled"]["worst"], arm["greedy"]["mean"])
    figures = [f"{score:.3f}" for score in scores]
    return [arm["name"], str(len(arm["seeds"])), *figures, told, f"{100 * arm['useful_per_rollout']:.1f}"]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
