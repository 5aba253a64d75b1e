"""From losses per token to one number: every task weighs what its quota says, however long its answers are."""

from torch import Tensor


def row_weights(tokens: Tensor, tasks: Tensor, counted: Tensor, task_weights: Tensor) -> Tensor:
    """Weight (R,) of every token of a row, so that a weighted sum is the sum over tasks of weight times token mean.

    A task's mean is over the tokens of its rows that are `counted` (R,), bool; `tokens` (R,) are tokens per row,
    `tasks` (R,) indices into `task_weights` (K,). Rows that are not counted weigh 0, and so does a task without tokens:
    its term is 0, and the others keep theirs.

    Our choice, made so that quotas mean what they say: with one token mean over all rows (DAPO), equal quotas of tasks
    whose answers have 25, 40, 400 and 300 tokens would weigh 3, 5, 52 and 39 %.
    """
    counts = (tokens * counted).to(task_weights.dtype)
    totals = task_weights.new_zeros(len(task_weights)).index_add_(0, tasks, counts)
    return (task_weights / totals.clamp(min=1))[tasks] * counted


def weighted_sum(values: Tensor, mask: Tensor, weights: Tensor) -> Tensor:
    """Sum of values (R, L) where `mask` (R, L) is true, each times its row's weight (R,)."""
    return (values.masked_fill(~mask, 0.0).sum(dim=1) * weights).sum()
