"""A cell of a comparison: one run of one method with one seed."""

from dataclasses import dataclass

from astor.recipe.recipe import Recipe
from astor.run.run import Run


@dataclass(frozen=True)
class Cell:
    """One run, by its method, its seed and, of a method with a run for each task, the task."""

    method: str
    seed: int
    task: str = ""
    """The task that alone is trained; empty where all are."""
    work: float = 1.0
    """What it takes, relative to a run of the whole budget."""
    needs: tuple["Cell", ...] = ()
    """What must have been run before."""

    @property
    def name(self) -> str:
        """Its name among the comparison's files: `specialists-io_prediction-3`."""
        return "-".join([self.method, *([self.task] if self.task else []), str(self.seed)])

    @property
    def told(self) -> str:
        """Its name for people."""
        return f"{self.method}{f' on {self.task}' if self.task else ''}, seed {self.seed}"


@dataclass(frozen=True)
class Placed:
    """A cell whose recipe is known: that of a merge is, as soon as what it merges has ended."""

    cell: Cell
    recipe: Recipe
    store: str

    def run(self) -> Run:
        """The run, with nothing in memory yet."""
        return Run(self.store, self.recipe)
