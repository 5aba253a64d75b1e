"""VeRPO's dense reward, one of the baselines that Cobalt is compared with."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from astor.options import Options

Floats = NDArray[np.float64]


class DenseRewardOptions(Options):
    """VeRPO (arXiv 2601.03525) weighs tests by how rarely a group passes them and adds the outcome. Its formula was not
    at hand: both values and both formulas are our choice."""

    floor: float = Field(default=0.05, gt=0)
    """Added to the weight of every test, so that one that all pass counts a little, and weights never sum to 0."""
    outcome_share: float = Field(default=0.5, ge=0, le=1)
    """Share of the reward that only a program earns which passes all tests."""


def weigh_tests(passed: NDArray[np.bool_], options: DenseRewardOptions) -> Floats:
    """w_j = (1 - rho_j + 0.05) / sum over j, with rho_j the share of the group that passes test j.

    `passed` is (rollouts, tests), neither of them 0; the weights (tests,) are positive and sum to 1.
    """
    weights: Floats = 1 - passed.mean(axis=0) + options.floor
    weights /= weights.sum()
    return weights


def dense_rewards(passed: Sequence[Sequence[bool]], options: DenseRewardOptions) -> list[float]:
    """0.5 * sum of the weights of the tests that it passes + 0.5 * [it passes all], per rollout of one prompt.

    `passed` holds per rollout whether its program passes each test; the task leaves out rollouts without a program. In
    [0, 1], and 1 exactly for a program that passes all.
    """
    table = np.array(passed, dtype=bool)
    assert table.ndim == 2, "rollouts of one prompt are judged by the same tests"
    assert table.size, "there is no rollout, or no test"
    share = table @ weigh_tests(table, options)
    full = [all(row) for row in passed]
    outcome = options.outcome_share
    # Weights sum to 1 within rounding only.
    return [1.0 if right else (1 - outcome) * min(float(part), 1.0) for right, part in zip(full, share, strict=True)]
