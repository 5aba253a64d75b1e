import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from astor.losses.kl import ESTIMATORS, k1, k2, k3, k3_plus, kl_terms

logps = st.floats(-40, 0)


def gradient(estimator: str, logp: Tensor, logp_ref: Tensor) -> Tensor:
    logp = logp.clone().requires_grad_()
    return torch.autograd.grad(ESTIMATORS[estimator](logp, logp_ref).sum(), logp)[0]


def one(value: float) -> Tensor:
    return torch.tensor([value], dtype=torch.float64)


@given(x=logps, y=logps)
def test_k3_is_never_negative_and_never_above_its_clamp(x: float, y: float) -> None:
    assert 0 <= k3(one(x), one(y)).item() <= 10


@given(x=logps)
@pytest.mark.parametrize("estimator", list(ESTIMATORS))
def test_equal_policies_have_no_divergence(estimator: str, x: float) -> None:
    assert ESTIMATORS[estimator](one(x), one(x)).item() == 0


@given(x=logps, y=logps)
def test_k3_plus_has_the_value_of_k3_and_the_gradient_of_k2(x: float, y: float) -> None:
    assert k3_plus(one(x), one(y)).item() == pytest.approx(k3(one(x), one(y)).item(), abs=1e-12)
    assert gradient("k3+", one(x), one(y)).item() == gradient("k2", one(x), one(y)).item() == pytest.approx(x - y)


def exact_kl_gradient(logits: Tensor, reference: Tensor) -> Tensor:
    logits = logits.clone().requires_grad_()
    logp = logits.log_softmax(0)
    return torch.autograd.grad((logp.exp() * (logp - reference.log_softmax(0))).sum(), logits)[0]


def expected_gradient(estimator: str, logits: Tensor, reference: Tensor) -> Tensor:
    """The gradient that sampling every token as often as the policy would gives on average."""
    logits = logits.clone().requires_grad_()
    logp = logits.log_softmax(0)
    terms = ESTIMATORS[estimator](logp, reference.log_softmax(0))
    return torch.autograd.grad((logp.detach().exp() * terms).sum(), logits)[0]


def test_on_policy_k2_and_k3_plus_descend_the_divergence_and_k3_and_k1_something_else() -> None:
    logits, reference = torch.randn(2, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    exact = exact_kl_gradient(logits, reference)
    for estimator in ("k2", "k3+"):
        assert torch.allclose(expected_gradient(estimator, logits, reference), exact)
    assert not torch.allclose(expected_gradient("k3", logits, reference), exact, rtol=0.1)
    assert torch.allclose(expected_gradient("k1", logits, reference), torch.zeros(7, dtype=torch.float64))


def test_the_expected_values_of_k1_and_k3_are_the_divergence() -> None:
    logp, logp_ref = torch.randn(2, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).log_softmax(1)
    exact = (logp.exp() * (logp - logp_ref)).sum()
    for estimator in (k1, k3):
        assert (logp.exp() * estimator(logp, logp_ref)).sum().item() == pytest.approx(exact.item())
    assert (logp.exp() * k2(logp, logp_ref)).sum().item() != pytest.approx(exact.item(), rel=0.01)


def test_off_policy_the_ratio_makes_the_gradient_right_again() -> None:
    """Tokens sampled by an older policy, weighted by the ratio, give the exact gradient of the newer one."""
    logits, reference, older = torch.randn(3, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    exact = exact_kl_gradient(logits, reference)
    logits.requires_grad_()
    logp, sampled = logits.log_softmax(0), older.log_softmax(0)
    terms = kl_terms(logp, reference.log_softmax(0), torch.exp(logp - sampled), "k3+")
    assert torch.allclose(torch.autograd.grad((sampled.exp() * terms).sum(), logits)[0], exact)
