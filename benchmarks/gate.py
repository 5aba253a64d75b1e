"""How often the promotion gate errs, by simulation: what it promotes though nothing changed, and what it blocks.

Four tasks. How likely a policy answers each prompt is drawn from Beta(1/2, 1/2), so that most prompts are nearly always
or nearly never answered, or is 1/2 of every prompt (`--even`), the most that sampling can add. The metric that was no
reward agrees with the score on 9 answers of 10. Where prompts `churn`, their log-odds change by a normal draw of
standard deviation 1, and gains and losses cancel out but for the change of the mean that is asked for. The last line is
JSON: for each case the share of trials that is promoted.
"""

import argparse
import json
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from astor.evaluation.gate import GateOptions, is_better, power
from astor.evaluation.intervals import mean_interval
from astor.evaluation.noninferiority import compare

TASKS, SAMPLES, AGREEMENT = 4, 4, 0.9
CASES: Mapping[str, tuple[tuple[float, ...], bool]] = {
    "nothing changed": ((0.0,) * TASKS, False),
    "nothing changed in the mean, prompts churn": ((0.0,) * TASKS, True),
    "+0.05 in every task": ((0.05,) * TASKS, False),
    "+0.05 in every task, prompts churn": ((0.05,) * TASKS, True),
    "+0.10 in every task, prompts churn": ((0.10,) * TASKS, True),
    "+0.10 in three tasks, none in one": ((0.10, 0.10, 0.10, 0.0), False),
    "+0.15 in three tasks, -0.05 in one": ((0.15, 0.15, 0.15, -0.05), False),
    "+0.15 in three tasks, -0.10 in one": ((0.15, 0.15, 0.15, -0.10), False),
}
"""Case → change of each task's mean, and whether prompts churn."""
Chances = npt.NDArray[np.float64]


def trial(random: np.random.Generator, prompts: int, changes: tuple[float, ...], churn: bool, even: bool) -> bool:
    """Whether the gate, by default options, promotes a policy whose tasks changed so; guards apart."""
    differences, tasks = [], {}
    for task, change in enumerate(changes):
        before = np.full(prompts, 0.5) if even else random.beta(0.5, 0.5, prompts).clip(0.01, 0.99)
        after = changed(before, change, random.normal(size=prompts) * churn)
        (score, other), (new_score, new_other) = (answers(random, chances) for chances in (before, after))
        differences.append((new_score - score).tolist())
        margin = GateOptions().margin
        tasks[str(task)] = (compare("score", score, new_score, margin), compare("other", other, new_other, margin))
    return is_better(mean_interval(differences, (-1.0, 1.0)), tasks)


def changed(before: Chances, change: float, churn: Chances) -> Chances:
    """Chances whose mean over the prompts is `change` above that of `before`, by one shift of all log-odds."""
    odds = np.log(before / (1 - before)) + churn
    low, high = -20.0, 20.0
    for _ in range(40):
        shift = (low + high) / 2
        after = 1 / (1 + np.exp(-odds - shift))
        low, high = (shift, high) if after.mean() < before.mean() + change else (low, shift)
    return after


def answers(random: np.random.Generator, chances: Chances) -> tuple[Chances, Chances]:
    """Each prompt's mean over samples, by the score and by the other metric."""
    right, again = (random.random((SAMPLES, len(chances))) < chances for _ in range(2))
    other = np.where(random.random(right.shape) < AGREEMENT, right, again)
    return right.mean(axis=0), other.mean(axis=0)


def promoted(trials: int, prompts: int, case: str, even: bool = False, seed: int = 0) -> float:
    """Share of trials that the gate promotes."""
    random = np.random.default_rng(seed)
    return sum(trial(random, prompts, *CASES[case], even) for _ in range(trials)) / trials


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--even", action="store_true", help="chances of 1/2 on every prompt")
    chosen = parser.parse_args()
    counts = (120, power({}, SAMPLES, GateOptions()).needed)
    shares = {}
    print(f"{'promoted, with prompts of each task':45} {counts[0]:>7} {counts[1]:>7}")
    for case in CASES:
        shares[case] = {str(count): promoted(chosen.trials, count, case, chosen.even) for count in counts}
        print(f"{case:45} {' '.join(f'{share:7.3f}' for share in shares[case].values())}", flush=True)
    print(json.dumps({"trials": chosen.trials, "even": chosen.even, "promoted": shares}))


if __name__ == "__main__":
    main()
