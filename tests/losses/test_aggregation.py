import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from astor.losses.aggregation import AGGREGATIONS, Aggregation, task_mean, token_mean, weighted_sum
from astor.losses.grpo import Grpo


def loss_of(
    lengths: list[int],
    tasks: list[int],
    counted: list[bool],
    values: Tensor,
    shares: list[float],
    factors: list[float] | None = None,
    aggregate: Aggregation = task_mean,
) -> Tensor:
    tokens = torch.tensor(lengths)
    mask = torch.arange(values.shape[1]) < tokens[:, None]
    of_tasks = torch.tensor([shares, factors or [1.0] * len(shares)], dtype=values.dtype)
    return weighted_sum(values, mask, aggregate(tokens, torch.tensor(tasks), torch.tensor(counted), *of_tasks))


def test_the_task_mean_is_the_sum_of_shares_times_token_means() -> None:
    values = torch.tensor([[1.0, 2.0, 9.0], [3.0, 9.0, 9.0], [4.0, 5.0, 6.0]])
    loss = loss_of([2, 1, 3], [0, 0, 1], [True] * 3, values, [0.75, 0.25])
    assert loss.item() == pytest.approx(0.75 * (1 + 2 + 3) / 3 + 0.25 * (4 + 5 + 6) / 3)


def test_the_token_mean_is_one_mean_over_all_counted_tokens_whatever_the_shares() -> None:
    values = torch.tensor([[1.0, 2.0, 9.0], [3.0, 9.0, 9.0], [4.0, 5.0, 6.0]])
    rows = ([2, 1, 3], [0, 0, 1])
    loss = loss_of(*rows, [True] * 3, values, [0.75, 0.25], aggregate=token_mean)
    assert loss.item() == pytest.approx((1 + 2 + 3 + 4 + 5 + 6) / 6)
    assert loss_of(*rows, [True, False, True], values, [0.75, 0.25], aggregate=token_mean).item() == pytest.approx(3.6)
    assert loss_of(*rows, [False] * 3, values, [0.75, 0.25], aggregate=token_mean).item() == 0


@pytest.mark.parametrize("aggregate", AGGREGATIONS.values())
def test_a_factor_multiplies_its_tasks_term(aggregate: Aggregation) -> None:
    values = torch.tensor([[3.0], [5.0]])
    rows = ([1, 1], [0, 1], [True, True], values, [0.5, 0.5])
    assert loss_of(*rows, [0.1, 2.0], aggregate).item() == pytest.approx(0.5 * (0.1 * 3 + 2.0 * 5))


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_a_loss_takes_every_aggregation_instead_of_its_own(name: str) -> None:
    assert Grpo.model_validate({"aggregation": name}).aggregation == name
    assert Grpo().aggregation == "task_mean"


@given(st.lists(st.integers(1, 6), min_size=4, max_size=4))
def test_doubling_the_lengths_of_one_task_leaves_the_other_tasks_gradient(lengths: list[int]) -> None:
    values = torch.ones(4, 12, dtype=torch.float64, requires_grad=True)
    tasks, shares = [0, 0, 1, 1], [0.5, 0.5]
    (before,) = torch.autograd.grad(loss_of(lengths, tasks, [True] * 4, values, shares), values)
    longer = [2 * lengths[0], 2 * lengths[1], *lengths[2:]]
    (after,) = torch.autograd.grad(loss_of(longer, tasks, [True] * 4, values, shares), values)
    assert torch.equal(after[2:], before[2:])
    assert after[:2].sum().item() == pytest.approx(0.5), "and the task itself still weighs its share"


def test_rows_that_do_not_count_and_tasks_without_tokens_weigh_nothing() -> None:
    values = torch.full((3, 2), 5.0)
    assert loss_of([2, 2, 2], [0, 0, 1], [True, False, False], values, [0.5, 0.5]).item() == pytest.approx(2.5)


def test_padding_is_never_looked_at() -> None:
    values = torch.tensor([[1.0, float("nan")]])
    assert loss_of([1], [0], [True], values, [1.0]).item() == 1.0


def test_pieces_of_a_batch_add_up_to_the_whole() -> None:
    values = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
    tokens, tasks = torch.tensor([1, 2, 3, 4, 5, 5]), torch.tensor([0, 1, 0, 1, 1, 0])
    mask = torch.arange(5) < tokens[:, None]
    weights = task_mean(tokens, tasks, torch.ones(6, dtype=torch.bool), torch.tensor([0.3, 0.7]), torch.ones(2))
    pieces = [weighted_sum(values[i : i + 2], mask[i : i + 2], weights[i : i + 2]) for i in (0, 2, 4)]
    assert torch.stack(pieces).sum().item() == pytest.approx(weighted_sum(values, mask, weights).item(), rel=1e-5)
