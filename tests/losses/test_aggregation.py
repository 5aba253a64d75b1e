import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from astor.losses.aggregation import Scales, surrogate_weights, task_mean, weighted_sum
from astor.losses.dapo import Dapo
from astor.losses.dr_grpo import DrGrpo
from astor.losses.grpo import Grpo

AGGREGATIONS = ["task_mean", "common_length", "token_mean", "balanced"]


def weights(
    aggregation: str,
    lengths: list[int],
    tasks: list[int],
    shares: list[float],
    counted: list[bool] | None = None,
    balances: list[float] | None = None,
    length: float = 1.0,
) -> Tensor:
    scales = Scales(torch.tensor(shares), torch.tensor(balances or [1.0] * len(shares)), length)
    rows = torch.tensor(lengths), torch.tensor(tasks), torch.tensor(counted or [True] * len(lengths))
    return surrogate_weights(aggregation, *rows, scales)


def loss_of(aggregation: str, values: Tensor, lengths: list[int], *others: object, **scales: object) -> float:
    mask = torch.arange(values.shape[1]) < torch.tensor(lengths)[:, None]
    return weighted_sum(values, mask, weights(aggregation, lengths, *others, **scales)).item()


@pytest.fixture
def values() -> Tensor:
    """Rows of 2, 1 and 3 tokens; the first two are of one task."""
    return torch.tensor([[1.0, 2.0, 9.0], [3.0, 9.0, 9.0], [4.0, 5.0, 6.0]])


ROWS = ([2, 1, 3], [0, 0, 1], [0.75, 0.25])


def test_the_task_mean_is_the_sum_of_shares_times_token_means(values: Tensor) -> None:
    assert loss_of("task_mean", values, *ROWS) == pytest.approx(0.75 * (1 + 2 + 3) / 3 + 0.25 * (4 + 5 + 6) / 3)


def test_of_a_common_length_each_task_has_its_share_of_sums_per_row(values: Tensor) -> None:
    loss = loss_of("common_length", values, *ROWS, length=2.5)
    assert loss == pytest.approx(0.75 * (1 + 2 + 3) / (2 * 2.5) + 0.25 * (4 + 5 + 6) / (1 * 2.5))


def test_the_token_mean_is_one_mean_over_all_counted_tokens_whatever_the_shares(values: Tensor) -> None:
    assert loss_of("token_mean", values, *ROWS) == pytest.approx((1 + 2 + 3 + 4 + 5 + 6) / 6)
    assert loss_of("token_mean", values, *ROWS, counted=[True, False, True]) == pytest.approx(3.6)


def test_balances_are_factors_of_the_task_mean(values: Tensor) -> None:
    loss = loss_of("balanced", values, *ROWS, balances=[0.5, 2.0])
    assert loss == pytest.approx(0.5 * 0.75 * (1 + 2 + 3) / 3 + 2.0 * 0.25 * (4 + 5 + 6) / 3)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_rows_that_do_not_count_and_tasks_without_tokens_weigh_nothing(aggregation: str) -> None:
    assert weights(aggregation, [2, 2, 2], [0, 0, 1], [0.5, 0.5], [False, False, True])[:2].tolist() == [0, 0]
    assert weights(aggregation, [2, 2], [0, 1], [0.5, 0.5], [False, False]).tolist() == [0, 0]
    assert torch.isfinite(weights(aggregation, [0, 2], [0, 1], [0.5, 0.5])).all()


lengths = st.lists(st.integers(1, 6), min_size=4, max_size=4)


@pytest.mark.parametrize("aggregation", ["task_mean", "common_length", "balanced"])
@given(lengths=lengths)
def test_doubling_the_lengths_of_one_task_leaves_the_other_tasks_gradient(aggregation: str, lengths: list[int]) -> None:
    """The weight of a row's tokens is the gradient of the loss by them."""
    tasks, shares = [0, 0, 1, 1], [0.5, 0.5]
    before = weights(aggregation, lengths, tasks, shares)
    longer = [2 * lengths[0], 2 * lengths[1], *lengths[2:]]
    after = weights(aggregation, longer, tasks, shares)
    assert torch.equal(after[2:], before[2:])
    if aggregation == "task_mean":
        assert after[:2] @ torch.tensor(longer[:2], dtype=after.dtype) == pytest.approx(0.5), "it keeps its share"


@given(lengths=lengths)
def test_of_the_token_mean_a_task_takes_from_the_others_what_it_grows(lengths: list[int]) -> None:
    before = weights("token_mean", lengths, [0, 0, 1, 1], [0.5, 0.5])
    after = weights("token_mean", [7 + lengths[0], *lengths[1:]], [0, 0, 1, 1], [0.5, 0.5])
    assert (after[2:] < before[2:]).all()


@pytest.mark.parametrize(
    ("aggregation", "shares"),
    [
        ("task_mean", [56, 35, 4, 5]),
        ("common_length", [3, 5, 52, 39]),
        ("token_mean", [3, 5, 52, 39]),
        ("balanced", [25, 25, 25, 25]),
    ],
)
def test_what_equal_quotas_come_to_at_four_lengths(aggregation: str, shares: list[int]) -> None:
    """Shares of the squared gradient in per cent where gradients of single tokens are alike and unrelated, as the noise
    of a gradient is: a sum of n of them has n times the square of one."""
    lengths = [25, 40, 400, 300]
    norms = torch.tensor([length**-0.5 for length in lengths])
    balances = (norms.log().mean().exp() / norms).tolist()
    per_token = weights(
        aggregation, lengths, [0, 1, 2, 3], [0.25] * 4, balances=balances, length=sum(lengths) / len(lengths)
    )
    squares = per_token.square() * torch.tensor(lengths)
    assert (100 * squares / squares.sum()).round().int().tolist() == shares


def test_every_loss_takes_every_aggregation_and_has_one_of_its_own() -> None:
    for loss, own in ((Grpo, "task_mean"), (Dapo, "token_mean"), (DrGrpo, "common_length")):
        assert loss().aggregation == own
        for aggregation in AGGREGATIONS:
            assert loss(aggregation=aggregation).aggregation == aggregation


def test_padding_is_never_looked_at() -> None:
    values = torch.tensor([[1.0, float("nan")]])
    assert loss_of("task_mean", values, [1], [0], [1.0]) == 1.0


def test_pieces_of_a_batch_add_up_to_the_whole() -> None:
    values = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
    tokens, tasks = torch.tensor([1, 2, 3, 4, 5, 5]), torch.tensor([0, 1, 0, 1, 1, 0])
    mask = torch.arange(5) < tokens[:, None]
    weights = task_mean(tokens, tasks, torch.ones(6, dtype=torch.bool), torch.tensor([0.3, 0.7]))
    pieces = [weighted_sum(values[i : i + 2], mask[i : i + 2], weights[i : i + 2]) for i in (0, 2, 4)]
    assert torch.stack(pieces).sum().item() == pytest.approx(weighted_sum(values, mask, weights).item(), rel=1e-5)
