import pytest

from astor.training.engine import DivergedError
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


@pytest.mark.parametrize(("step", "share"), [(4, 1.0), (9, 0.55), (14, 0.1), (1000, 0.1)])
def test_along_a_cosine_it_falls_to_the_same_tenth_and_slowly_at_first(step: int, share: float) -> None:
    options = OptimizerOptions(learning_rate=1.0, warm_up_steps=4, decay_steps=10, decay="cosine")

    def rate(step: int) -> float:
        return Progress(options, 1, first_counters().model_copy(update={"schedule_step": step})).learning_rate

    assert rate(step) == pytest.approx(share)
    assert rate(5) > 0.97


def test_gradients_that_are_too_long_are_counted_and_end_the_run_when_they_repeat() -> None:
    progress = Progress(OptimizerOptions(gradient_limit=1.0), 2, first_counters())
    assert [progress.count(norm) for norm in (2.0, 0.5, 2.0)] == [None, 0.5, None]
    with pytest.raises(DivergedError, match=r"above training\.optimizer\.gradient_limit, 1, 2 times in a row"):
        progress.count(2.0)
    assert progress.counters.optimizer_steps == 1
