import numpy as np

from astor.losses.dr_grpo import DrGrpo


def test_advantages_are_rewards_less_their_mean_whatever_their_spread() -> None:
    assert DrGrpo().advantages(np.array([1.0, 0.0])).tolist() == [0.5, -0.5]
    assert DrGrpo().advantages(np.array([0.2, 0.0])).tolist() == [0.1, -0.1]
    assert not DrGrpo().kl
