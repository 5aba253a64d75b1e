"""From losses per token to one number: what a token of each row weighs, over a whole mini-batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

Aggregation = Callable[["Tensor", "Tensor", "Tensor", "Tensor", "Tensor"], "Tensor"]
"""Tokens per row (R,), index of each row's task (R,), which rows are counted (R,), bool, each task's share of the batch
(K,), which sum to 1, and a factor of each task's term (K,), as its KL coefficient → weight of a row's tokens (R,). Rows
that are not counted weigh 0."""


def task_mean(tokens: Tensor, tasks: Tensor, counted: Tensor, shares: Tensor, factors: Tensor) -> Tensor:
    """The sum over tasks of share times factor times mean over the tokens of the task's counted rows.

    A task without such tokens weighs 0, and the others keep their weights. Our choice, made so that quotas mean what
    they say: with one token mean over all rows, equal quotas of tasks whose answers have 25, 40, 400 and 300 tokens
    would weigh 3, 5, 52 and 39 %.
    """
    counts = (tokens * counted).to(shares.dtype)
    totals = shares.new_zeros(len(shares)).index_add_(0, tasks, counts)
    return (shares * factors / totals.clamp(min=1))[tasks] * counted


def token_mean(tokens: Tensor, tasks: Tensor, counted: Tensor, shares: Tensor, factors: Tensor) -> Tensor:
    """The mean over all counted tokens, each times its task's factor; shares are ignored (DAPO, Yu et al. 2025)."""
    total = (tokens * counted).sum().to(factors.dtype)
    return (factors / total.clamp(min=1))[tasks] * counted


AGGREGATIONS: dict[str, Aggregation] = {"task_mean": task_mean, "token_mean": token_mean}


def weighted_sum(values: Tensor, mask: Tensor, weights: Tensor) -> Tensor:
    """Sum of values (R, L) where `mask` (R, L) is true, each times its row's weight (R,)."""
    return (values.masked_fill(~mask, 0.0).sum(dim=1) * weights).sum()
