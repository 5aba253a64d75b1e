"""The improvement-aware weight update of MT-GRPO, and its laws."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from astor.coordination.logits import AdamLogits
from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation
from astor.coordination.quotas import Floats, softmax
from astor.coordination.scheduler import TaskInfo
from astor.coordination.schedulers.mt_grpo import MtGrpoOptions, MtGrpoScheduler, improvement_gradient
from astor.records import UpdateReport
from tests.coordination.sketched import report_of

floats = arrays(np.float64, 5, elements=st.floats(-2, 2, width=32))


@given(logits=floats, signal=floats)
def test_the_gradient_sums_to_zero_and_vanishes_where_signals_are_equal(logits: Floats, signal: Floats) -> None:
    weights = softmax(logits, 1.0)
    assert improvement_gradient(weights, signal).sum() == pytest.approx(0, abs=1e-12)
    assert improvement_gradient(weights, np.full(5, signal[0])) == pytest.approx(np.zeros(5), abs=1e-12)


@given(signal=floats)
def test_from_equal_weights_the_lowest_signal_gains_most(signal: Floats) -> None:
    gradient = improvement_gradient(np.full(5, 0.2), signal)
    gains = softmax(-gradient, 1.0) - 0.2
    assert gains[signal.argmin()] == gains.max()
    assert gains[signal.argmax()] == gains.min()


@given(logits=floats, signal=floats)
def test_a_plain_step_is_that_of_autograd_through_the_softmax(logits: Floats, signal: Floats) -> None:
    torch = pytest.importorskip("torch")
    xi = torch.tensor(logits, requires_grad=True)
    (torch.softmax(xi, 0) @ torch.tensor(signal)).backward()
    assert improvement_gradient(softmax(logits, 1.0), signal) == pytest.approx(xi.grad.numpy(), abs=1e-10)


def test_logits_move_like_those_of_torch_s_adam() -> None:
    torch = pytest.importorskip("torch")
    ours = AdamLogits(3, rate=0.025, weight_decay=1e-2)
    xi = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([xi], lr=0.025, weight_decay=1e-2)
    random = np.random.default_rng(0)
    for _ in range(30):
        gradient = random.normal(size=3)
        ours.step(gradient)
        xi.grad = torch.tensor(gradient)
        adam.step()
    assert ours.values == pytest.approx(xi.detach().numpy(), abs=1e-12)


def observed(round: int, report: UpdateReport | None = None) -> RoundObservation:
    """Two tasks whose answers are right as often."""
    prompt = {task: PromptObservation(f"{task}-0000", (1.0, 0.0), (1.0, 0.0), (1.0, -1.0), True) for task in "ab"}
    return RoundObservation(round, {task: TaskObservation((one,)) for task, one in prompt.items()}, report)


def lost(before: float, after: float | None, task: str = "a") -> UpdateReport:
    """A report in which one task of two has this loss before and after the update."""
    report = report_of(kl={"a": 0.0, "b": 0.0}, groups=4)
    changed = report.tasks[task].model_copy(
        update={"loss_before": before, "loss_after": after, "informative_groups": 4}
    )
    return report.model_copy(update={"tasks": {**report.tasks, task: changed}})


def weights_after(options: MtGrpoOptions, report: UpdateReport, tasks: list[TaskInfo]) -> dict[str, float]:
    scheduler = MtGrpoScheduler(options, tasks, 0)
    scheduler.next_round(4)
    scheduler.observe(observed(0))
    scheduler.next_round(4)
    scheduler.observe(observed(1, report))
    return scheduler.next_round(4).shares


def test_a_task_that_improved_loses_weight_by_the_sum_over_its_rollouts_up_to_the_clamp(
    make_tasks: Callable[..., list[TaskInfo]],
) -> None:
    tasks = make_tasks("a", "b")
    improved = weights_after(MtGrpoOptions(), lost(0.0, -0.001), tasks)
    assert improved["a"] < 0.5 < improved["b"]
    assert weights_after(MtGrpoOptions(), lost(0.0, 0.001), tasks)["a"] > 0.5
    scheduler = MtGrpoScheduler(MtGrpoOptions(), tasks, 0)
    scheduler.next_round(4)
    scheduler.observe(observed(0))
    for loss, expected in ((-0.001, 0.008), (-0.5, 0.1)):
        scheduler.next_round(4)
        scheduler.observe(observed(scheduler.round - 1, lost(0.0, loss)))
        assert scheduler.improvement.tolist() == pytest.approx([expected, 0.0])
    scheduler = MtGrpoScheduler(MtGrpoOptions(improvement="mean"), tasks, 0)
    scheduler.next_round(4)
    scheduler.observe(observed(0, lost(0.0, -0.001)))
    assert scheduler.improvement.tolist() == pytest.approx([0.001, 0.0])


def test_the_reward_variant_looks_at_no_loss(make_tasks: Callable[..., list[TaskInfo]]) -> None:
    shares = weights_after(MtGrpoOptions(signal="reward"), lost(0.0, None), make_tasks("a", "b"))
    assert shares == {"a": 0.5, "b": 0.5}


def test_performance_is_a_running_mean_of_a_half_that_rests_while_a_task_is_absent(
    make_tasks: Callable[..., list[TaskInfo]],
) -> None:
    scheduler, right = MtGrpoScheduler(MtGrpoOptions(), make_tasks("a", "b"), 0), [(1.0, 1.0), (0.0, 0.0), (1.0, 1.0)]
    for round, scores in enumerate(right):
        tasks = {"a": scores} | ({"b": scores} if round == 1 else {})
        scheduler.next_round(4)
        shown = {key: PromptObservation(f"{key}-0000", told, told, (), False) for key, told in tasks.items()}
        scheduler.observe(RoundObservation(round, {key: TaskObservation((one,)) for key, one in shown.items()}))
    assert scheduler.performance.tolist() == [((1 + 0) / 2 + 1) / 2, 0.0]
