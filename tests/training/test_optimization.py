import pytest

from astor.policies.policy import Policy
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


def test_without_decay_the_learning_rate_stays_constant(policy: Policy) -> None:
    optimization = Optimization(policy.model, OptimizerOptions(warm_up_steps=0), skips_in_a_row=1, state=None)
    optimization.counters = optimization.counters.model_copy(update={"schedule_step": 10**6})
    assert optimization.learning_rate == 1e-6
