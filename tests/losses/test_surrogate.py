import pytest
import torch

from astor.losses.surrogate import clipped_surrogate, importance_weights


def surrogate(ratio: float, advantage: float) -> tuple[float, float]:
    """Loss and its gradient by logp, of one token."""
    logp = torch.tensor([[ratio]], dtype=torch.float64).log().requires_grad_()
    loss, _ = clipped_surrogate(logp, torch.zeros(1, 1), torch.tensor([[advantage]]), 0.2, 0.28)
    (gradient,) = torch.autograd.grad(loss.sum(), logp)
    return loss.item(), gradient.item()


@pytest.mark.parametrize("advantage", [-1.5, 0.0, 2.0])
def test_at_the_start_of_a_round_it_is_the_policy_gradient(advantage: float) -> None:
    assert surrogate(1.0, advantage) == pytest.approx((-advantage, -advantage))


def test_a_good_token_that_rose_enough_and_a_bad_one_that_fell_enough_rest() -> None:
    assert surrogate(1.3, 1.0) == pytest.approx((-1.28, 0.0))
    assert surrogate(0.7, -1.0) == pytest.approx((0.8, 0.0))


def test_a_good_token_that_fell_and_a_bad_one_that_rose_are_still_corrected() -> None:
    assert surrogate(0.5, 1.0) == pytest.approx((-0.5, -0.5))
    assert surrogate(2.0, -1.0) == pytest.approx((2.0, 2.0))


def test_importance_weights_are_ratios_to_the_engine_up_to_a_cap() -> None:
    weights = importance_weights(torch.tensor([-1.0, -1.0, -3.0]), torch.tensor([-1.0, -3.0, -1.0]), cap=2.0)
    assert weights.tolist() == pytest.approx([1.0, 2.0, 0.1353], abs=1e-4)
