"""What tokens weigh over a mini-batch, and what is remembered for it."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from astor.losses.grpo import Grpo
from astor.policies.policy import Policy
from astor.records import Batch
from astor.training.micro_batch import MicroBatch, make_micro_batch
from astor.training.rows import TrainingGroup, training_groups
from astor.training.weighing import Weighing, WeighingState


@pytest.fixture
def played(policy: Policy, play: Callable) -> tuple[list[TrainingGroup], Batch]:
    """Two groups of task a, three of b, one of them an anchor; coefficients of 0.1 and 0.3."""
    round = play(policy)
    groups = [group.model_copy(update={"informative": index != 4}) for index, group in enumerate(round.groups)]
    batch = round.batch.model_copy(update={"kl_coefficients": {"a": 0.1, "b": 0.3}})
    return training_groups(round.completions, groups, batch), batch


def pieces(rows: list[TrainingGroup]) -> list[MicroBatch]:
    return [make_micro_batch([row], torch.device("cpu")) for row in rows]


def sums(part: list[MicroBatch], name: str) -> list[float]:
    """Weights times tokens, per task."""
    totals = [0.0, 0.0]
    for piece in part:
        totals[int(piece.tasks[0])] += float((getattr(piece, name) * piece.tokens).sum())
    return totals


@pytest.mark.parametrize("aggregation", ["task_mean", "common_length", "token_mean", "balanced"])
def test_the_kl_term_is_a_mean_over_tasks_whatever_the_aggregation(
    aggregation: str, played: tuple[list[TrainingGroup], Batch]
) -> None:
    rows, batch = played
    part = pieces(rows)
    weighing = Weighing(Grpo(aggregation=aggregation), WeighingState(length=7.0, squares={"a": 4.0, "b": 1.0}))
    weighing.weigh(part, batch)
    assert sums(part, "kl_weights") == pytest.approx([0.1 / 2, 0.3 / 2])
    surrogate = {
        "task_mean": [2 / 5, 3 / 5],
        "balanced": [2 / 5 / 2**0.5, 3 / 5 * 2**0.5],
    }
    assert aggregation not in surrogate or sums(part, "surrogate_weights") == pytest.approx(surrogate[aggregation])
    assert not part[4].surrogate_weights.any(), "an anchor is in the KL term alone"


def test_a_common_length_is_the_running_mean_over_informative_rows(played: tuple[list[TrainingGroup], Batch]) -> None:
    rows, _ = played
    weighing = Weighing(Grpo(aggregation="common_length"), WeighingState())
    lengths = [len(row.tokens) for group in rows[:4] for row in group.completions]
    weighing.see_lengths(rows)
    assert weighing.state.length == pytest.approx(sum(lengths) / len(lengths))
    weighing.see_lengths(rows[:1])
    of_first = [len(row.tokens) for row in rows[0].completions]
    expected = 0.9 * sum(lengths) / len(lengths) + 0.1 * sum(of_first) / len(of_first)
    assert weighing.state.length == pytest.approx(expected)
    weighing.see_lengths(rows[4:])
    assert weighing.state.length == pytest.approx(expected), "a round that teaches nothing changes nothing"


BATCH = Batch(round=0, policy_digest=None, seed=0, temperature=1.0, rows=(), quotas={"a": 3, "b": 1})


@given(norms=st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=2))
def test_balances_bring_gradients_to_one_norm_within_their_bounds(norms: list[float]) -> None:
    weighing = Weighing(Grpo(aggregation="balanced"), WeighingState())
    assert weighing.balances(["a", "b"]) == [1, 1], "nothing is known yet"
    for _ in range(2):  # as norms come back in the loss, each with its share and its factor
        factors = zip((0.75, 0.25), weighing.balances(["a", "b"]), norms, strict=True)
        entering = [(share * balance * norm) ** 2 for share, balance, norm in factors]
        weighing.see_norms(BATCH, dict(zip("ab", entering, strict=True)))
    first, second = weighing.balances(["a", "b"])
    ratio = (norms[0] / norms[1]) ** 0.5
    assert first == pytest.approx(min(max(1 / ratio, 0.25), 4), rel=1e-3)
    assert second == pytest.approx(min(max(ratio, 0.25), 4), rel=1e-3)


def test_a_task_without_a_gradient_keeps_its_norm_and_one_without_any_weighs_as_it_is() -> None:
    weighing = Weighing(Grpo(aggregation="balanced"), WeighingState())
    weighing.see_norms(BATCH, {"a": 9.0, "b": 0.0})
    assert weighing.state.squares == {"a": pytest.approx(16.0)}
    assert weighing.balances(["a", "b"]) == [1, 1], "one task's norm is its own mean"
    weighing.see_norms(BATCH, {"b": 1.0})
    assert weighing.state.squares == {"a": pytest.approx(16.0), "b": pytest.approx(16.0)}


def test_what_an_aggregation_does_not_use_is_not_remembered(played: tuple[list[TrainingGroup], Batch]) -> None:
    weighing = Weighing(Grpo(), WeighingState())
    weighing.see_lengths(played[0])
    weighing.see_norms(BATCH, {"a": 9.0, "b": 4.0})
    assert weighing.state == WeighingState()
