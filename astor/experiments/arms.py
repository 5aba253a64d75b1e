"""Arms: what stands in a row of a comparison's tables. Specialists make several of one method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from astor.experiments.figures import RunFigures

Scores = Mapping[str, float]


@dataclass(frozen=True)
class Trial:
    """One seed of an arm. Of the best specialist of each task it is put together from several runs."""

    sampled: Scores
    greedy: Scores
    items: Mapping[str, Sequence[float]]
    runs: tuple[RunFigures, ...]
    """The runs that it was made from, or that had to be run to find it."""

    @property
    def tokens(self) -> int:
        """Generated in training by all of its runs."""
        return sum(run.tokens for run in self.runs)

    @property
    def prompts(self) -> int:
        return sum(run.prompts for run in self.runs)

    @property
    def seconds(self) -> float:
        return sum(run.seconds for run in self.runs)


@dataclass(frozen=True)
class Arm:
    """A name, and a trial for each seed."""

    name: str
    trials: Mapping[int, Trial]
    is_part: bool = False
    """Whether it is one of a method's specialists, which are told beside the methods and not compared with them."""

    def mean(self, key: str, greedy: bool = False) -> float:
        """Mean over seeds of a task's score, of `mean` or of `worst`."""
        return float(np.mean([(trial.greedy if greedy else trial.sampled)[key] for trial in self.trials.values()]))


def make_arms(method: str, runs: Sequence[RunFigures], merged_from: Mapping[int, Sequence[RunFigures]]) -> list[Arm]:
    """The arms of one method from its runs: one; or the specialists and, in both readings, the best of them.

    `single` is the specialist with the highest mean over all tasks, `per task` has each task's score from the
    specialist that is best at it; both are chosen by their mean over seeds, so that no seed's luck is picked. Of a
    merge, `merged_from` has the runs that were merged, by seed: they are part of its cost.
    """
    if not any(run.task for run in runs):
        trials = {run.seed: _trial(run, (*merged_from.get(run.seed, ()), run)) for run in runs}
        return [Arm(method, trials)]
    tasks = list(dict.fromkeys(run.task for run in runs))
    by_seed = {seed: {run.task: run for run in runs if run.seed == seed} for seed in {run.seed for run in runs}}
    whole = {seed: of_seed for seed, of_seed in sorted(by_seed.items()) if len(of_seed) == len(tasks)}
    parts = {task: Arm(f"{method}: {task}", {s: _trial(of[task], (of[task],)) for s, of in whole.items()}, True)
             for task in tasks}  # fmt: skip
    if not whole:
        return []
    best = max(tasks, key=lambda task: parts[task].mean("mean"))
    chosen = {task: _best_at(task, parts) for task in tasks}
    single = {seed: _trial(of_seed[best], tuple(of_seed.values())) for seed, of_seed in whole.items()}
    joined = {seed: _joined(chosen, of_seed) for seed, of_seed in whole.items()}
    return [Arm(f"{method}, single ({best})", single), Arm(f"{method}, per task", joined), *parts.values()]


def _best_at(task: str, parts: Mapping[str, Arm]) -> str:
    """The specialist that is best at a task."""
    return max(parts, key=lambda part: parts[part].mean(task))


def _trial(run: RunFigures, runs: tuple[RunFigures, ...]) -> Trial:
    return Trial(run.sampled, run.greedy, run.items, runs)


def _joined(chosen: Mapping[str, str], runs: Mapping[str, RunFigures]) -> Trial:
    """Each task from the specialist that was chosen for it."""
    return Trial(
        sampled=_with_totals({task: runs[part].sampled[task] for task, part in chosen.items()}),
        greedy=_with_totals({task: runs[part].greedy[task] for task, part in chosen.items()}),
        items={task: runs[part].items[task] for task, part in chosen.items()},
        runs=tuple(runs.values()),
    )


def _with_totals(scores: Scores) -> Scores:
    return {**scores, "mean": sum(scores.values()) / len(scores), "worst": min(scores.values())}
