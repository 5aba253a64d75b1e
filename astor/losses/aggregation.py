"""From losses per token to one number: what a token of each row weighs, over a whole mini-batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Aggregation = Literal["task_mean", "common_length", "token_mean", "balanced"]
"""How surrogates per token become one number. `Loss.aggregation` says what each is."""


@dataclass(frozen=True)
class Scales:
    """What the surrogate's weights depend on besides the rows of the mini-batch."""

    shares: Tensor
    """(K,), each task's share of the batch; they sum to 1."""
    balances: Tensor
    """(K,), factors that make the tasks' gradients alike, of `balanced`."""
    length: float
    """Tokens that stand for a whole row, > 0, of `common_length`."""


def surrogate_weights(
    aggregation: Aggregation, tokens: Tensor, tasks: Tensor, counted: Tensor, scales: Scales
) -> Tensor:
    """(R,), what a token of each row weighs in the surrogate; rows that are not counted weigh 0.

    `tokens` (R,) are the rows' tokens, `tasks` (R,) the indices of their tasks, `counted` (R,) bool.
    """
    if aggregation == "token_mean":
        return token_mean(tokens, counted)
    if aggregation == "common_length":
        return common_length(tasks, counted, scales.shares, scales.length)
    factors = scales.shares * scales.balances if aggregation == "balanced" else scales.shares
    return task_mean(tokens, tasks, counted, factors)


def task_mean(tokens: Tensor, tasks: Tensor, counted: Tensor, factors: Tensor) -> Tensor:
    """The sum over tasks of factor (K,) times mean over the tokens of the task's counted rows.

    A task without such tokens weighs 0, and the others keep their weights (our choice).
    """
    return _per_task(tokens * counted, tasks, factors)[tasks] * counted


def common_length(tasks: Tensor, counted: Tensor, shares: Tensor, length: float) -> Tensor:
    """The sum over tasks of share times sum over the tokens of the task's counted rows, over their number and `length`.

    Within one task it is Dr. GRPO's sum over a constant (Liu et al. 2025, arXiv 2503.20783): a long answer weighs what
    its tokens are. That the same constant serves all tasks is our choice.
    """
    return _per_task(counted, tasks, shares / length)[tasks] * counted


def token_mean(tokens: Tensor, counted: Tensor) -> Tensor:
    """One mean over all counted tokens, whatever the tasks' shares (DAPO, Yu et al. 2025, arXiv 2503.14476)."""
    return counted / (tokens * counted).sum().clamp(min=1)


def weighted_sum(values: Tensor, mask: Tensor, weights: Tensor) -> Tensor:
    """Sum of values (R, L) where `mask` (R, L) is true, each times its row's weight (R,)."""
    return (values.masked_fill(~mask, 0.0).sum(dim=1) * weights).sum()


def _per_task(amounts: Tensor, tasks: Tensor, factors: Tensor) -> Tensor:
    """(K,), each task's factor over the sum of its rows' amounts."""
    totals = factors.new_zeros(len(factors)).index_add_(0, tasks, amounts.to(factors.dtype))
    return factors / totals.clamp(min=1)
