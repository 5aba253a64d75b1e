"""A comparison: methods × seeds over one recipe, from one warm start and the same data, at equal budget."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from astor.errors import UserError
from astor.experiments.cell import Cell, Placed
from astor.experiments.methods import Method
from astor.experiments.overlay import filled, merged
from astor.recipe.load import parse_recipe
from astor.recipe.recipe import Recipe
from astor.run.begun import own_policy
from astor.run.result import read_result
from astor.storage import digest_json

T = TypeVar("T")
COMMON = ("data", "tasks", "policy", "evaluation", "seed", "budget", "rounds")
"""Keys that all methods share: what differed in them would be no matter of the method."""

TOTALS = ("mean", "worst")
"""Scores of all tasks together, which stand beside those of single tasks."""


@dataclass(frozen=True)
class Comparison:
    """What is compared, on what, how often and how long. Nothing is read or run by it but finished runs."""

    name: str
    store: str
    value: Mapping[str, Any]
    """The recipe as plain data, overrides applied."""
    methods: Sequence[Method]
    seeds: Sequence[int]
    budget: Mapping[str, int]
    """`tokens` or `prompts` of a run's training; empty: the recipe's own budget and rounds."""

    _known: dict[tuple[str, str], Recipe] = field(default_factory=dict, repr=False, compare=False)
    """Recipes by method and task: reading one takes long, for it asks all packages what they offer."""

    def __post_init__(self) -> None:
        """UserError where seeds or names collide, a method changes what all share, or two are the same run."""
        if not self.seeds:
            raise UserError("There is no seed to run with: give --seeds a number of one at least.")
        if (seed := _twice(self.seeds)) is not None:
            raise UserError(f"The seed {seed} stands twice in --seeds: their runs would be one, so name it once.")
        base, known = self.base, dict[str, str]()
        for method in self.methods:
            for key in COMMON:
                if key in method.overlay:
                    raise UserError(
                        f"The method {method.name} changes {key}, which all that is compared shares: take it out of it."
                    )
            digest = self.configuration(method)
            if digest in known:
                raise UserError(
                    f"The methods {known[digest]} and {method.name} make the same of {base.name}: leave one out."
                )
            known[digest] = method.name
        if taken := [task for task in TOTALS if task in base.tasks]:
            raise UserError(f"The task {taken[0]} is called like a score of all tasks: give it another key.")
        if name := _twice([cell.name for cell in self.cells()]):
            raise UserError(f"Two runs would be called {name}: give the file of one method another name.")

    @property
    def base(self) -> Recipe:
        """The recipe that all methods change."""
        return self._recipe(None, "", self.seeds[0])

    @property
    def length(self) -> dict[str, int]:
        """What ends a run of the whole budget: `tokens`, `prompts`, or the recipe's own of them and its `rounds`."""
        own = self.base.budget.model_dump(exclude_none=True)
        return dict(self.budget) or own | {"rounds": self.base.rounds}

    def configuration(self, method: Method) -> str:
        """Digest of what the method makes of the recipe, whatever the seed."""
        task = next(iter(self.value["tasks"])) if method.runs.per_task else ""
        return f"{self._recipe(method, task).digest}/{method.runs.merge or method.runs.per_task or ''}"

    def cells(self) -> list[Cell]:
        """Every run, seed by seed, so that methods keep pace with each other; a run stands behind what it needs.

        Merges share the runs of another method that says the same of them, where there is one.
        """
        cells: dict[tuple[str, ...], Cell] = {}
        ordered = sorted(self.methods, key=lambda method: method.runs.merge is not None)
        for place, seed in enumerate(self.seeds):
            for method in (each for each in ordered if each.seeds is None or place < each.seeds):
                if not method.runs.per_task:
                    cells[method.name, str(seed)] = Cell(method.name, seed)
                    continue
                work = 1 / self._parts(method)
                parts = []
                for task in self.value["tasks"]:
                    key = (digest_json([method.overlay, method.runs.per_task]), task, str(seed))
                    parts.append(cells.setdefault(key, Cell(method.name, seed, task, work)))
                if method.runs.merge:
                    cells[method.name, str(seed)] = Cell(method.name, seed, work=0.05, needs=tuple(parts))
        return list(cells.values())

    def place(self, cell: Cell) -> Placed:
        """The cell with its recipe. UserError where what it merges is not there."""
        method = self.method(cell.method)
        recipe = self._merge(method, cell) if cell.needs else self._recipe(method, cell.task, cell.seed, cell.name)
        return Placed(cell, recipe, self.store)

    def method(self, name: str) -> Method:
        """The method of that name."""
        return next(method for method in self.methods if method.name == name)

    def _parts(self, method: Method) -> int:
        return len(self.value["tasks"]) if method.runs.per_task == "split" else 1

    def _recipe(self, method: Method | None, task: str, seed: int = 0, name: str = "") -> Recipe:
        """The recipe of a run, by its name in MLflow; of a method of None as it is."""
        recipe = self._parsed(method, task)
        tracking = {"experiment": self.name, "model": f"{self.name}-{name}"} if name else {}
        # A copy of what has no digest yet, which would be copied with it.
        return recipe.model_copy(update={"seed": seed, "tracking": recipe.tracking.model_copy(update=tracking)})

    def _parsed(self, method: Method | None, task: str) -> Recipe:
        """UserError where a part of the budget is no whole round."""
        key = (method.name if method else "", task)
        if key not in self._known:
            value = dict(self.value)
            if method:
                value = merged(value, filled(method.overlay, task) if task else method.overlay)
            if self.budget:
                value["budget"] = dict(self.budget)
            parts = self._parts(method) if method else 1
            if parts > 1:
                limits = self.base.budget.model_dump(exclude_none=True)
                value["budget"] = {unit: limit // parts for unit, limit in limits.items()}
            recipe = parse_recipe(value, where=f"{self.name} with the method {method.name}" if method else self.name)
            rounds = most_rounds(recipe) if self.budget else recipe.rounds // parts
            if method and recipe.rounds and not rounds:
                raise UserError(
                    f"The method {method.name} divides {recipe.rounds} rounds among {parts} tasks: give it {parts} at "
                    "least, or leave it out."
                )
            self._known[key] = recipe.model_copy(update={"rounds": rounds})
        return self._known[key]

    def _merge(self, method: Method, cell: Cell) -> Recipe:
        runs = [self.place(part).run() for part in cell.needs]
        results, base = [read_result(run) for run in runs], own_policy(runs[0])
        if base is None or not all(results):
            raise UserError(f"What {cell.told} merges has not been run: run the comparison again.")
        paths = [result["policy"] for result in results if result]
        policy = {"type": "merge", "by": method.runs.merge, "base": base.committed.uri, "paths": paths}
        recipe = self._recipe(method, cell.needs[0].task, cell.seed, cell.name)
        value = recipe.model_dump(mode="json", exclude={"budget"}) | {"policy": policy, "rounds": 0}
        return parse_recipe(value, where=cell.told)


def _twice(values: Sequence[T]) -> T | None:
    """The first value that stands there more than once."""
    return next((value for value, times in Counter(values).items() if times > 1), None)


def most_rounds(recipe: Recipe) -> int:
    """More rounds than the budget can hold: each answer has one token at least."""
    budget, prompts = recipe.budget, recipe.batch.prompts
    limits = [budget.prompts // prompts] if budget.prompts else []
    limits += [budget.tokens // (prompts * recipe.batch.rollouts)] if budget.tokens else []
    return min(limits)
