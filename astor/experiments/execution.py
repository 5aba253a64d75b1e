"""Running what is left of a comparison, several runs side by side."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean

import yaml

from astor.errors import UserError
from astor.experiments.cell import Cell, Placed
from astor.experiments.children import Child, end_all
from astor.experiments.comparison import Comparison
from astor.experiments.figures import RunFigures, read_figures, require_common
from astor.experiments.notes import Notes
from astor.run.result import read_result

INTERVAL = 0.5
"""Seconds between looks at the processes."""
FIXED = 30.0
"""Seconds that a run takes beside training: its imports and evaluations, half of them before it (our choice)."""


@dataclass
class Standing:
    """How far a comparison has come, for who watches."""

    cells: list[Cell]
    figures: dict[str, RunFigures] = field(default_factory=dict)
    """By the name of the cell, of the runs that are finished."""
    running: dict[Cell, Child] = field(default_factory=dict)
    failed: dict[Cell, str] = field(default_factory=dict)
    """Why, in a sentence."""
    took: dict[float, list[float]] = field(default_factory=dict)
    """Work of a run → wall seconds of the processes of this command that ended with such a run."""

    def seconds_left(self, at_once: int) -> float | None:
        """Seconds to the end; None where nothing is known yet.

        A run is expected to take what those of equal work took here, others in proportion beside what every run costs;
        before any has ended, what one that trains takes by the share of its training that is done. One that still
        trains takes a quarter longer than it has at least, for a machine may have become slower.
        """
        going = {cell: self._left(cell, child) for cell, child in self.running.items()}
        waiting = [cell for cell in self.cells if self._waits(cell)]
        if any(math.isnan(each) for each in (*going.values(), *map(self._expected, waiting))):
            return None
        left = [*going.values(), *map(self._expected, waiting)]
        return max(sum(left) / at_once, *left) if left else 0.0

    def _waits(self, cell: Cell) -> bool:
        return cell.name not in self.figures and cell not in self.failed and cell not in self.running

    def _left(self, cell: Cell, child: Child) -> float:
        least = child.seconds / 4 if child.doing()[1] < 1 else 1.0
        return max(self._expected(cell) - child.seconds, least)

    def _expected(self, cell: Cell) -> float:
        """Seconds that a run should take in all; NaN where none has told yet."""
        if known := self.took.get(cell.work):
            return fmean(known)
        if self.took:
            work, known = max(self.took.items())
            return FIXED + max(fmean(known) - FIXED, 0.0) * cell.work / work
        shares = [(other.work, child.seconds, child.doing()[1]) for other, child in self.running.items()]
        rates = [max(seconds - FIXED / 2, 1.0) / (share * work) for work, seconds, share in shares if share > 0.02]
        return FIXED + fmean(rates) * cell.work if rates else math.nan


def begin(comparison: Comparison, notes: Notes) -> Standing:
    """What is finished already. UserError where that cannot be compared."""
    standing = Standing(comparison.cells())
    for cell in standing.cells:
        if all(part.name in standing.figures for part in cell.needs) and (found := _finished(comparison, notes, cell)):
            standing.figures[cell.name] = found
    require_common(standing.figures.values())
    return standing


def execute(
    comparison: Comparison, notes: Notes, standing: Standing, at_once: int, watch: Callable[[Standing], None]
) -> None:
    """Run what is not finished; `watch` is called twice a second, and after every change.

    A run that fails is noted in `standing`, with all that needs it, and the others go on. Interrupted, all runs are
    ended before this returns: the next call goes on where they were.

    Raises:
        UserError: a run had other prompts than the others, or began from another policy.
    """
    waiting = [cell for cell in standing.cells if cell.name not in standing.figures]
    try:
        while waiting or standing.running:
            for cell in list(waiting):
                if any(part in standing.failed for part in cell.needs):
                    standing.failed[cell] = "what it merges failed"
                    waiting.remove(cell)
                elif len(standing.running) < at_once and all(part.name in standing.figures for part in cell.needs):
                    standing.running[cell] = _start(comparison.place(cell), notes)
                    waiting.remove(cell)
            watch(standing)
            time.sleep(INTERVAL)
            for cell, child in list(standing.running.items()):
                if child.ended is not None:
                    _end(comparison, notes, standing, cell, child)
    finally:
        end_all(list(standing.running.values()))
    watch(standing)


def make_shared(comparison: Comparison, notes: Notes, watch: Callable[[Child], None]) -> None:
    """Make the data and the first policy that the runs share, where they are not there yet.

    Raises:
        UserError: that cannot be done.
    """
    recipes = [comparison.place(cell) for cell in comparison.cells() if not cell.needs]
    firsts = {placed.cell.method: placed for placed in reversed(recipes)}
    files = [str(_recipe_file(placed, notes)) for placed in firsts.values()]
    child = Child(["astor.experiments.shared", comparison.store, *files], notes.log("shared"), comparison.base.threads)
    try:
        while child.ended is None:
            watch(child)
            time.sleep(INTERVAL)
    finally:
        end_all([child])
    if child.ended:
        raise UserError(f"What the runs share could not be made: {child.reason()} ({child.log})")


def _start(placed: Placed, notes: Notes) -> Child:
    arguments = ["run", str(_recipe_file(placed, notes)), "--on", "process", "--store", placed.store]
    return Child(["astor.cli", *arguments], notes.log(placed.cell.name), placed.recipe.threads)


def _recipe_file(placed: Placed, notes: Notes) -> str:
    text = yaml.safe_dump(placed.recipe.model_dump(mode="json"), sort_keys=False)
    return str(notes.write(f"recipes/{placed.cell.name}.yaml", text))


def _end(comparison: Comparison, notes: Notes, standing: Standing, cell: Cell, child: Child) -> None:
    del standing.running[cell]
    found = _finished(comparison, notes, cell) if child.ended == 0 else None
    if found is None:
        standing.failed[cell] = f"{child.reason()} ({child.log})"
        return
    standing.figures[cell.name] = found
    require_common(standing.figures.values())
    standing.took.setdefault(cell.work, []).append(child.seconds)


def kept_name(comparison: Comparison, cell: Cell) -> str:
    """The name that a cell's figures are kept by: its run's, so that other settings are another run.

    A merge's is the cell's: its run is named after those that it merges, which may have been pruned.
    """
    return cell.name if cell.needs else comparison.place(cell).run().places.name


def _finished(comparison: Comparison, notes: Notes, cell: Cell) -> RunFigures | None:
    """What a cell's run came to; None where it is not finished."""
    name = kept_name(comparison, cell)
    found = notes.figures(name)
    if found is None:
        placed = comparison.place(cell)
        if (result := read_result(placed.run())) is None:
            return None
        found = read_figures(placed, result)
        notes.keep(name, found)
    return found.model_copy(update={"method": cell.method, "task": cell.task})
