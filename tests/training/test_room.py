"""An update that runs out of memory goes on with smaller micro-batches, and comes to the same."""

from collections.abc import Callable

import pytest
import torch

from astor.errors import UserError
from astor.policies.policy import Policy
from astor.training.engines.torch import TorchEngine
from astor.training.options import TorchOptions

OPTIONS = TorchOptions.model_validate({"optimizer": {"learning_rate": 1e-3}, "sketch": {"share": 1}})


def hold(policy: Policy, rows: int) -> None:
    """Have memory run out in the backward pass of more than so many rows, when some gradients are there already."""

    def refuse(module: torch.nn.Module, gradients: tuple[torch.Tensor, ...], _: object) -> None:
        if gradients[0] is not None and len(gradients[0]) > rows:
            raise torch.OutOfMemoryError("CUDA out of memory")

    policy.model.model.layers[0].mlp.register_full_backward_hook(refuse)


def test_micro_batches_are_halved_and_the_update_is_the_same(
    policy: Policy, reference: Policy, play: Callable, make_policy: Callable
) -> None:
    round, other = play(policy, rollouts=8), make_policy()
    whole, halved = TorchEngine(policy, reference, OPTIONS), TorchEngine(other, reference, OPTIONS)
    hold(other, rows=5)
    reports = [
        engine.update(round.completions, round.groups, round.batch, sketch="gradient") for engine in (whole, halved)
    ]
    assert whole.metrics["out_of_memory"] == 0
    assert halved.metrics["out_of_memory"] >= 1
    assert halved.metrics["tokens_per_micro_batch"] < 100 < OPTIONS.tokens_per_micro_batch
    for name, weight in policy.model.named_parameters():
        torch.testing.assert_close(other.model.get_parameter(name), weight, atol=3e-4, rtol=0)
    for task, update in reports[0].tasks.items():
        assert reports[1].tasks[task].tokens == update.tokens
        assert reports[1].tasks[task].loss_before == pytest.approx(update.loss_before, abs=1e-5)
        assert reports[1].tasks[task].sketched_groups == update.sketched_groups
        assert torch.allclose(*(torch.tensor(each.sketches[task]) for each in reports), atol=1e-3)
    before = halved.metrics["out_of_memory"]
    halved.update(round.completions, round.groups, round.batch)
    assert halved.metrics["out_of_memory"] == before, "what was learnt holds for the next round"


def test_a_row_that_does_not_fit_alone_ends_the_run_in_one_sentence(
    policy: Policy, reference: Policy, play: Callable
) -> None:
    round = play(policy)
    hold(policy, rows=0)
    with pytest.raises(UserError, match=r"Memory does not hold the gradient of one rollout of .* training\.lora"):
        TorchEngine(policy, reference, OPTIONS).update(round.completions, round.groups, round.batch)


def test_other_errors_go_on(policy: Policy, reference: Policy, play: Callable) -> None:
    round = play(policy)
    policy.model.model.layers[0].mlp.register_full_backward_hook(lambda *_: (_ for _ in ()).throw(RuntimeError("else")))
    with pytest.raises(RuntimeError, match="else"):
        TorchEngine(policy, reference, OPTIONS).update(round.completions, round.groups, round.batch)
