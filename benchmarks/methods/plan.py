"""The plan of what is run: settings, tuning, report, as comparisons."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import yaml

from astor.experiments.comparison import Comparison
from astor.experiments.methods import Method, load_method
from astor.experiments.overlay import merged, nested
from astor.recipe.load import override, read_recipe

HERE = Path(__file__).parent
CONFIGURATIONS = HERE / "configurations.json"
"""What tuning chose, and the digests of what that makes of each method: committed before the report is run."""


class Stage(NamedTuple):
    """A comparison, and how it is read."""

    comparison: Comparison
    reference: str
    never_useful: Sequence[str]
    seconds: float
    """What a run takes on one core."""


class Plan:
    """What `plan.yaml` says, as comparisons in a store."""

    def __init__(self, store: str) -> None:
        self.store = store
        self.says: dict[str, Any] = yaml.safe_load((HERE / "plan.yaml").read_text())

    def tuning(self) -> Stage:
        """Every trial of every arm, with one seed, on the families that nothing is reported on."""
        says = self.says["tuning"]
        methods = [
            Method(f"{arm}~{number}", merged(load_method(arm).overlay, nested(trial)))
            for arm in says["arms"]
            for number, trial in enumerate(self.trials())
        ]
        name = f"{says['setting']}-tuning"
        return self._stage(says["setting"], name, methods, [says["seed"]], says["set"], methods[0].name)

    def trials(self) -> list[dict[str, Any]]:
        """What is tried of every arm, as overlays."""
        trials: list[dict[str, Any]] = self.says["tuning"]["trials"]
        return trials

    def best(self, scores: Mapping[str, float]) -> int:
        """The trial that all arms together did best with, by what each arm came to with each."""
        arms = self.says["tuning"]["arms"]
        return max(range(len(self.trials())), key=lambda number: fmean(scores[f"{arm}~{number}"] for arm in arms))

    def report(self, setting: str, chosen: int, headline: bool = False) -> Stage:
        """The methods in a setting, each with the trial that was chosen; with `headline` those alone that have most
        seeds."""
        says = self.says["report"]
        names = [name for name in _flat(says["settings"][setting]) if name in says["headline"] or not headline]
        methods = [self._tuned(name, chosen, None if name in says["headline"] else says["few_seeds"]) for name in names]
        return self._stage(setting, setting, methods, range(says["seeds"]), {}, says["reference"])

    def settings(self) -> list[str]:
        """The settings of the report."""
        return list(self.says["report"]["settings"])

    def digests(self, chosen: int) -> dict[str, dict[str, str]]:
        """Setting → method → digest of its configuration."""
        stages = {setting: self.report(setting, chosen).comparison for setting in self.settings()}
        return {
            setting: {method.name: comparison.configuration(method) for method in comparison.methods}
            for setting, comparison in stages.items()
        }

    def _tuned(self, name: str, chosen: int, seeds: int | None) -> Method:
        method = load_method(name)
        return Method(name, merged(method.overlay, nested(self.trials()[chosen])), method.runs, seeds)

    def _stage(
        self,
        setting: str,
        name: str,
        methods: Sequence[Method],
        seeds: Sequence[int],
        changes: Mapping[str, Any],
        reference: str,
    ) -> Stage:
        says = self.says["settings"][setting]
        value = override(read_recipe(says["recipe"]), says["set"] | dict(changes), says["recipe"])
        comparison = Comparison(name, self.store, value, methods, tuple(seeds), says["budget"])
        return Stage(comparison, reference, says.get("never_useful", []), says["seconds"])


def read_configurations() -> dict[str, Any] | None:
    """What tuning chose; None before it was."""
    return json.loads(CONFIGURATIONS.read_text()) if CONFIGURATIONS.is_file() else None


def _flat(names: Sequence[Any]) -> list[str]:
    return [name for each in names for name in (each if isinstance(each, list) else [each])]
