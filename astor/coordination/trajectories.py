"""Which trajectories of a problem are worth to be cut into prompts: Cobalt's selection."""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from astor.options import Options
from astor.records import Trajectory


class TrajectoryOptions(Options):
    """Values of Cobalt's code (`process_multi_turn_taco.py`)."""

    kept: int = Field(default=4, ge=1)
    """m: most trajectories of a problem that are cut."""


def spread(trajectory: Trajectory) -> float:
    """d: largest less smallest rate of the trajectory's programs, in [0, 1]."""
    return max(trajectory.rates) - min(trajectory.rates)


def is_mastered(trajectories: Sequence[Trajectory]) -> bool:
    """Whether every trajectory of a problem begins with a program that passes all tests: nothing is left to learn, and
    the problem is dropped (the dynamic sampling of DAPO, arXiv 2503.14476, applied to problems)."""
    return all(trajectory.rates[0] == 1 for trajectory in trajectories)


def select_for_training(trajectories: Sequence[Trajectory], options: TrajectoryOptions) -> list[Trajectory]:
    """Those of one problem's trajectories with d > 0 and a program that passes all tests, at most m of them.

    m of more are chosen by `max_variance_subset` over d.
    """
    useful = [one for one in trajectories if spread(one) > 0 and max(one.rates) == 1]
    return [useful[place] for place in max_variance_subset([spread(one) for one in useful], options.kept)]


def select_for_validation(trajectories: Sequence[Trajectory]) -> list[Trajectory]:
    """The one of a problem's trajectories with the smallest d > 0, the first of several; none where there is none."""
    useful = [one for one in trajectories if spread(one) > 0]
    return [min(useful, key=spread)] if useful else []


def max_variance_subset(values: Sequence[float], size: int) -> list[int]:
    """Places of `size` values with a large variance; of all, in order, where there are no more.

    Of the sorted values, the smallest `size - k` with the largest k, where k < `size` is the least with the largest
    population variance. PODS (arXiv 2504.13818) as Cobalt's code has it: k = `size`, the largest alone, is not tried,
    so that the smallest value is always in. Equal values keep their order.
    """
    count = len(values)
    if count <= size:
        return list(range(count))
    order = sorted(range(count), key=lambda place: values[place])
    chosen = order[:size]
    for largest in range(1, size):
        tried = order[: size - largest] + order[count - largest :]
        if np.var([values[place] for place in tried]) > np.var([values[place] for place in chosen]):
            chosen = tried
    return chosen
