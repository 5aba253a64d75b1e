import pytest

from astor.training.options import OptimizerOptions
from astor.training.progress import Progress
from astor.training.trainer_state import first_counters


@pytest.mark.parametrize(
    ("step", "share"), [(0, 0.25), (1, 0.25), (2, 0.5), (4, 1.0), (9, 0.55), (14, 0.1), (1000, 0.1)]
)
def test_the_learning_rate_rises_falls_and_stays_at_a_tenth(step: int, share: float) -> None:
    options = OptimizerOptions(learning_rate=2e-3, warm_up_steps=4, decay_steps=10)
    counters = first_counters().model_copy(update={"schedule_step": step})
    assert Progress(options, 1, counters).learning_rate == pytest.approx(2e-3 * share)


def test_without_decay_the_learning_rate_stays_constant() -> None:
    counters = first_counters().model_copy(update={"schedule_step": 10**6})
    assert Progress(OptimizerOptions(warm_up_steps=0), 1, counters).learning_rate == 1e-6
