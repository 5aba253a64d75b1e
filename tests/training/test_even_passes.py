"""Ranks that must take as many forward passes as each other, without DeepSpeed."""

from collections.abc import Callable

import pytest
import torch

from astor.policies.policy import Policy
from astor.policies.ranks import World
from astor.training.engines.torch import TorchEngine
from astor.training.options import TorchOptions
from astor.training.rows import mini_batches, training_groups

SMALL = {"tokens_per_micro_batch": 20, "optimizer": {"learning_rate": 0.01, "warm_up_steps": 2}}


class EvenEngine(TorchEngine):
    even = True


def weights(policy: Policy) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in policy.model.parameters()])


@pytest.mark.parametrize("aggregation", ["task_mean", "common_length", "token_mean"])
def test_every_rank_has_as_many_pieces_and_rows_that_fill_up_count_nothing(
    aggregation: str, policy: Policy, reference: Policy, play: Callable
) -> None:
    options = TorchOptions.model_validate({**SMALL, "loss": {"aggregation": aggregation}})
    round = play(policy, rollouts=6)
    whole = mini_batches(training_groups(round.completions, round.groups, round.batch), 2, seed=0)
    alone, _ = TorchEngine(policy, reference, options)._prepare(whole, round.batch)
    ranks = [
        EvenEngine(policy, reference, options, world=World(rank, 3))._prepare(whole, round.batch)[0]
        for rank in range(3)
    ]
    for expected, shares in zip(alone, zip(*ranks, strict=True), strict=True):
        assert len({len(share) for share in shares}) == 1
        assert all(len({piece.chunks for piece in pieces}) == 1 for pieces in zip(*shares, strict=True))
        found = [piece for share in shares for piece in share]
        assert sum(int(piece.tokens.sum()) for piece in found) == sum(int(piece.tokens.sum()) for piece in expected)
        for name in ("surrogate_weights", "kl_weights"):
            sums = [
                sum(float(getattr(piece, name) @ piece.tokens.float()) for piece in pieces)
                for pieces in (found, expected)
            ]
            assert sums[0] == pytest.approx(sums[1])


def test_completions_of_all_lengths_in_one_pass_train_as_those_in_passes_of_their_own(
    policy: Policy, reference: Policy, play: Callable, make_policy: Callable
) -> None:
    round, trained = play(policy, rollouts=6), make_policy()
    reports = [
        engine.update(round.completions, round.groups, round.batch, sketch="gradient", loss_after=True)
        for engine in (
            TorchEngine(policy, reference, TorchOptions.model_validate(SMALL)),
            EvenEngine(trained, reference, TorchOptions.model_validate(SMALL)),
        )
    ]
    assert (weights(policy) - weights(trained)).norm() < 0.01 * (weights(policy) - weights(make_policy())).norm()
    for task, update in reports[0].tasks.items():
        assert reports[1].tasks[task].loss_after == pytest.approx(update.loss_after, abs=1e-4)
        pair = (torch.tensor(report.sketches[task]).flatten() for report in reports)
        assert torch.cosine_similarity(*pair, dim=0) > 0.999
