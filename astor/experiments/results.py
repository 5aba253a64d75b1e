"""The results of a comparison as one JSON value: every figure with the runs that it is from."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from astor.experiments.arms import Arm, Trial, make_arms
from astor.experiments.comparison import Comparison
from astor.experiments.figures import RunFigures
from astor.experiments.statistics import bootstrap_interval, difference_over_seeds, holm

MEAN, WORST = "mean", "worst"


class Results:
    """Arms with their figures, each compared with the reference arm over the seeds that both have."""

    def __init__(
        self, comparison: Comparison, figures: Mapping[str, RunFigures], reference: str, never_useful: Sequence[str]
    ) -> None:
        """`figures` are by the name of their cell, of the runs that are finished; `reference` is a method's name.

        Groups of `never_useful` tasks do not count as useful, nor do those of tasks with coins for verdicts.
        """
        self.comparison, self.figures = comparison, figures
        self.tasks = list(comparison.value["tasks"])
        coined = [key for key, task in comparison.base.tasks.items() if task.coin_share]
        self.never_useful = sorted({*never_useful, *coined})
        self.arms = self._make_arms()
        self.reference = next((arm for arm in self.arms if arm.name.partition(",")[0] == reference), None)

    def as_json(self) -> dict[str, Any]:
        """Everything, plain."""
        comparison = self.comparison
        items = next(iter(self.figures.values())).items
        return {
            "comparison": comparison.name,
            "recipe": comparison.base.name,
            "budget": comparison.length,
            "seeds": list(comparison.seeds),
            "held_out_prompts": {task: len(items[task]) for task in self.tasks},
            "evaluation_samples": comparison.base.evaluation.samples,
            "never_useful": self.never_useful,
            "reference": self.reference.name if self.reference else None,
            "thresholds": self.thresholds(),
            "before": self.before(),
            "configurations": {method.name: comparison.configuration(method) for method in comparison.methods},
            "arms": [self._arm(arm) for arm in self.arms],
            "differences": self.differences(),
            "runs": {name: figures.model_dump(exclude={"items"}) for name, figures in self.figures.items()},
            "missing": [cell.name for cell in comparison.cells() if cell.name not in self.figures],
        }

    def before(self) -> dict[str, dict[str, float]]:
        """Scores of the warm start, which all runs share, sampled and greedy; a mean over seeds of sampling."""
        runs = [run for run in self.figures.values() if run.rounds] or list(self.figures.values())
        keys = [*self.tasks, MEAN, WORST]
        return {
            "sampled": {key: float(np.mean([run.sampled_before[key] for run in runs])) for key in keys},
            "greedy": {key: float(np.mean([run.greedy_before[key] for run in runs])) for key in keys},
        }

    def thresholds(self) -> dict[str, float]:
        """What the reference arm ends with: mean and worst sampled score."""
        return {key: self.reference.mean(key) for key in (MEAN, WORST)} if self.reference else {}

    def differences(self) -> dict[str, dict[str, Any]]:
        """Arm → its differences from the reference in mean and worst sampled score, as intervals say them."""
        found: dict[str, dict[str, Any]] = {}
        for arm in self.arms:
            seeds = sorted(arm.trials.keys() & self.reference.trials.keys()) if self.reference else []
            if arm is self.reference or arm.is_part or not seeds or self.reference is None:
                continue
            pairs = [(arm.trials[seed], self.reference.trials[seed]) for seed in seeds]
            told = {key: self._difference(pairs, key) for key in (MEAN, WORST)}
            told[MEAN]["bootstrap"] = bootstrap_interval([self._items(*pair) for pair in pairs])
            found[arm.name] = told
        for key in (MEAN, WORST):
            for name, p in holm({name: told[key]["p"] for name, told in found.items()}).items():
                found[name][key]["p_holm"] = p
        return found

    def useful_per_rollout(self, trial: Trial) -> float:
        """Groups that taught something, for each rollout of training."""
        useful = sum(
            spending.informative
            for run in trial.runs
            for task, spending in run.spending.items()
            if task not in self.never_useful
        )
        return useful / max(sum(run.rollouts for run in trial.runs), 1)

    def _difference(self, pairs: Sequence[tuple[Trial, Trial]], key: str) -> dict[str, Any]:
        values = [arm.sampled[key] - reference.sampled[key] for arm, reference in pairs]
        of_reference = float(np.mean([reference.sampled[key] for _, reference in pairs]))
        told = difference_over_seeds(values)
        return told._asdict() | {"relative": told.value / of_reference if of_reference else None}

    def _items(self, arm: Trial, reference: Trial) -> dict[str, Any]:
        return {task: np.subtract(arm.items[task], reference.items[task]) for task in self.tasks}

    def _arm(self, arm: Arm) -> dict[str, Any]:
        trials = list(arm.trials.values())
        keys = [*self.tasks, MEAN, WORST]
        return {
            "name": arm.name,
            "is_part": arm.is_part,
            "seeds": sorted(arm.trials),
            "sampled": {key: arm.mean(key) for key in keys},
            "greedy": {key: arm.mean(key, greedy=True) for key in keys},
            "deviation": {key: _deviation([trial.sampled[key] for trial in trials]) for key in keys},
            "useful_per_rollout": float(np.mean([self.useful_per_rollout(trial) for trial in trials])),
            "tokens": float(np.mean([trial.tokens for trial in trials])),
            "prompts": float(np.mean([trial.prompts for trial in trials])),
            "seconds": float(np.mean([trial.seconds for trial in trials])),
            "tokens_to": {key: _reached(trials, key, at) for key, at in self.thresholds().items()},
            "shares": self._shares(trials),
            "curve": _curve(trials),
            "runs": sorted({run.run for trial in trials for run in trial.runs}),
        }

    def _shares(self, trials: Sequence[Trial]) -> dict[str, list[float]]:
        """Task → its share of the prompts in each section of the run, a mean over seeds; empty of several runs."""
        runs = [trial.runs[-1] for trial in trials if len(trial.runs) == 1 and trial.runs[-1].rounds]
        length = min((len(run.spending[self.tasks[0]].sections) for run in runs), default=0)
        return {
            task: [float(np.mean([run.spending[task].sections[at] for run in runs])) for at in range(length)]
            for task in self.tasks
            if length
        }

    def _make_arms(self) -> list[Arm]:
        arms: list[Arm] = []
        cells = self.comparison.cells()
        for method in self.comparison.methods:
            own = [cell for cell in cells if cell.method == method.name and not (method.runs.merge and cell.task)]
            runs = [self.figures[cell.name] for cell in own if cell.name in self.figures]
            parents = {
                cell.seed: [self.figures[part.name] for part in cell.needs if part.name in self.figures] for cell in own
            }
            arms += make_arms(method.name, runs, parents) if runs else []
        return arms


def _curve(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Evaluations along the run, a mean over seeds; empty of what several runs were made into."""
    curves = [trial.runs[-1].curve for trial in trials if len(trial.runs) == 1]
    length = min(map(len, curves), default=0)
    return [
        {
            "tokens": float(np.mean([curve[at].tokens for curve in curves])),
            "scores": {
                key: float(np.mean([curve[at].scores[key] for curve in curves])) for key in curves[0][at].scores
            },
        }
        for at in range(length)
    ]


def _reached(trials: Sequence[Trial], key: str, threshold: float) -> list[int | None]:
    """For each trial, tokens of training before the first evaluation at which the threshold was reached; None where it
    never was. Empty of what several runs were made into."""
    curves = [trial.runs[0].curve for trial in trials if len(trial.runs) == 1]
    return [next((point.tokens for point in curve if point.scores[key] >= threshold), None) for curve in curves]


def _deviation(values: Sequence[float]) -> float | None:
    return float(np.std(values, ddof=1)) if len(values) > 1 else None
