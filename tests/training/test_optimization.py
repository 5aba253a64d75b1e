import pytest

from astor.policies.policy import Policy
from astor.training.engine import DivergedError
from astor.training.optimization import Optimization
from astor.training.options import OptimizerOptions


@pytest.mark.parametrize(
    ("step", "share"), [(0, 0.25), (1, 0.25), (2, 0.5), (4, 1.0), (9, 0.55), (14, 0.1), (1000, 0.1)]
)
def test_the_learning_rate_rises_falls_and_stays_at_a_tenth(policy: Policy, step: int, share: float) -> None:
    options = OptimizerOptions(learning_rate=2e-3, warm_up_steps=4, decay_steps=10)
    optimization = Optimization(policy.model, options, skips_in_a_row=1, state=None)
    optimization.counters = optimization.counters.model_copy(update={"schedule_step": step})
    assert optimization.learning_rate == pytest.approx(2e-3 * share)


@pytest.mark.parametrize(("step", "share"), [(4, 1.0), (9, 0.55), (14, 0.1), (1000, 0.1)])
def test_along_a_cosine_it_falls_to_the_same_tenth(policy: Policy, step: int, share: float) -> None:
    options = OptimizerOptions(learning_rate=1.0, warm_up_steps=4, decay_steps=10, decay="cosine")
    optimization = Optimization(policy.model, options, skips_in_a_row=1, state=None)
    optimization.counters = optimization.counters.model_copy(update={"schedule_step": step})
    assert optimization.learning_rate == pytest.approx(share)
    earlier = optimization.counters.model_copy(update={"schedule_step": 5})
    optimization.counters = earlier
    assert optimization.learning_rate > 0.97, "it begins to fall slowly"


def test_steps_along_gradients_that_are_too_long_are_skipped_and_end_the_run_when_they_repeat(policy: Policy) -> None:
    options = OptimizerOptions(warm_up_steps=0, gradient_limit=1.0)
    optimization = Optimization(policy.model, options, skips_in_a_row=2, state=None)
    before = {name: weight.detach().clone() for name, weight in optimization.parameters.items()}

    def step(size: float) -> float | None:
        for weight in optimization.parameters.values():
            weight.grad = weight.detach().new_full(weight.shape, size)
        return optimization.step()

    assert step(1.0) is None
    assert all(weight.equal(before[name]) for name, weight in optimization.parameters.items())
    assert step(1e-6) is not None
    assert step(1.0) is None
    with pytest.raises(DivergedError, match=r"above training\.optimizer\.gradient_limit, 1, 2 times in a row"):
        step(1.0)
    assert optimization.counters.optimizer_steps == 1


def test_without_decay_the_learning_rate_stays_constant(policy: Policy) -> None:
    optimization = Optimization(policy.model, OptimizerOptions(warm_up_steps=0), skips_in_a_row=1, state=None)
    optimization.counters = optimization.counters.model_copy(update={"schedule_step": 10**6})
    assert optimization.learning_rate == 1e-6
