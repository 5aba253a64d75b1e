"""The plan of what is run: settings, tuning, report, as comparisons."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from astor.errors import UserError
from astor.experiments.comparison import Comparison
from astor.experiments.methods import Method, load_method
from astor.experiments.overlay import merged, nested
from astor.recipe.load import override, read_recipe

HERE = Path(__file__).parent
CONFIGURATIONS = HERE / "configurations.json"
"""What tuning chose for each method, and the digests of what that makes: committed before the report is run."""
BEST = 2
"""Trials of an arm that are tuned with all seeds (our choice: most differ by less than seeds do)."""


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

    def tuning(self, again: Collection[str] = ()) -> Stage:
        """Every trial of every arm, on the families that nothing is reported on: with one seed, and those named in
        `again` with further ones."""
        says = self.says["tuning"]
        methods = [
            Method(name, merged(load_method(arm).overlay, nested(trial)), seeds=None if name in again else 1)
            for arm in says["arms"]
            for name, trial in zip(self.trial_names(arm), self.trials(arm), strict=True)
        ]
        seeds = says["seeds"] if again else says["seeds"][:1]
        name = f"{says['setting']}-tuning"
        return self._stage(says["setting"], name, methods, seeds, says["set"], methods[0].name)

    def tuned_again(self, scores: Mapping[str, float]) -> list[str]:
        """The trials that get further seeds, by what each came to with one: the best two of each arm that gets any."""
        return [
            name
            for arm in self.says["tuning"]["again"]
            for name in sorted(self.trial_names(arm), key=lambda name: -scores[name])[:BEST]
        ]

    def trial_names(self, arm: str) -> list[str]:
        """The names of an arm's trials."""
        return [f"{arm}~{number}" for number in range(len(self.trials(arm)))]

    def trials(self, arm: str) -> list[dict[str, Any]]:
        """What is tried of an arm, as overlays; six of every one."""
        trials: list[dict[str, Any]] = self.says["tuning"]["trials"].get(arm, self.says["tuning"]["trials"]["default"])
        if len(trials) != 6:
            raise UserError(f"plan.yaml tries {arm} {len(trials)} times: every arm gets six trials.")
        return trials

    def report(self, setting: str, chosen: Mapping[str, int], headline: bool = False) -> Stage:
        """The methods in a setting, each as its tuning chose; with `headline` those alone that have most seeds."""
        says = self.says["report"]
        names = [name for name in _flat(says["settings"][setting]) if name in says["headline"] or not headline]
        methods = [self._tuned(name, chosen, None if name in says["headline"] else says["few_seeds"]) for name in names]
        return self._stage(setting, setting, methods, range(says["seeds"]), {}, says["reference"])

    def settings(self) -> list[str]:
        """The settings of the report."""
        return list(self.says["report"]["settings"])

    def digests(self, chosen: Mapping[str, int]) -> dict[str, dict[str, str]]:
        """Setting → method → digest of its configuration."""
        stages = {setting: self.report(setting, chosen).comparison for setting in self.settings()}
        return {
            setting: {method.name: comparison.configuration(method) for method in comparison.methods}
            for setting, comparison in stages.items()
        }

    def _tuned(self, name: str, chosen: Mapping[str, int], seeds: int | None) -> Method:
        method, arm = load_method(name), self.says["tuning"]["like"].get(name, name)
        return Method(name, merged(method.overlay, nested(self.trials(arm)[chosen[arm]])), method.runs, seeds)

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
