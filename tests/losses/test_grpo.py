from dataclasses import replace

import numpy as np
import pytest
import torch

from astor.losses.grpo import Grpo
from astor.losses.kl import k2
from astor.losses.loss import LossInputs


def test_advantages_are_rewards_in_standard_deviations_from_the_groups_mean() -> None:
    rewards = np.array([1.0, 0.0])
    assert Grpo(ddof=0).advantages(rewards).tolist() == pytest.approx([1, -1], abs=1e-5)
    assert Grpo().advantages(rewards).tolist() == pytest.approx([0.7071, -0.7071], abs=1e-4)
    assert Grpo(standardise=False).advantages(rewards).tolist() == [0.5, -0.5]


@pytest.fixture
def inputs() -> LossInputs:
    """Two rows of three tokens, of which the second row's last is padding, at the start of a round."""
    random = torch.Generator().manual_seed(0)
    logp, logp_ref, logp_rollout = -torch.rand(3, 2, 3, dtype=torch.float64, generator=random)
    return LossInputs(
        logp=logp.clone().requires_grad_(),
        logp_prox=logp,
        logp_rollout=logp_rollout,
        logp_ref=logp_ref,
        advantages=torch.tensor([[1.0], [-2.0]], dtype=torch.float64),
        mask=torch.tensor([[True, True, True], [True, True, False]]),
        tasks=torch.tensor([0, 1]),
        informative=torch.tensor([True, True]),
    )


def test_at_the_start_of_a_round_the_gradients_are_those_of_advantages_and_of_the_divergence(
    inputs: LossInputs,
) -> None:
    outputs = Grpo()(inputs)
    (surrogate,) = torch.autograd.grad(outputs.surrogate[inputs.mask].sum(), inputs.logp, retain_graph=True)
    (divergence,) = torch.autograd.grad(outputs.kl[inputs.mask].sum(), inputs.logp)
    assert torch.allclose(surrogate, -inputs.advantages * inputs.mask)
    assert torch.allclose(divergence, (inputs.logp_prox - inputs.logp_ref) * inputs.mask)
    assert torch.equal(outputs.surrogate.detach(), -inputs.advantages.expand(2, 3))
    assert not outputs.clipped.any()


def test_tokens_outside_the_clip_range_are_told(inputs: LossInputs) -> None:
    ratios = torch.tensor([[0.75, 1.0, 1.3], [0.85, 1.25, 1.27]], dtype=torch.float64)
    moved = replace(inputs, logp=inputs.logp_prox + ratios.log())
    assert Grpo(clip_high=0.28)(moved).clipped.tolist() == [[True, False, True], [False, False, False]]


def test_another_engines_tokens_are_weighed_up_to_the_cap(inputs: LossInputs) -> None:
    weights = (inputs.logp_prox - inputs.logp_rollout).exp().clamp(max=1.1)
    with torch.no_grad():
        outputs = Grpo(importance_cap=1.1, kl_estimator="k2")(inputs)
    assert torch.allclose(outputs.surrogate, -inputs.advantages * weights)
    assert torch.allclose(outputs.kl, k2(inputs.logp_prox, inputs.logp_ref) * weights)
