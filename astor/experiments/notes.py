"""The files of a comparison in a store: what it is, what each run came to, logs, results and report."""

import json
from pathlib import Path
from typing import Any

from astor.errors import UserError
from astor.experiments.comparison import Comparison
from astor.experiments.figures import RunFigures
from astor.storage import replacing

PLAN, RESULTS, REPORT = "comparison.json", "results.json", "report.html"


class Notes:
    """The directory `comparisons/NAME` of a local store. Every file is written whole or not at all."""

    def __init__(self, comparison: Comparison) -> None:
        """UserError where the store is no directory of this machine."""
        if "://" in comparison.store:
            raise UserError(
                f"A comparison runs on this machine, and {comparison.store} is elsewhere: name a directory."
            )
        self.directory = Path(comparison.store) / "comparisons" / comparison.name

    def begin(self, comparison: Comparison) -> None:
        """Write down what is compared, or check that it is what was; methods and seeds may come on top.

        Raises:
            UserError: the recipe, the budget or a method changed since.
        """
        now = {
            "recipe": comparison.base.model_dump(mode="json", exclude={"seed", "budget", "rounds"}),
            "budget": comparison.length,
            "methods": {method.name: method.digest for method in comparison.methods},
        }
        then = self._read(PLAN) or now
        again = "put that back, or give the comparison another --name"
        where = f"The comparison {comparison.name} in {comparison.store} was begun"
        if key := _differing(then["recipe"], now["recipe"]):
            raise UserError(f"{where} with another recipe, and {key} changed since: {again}.")
        if then["budget"] != now["budget"]:
            raise UserError(f"{where} with the budget {_told(then['budget'])}, not {_told(now['budget'])}: {again}.")
        for name, digest in now["methods"].items():
            if then["methods"].get(name, digest) != digest:
                raise UserError(f"{where} with another method {name}: {again}, or the method.")
        self.write(PLAN, json.dumps(now | {"methods": then["methods"] | now["methods"]}, indent=1))

    def figures(self, name: str) -> RunFigures | None:
        """What was written down by that name of what a run came to; None where nothing was."""
        found = self._read(f"figures/{name}.json")
        return RunFigures.model_validate(found) if found else None

    def keep(self, name: str, figures: RunFigures) -> None:
        """Write down what a run came to: it may be pruned from then on."""
        self.write(f"figures/{name}.json", figures.model_dump_json())

    def write(self, name: str, text: str) -> Path:
        """Write a file; where it is."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as draft:
            draft.write_text(text)
        return path

    def log(self, cell: str) -> Path:
        """The log of a cell's process."""
        path = self.directory / "logs" / f"{cell}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _read(self, name: str) -> Any:
        path = self.directory / name
        return json.loads(path.read_text()) if path.is_file() else None


def _differing(then: Any, now: Any, place: str = "") -> str:
    """The first key, dotted, whose value is another; empty where none is."""
    if then == now:
        return ""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in [*now, *(key for key in then if key not in now)]:
            if found := _differing(then.get(key), now.get(key), f"{place}.{key}".strip(".")):
                return found
    return place


def _told(budget: dict[str, int]) -> str:
    return ", ".join(f"{key}={limit}" for key, limit in budget.items())
