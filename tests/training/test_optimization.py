import torch

from astor.policies.policy import Policy
from astor.training.optimization import Optimization
from astor.training.options import OptimizerOptions


def test_a_step_along_a_gradient_that_is_too_long_changes_nothing(policy: Policy) -> None:
    options = OptimizerOptions(warm_up_steps=0, gradient_limit=1.0)
    optimization = Optimization(policy.model, options, skips_in_a_row=2, state=None)
    before = {name: weight.detach().clone() for name, weight in optimization.parameters.items()}

    def step(size: float) -> float | None:
        for weight in optimization.parameters.values():
            weight.grad = torch.full_like(weight, size)
        return optimization.step()

    assert step(1.0) is None
    assert all(weight.equal(before[name]) for name, weight in optimization.parameters.items())
    assert step(1e-6) is not None
    assert not all(weight.equal(before[name]) for name, weight in optimization.parameters.items())


def test_a_gradient_of_rounding_moves_nothing(policy: Policy) -> None:
    optimization = Optimization(policy.model, OptimizerOptions(warm_up_steps=0), skips_in_a_row=2, state=None)
    before = {name: weight.detach().clone() for name, weight in optimization.parameters.items()}
    for weight in optimization.parameters.values():
        weight.grad = torch.full_like(weight, 1e-10)
    assert optimization.step() is not None
    assert all(weight.equal(before[name]) for name, weight in optimization.parameters.items())
