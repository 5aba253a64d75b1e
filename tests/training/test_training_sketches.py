"""Sketches of a round, taken in the update itself."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from astor.errors import UserError
from astor.policies.policy import Policy
from astor.records import UpdateReport
from astor.training.count_sketch import count_sketch
from astor.training.engines.torch import TorchEngine
from astor.training.options import TorchOptions
from astor.training.probe import probed_maps


def options(**changes: object) -> TorchOptions:
    slow = {"learning_rate": 1e-3, "warm_up_steps": 0}
    return TorchOptions.model_validate({"mini_batches": 1, "sketch": {"share": 1.0}, "optimizer": slow, **changes})


@pytest.fixture
def played(policy: Policy, play: Callable) -> object:
    """Two groups of task a that differ in reward; of three of task b one is flat and dropped."""
    round = play(policy, rollouts=24)
    flat = {"informative": False, "kept": False, "advantages": (0.0,) * 24, "rewards": (1.0,) * 24}
    round.groups[2] = round.groups[2].model_copy(update=flat)
    assert all(group.informative for group in round.groups if group.kept)
    return round


def update(policy: Policy, reference: Policy, played: object, **changes: object) -> UpdateReport:
    engine = TorchEngine(policy, reference, options(**changes))
    return engine.update(played.completions, played.groups, played.batch, sketch="gradient")


def gradient_of(report: UpdateReport, task: str) -> Tensor:
    return torch.tensor(report.sketches[task], dtype=torch.float64).sum(dim=0)


def exact_gradient(policy: Policy, played: object, task: str, weigh: Callable[[int], float]) -> Tensor:
    """The gradient on the sketched weights of a task's surrogate, in which `weigh(tokens of its group)` is what a token
    weighs."""
    maps, loss = probed_maps(policy.model, 0.25), torch.zeros(())
    for group in (group for group in played.groups if group.task == task and group.kept):
        mine = [completion for completion in played.completions if completion.prompt_id == group.prompt_id]
        tokens = sum(len(completion.tokens) for completion in mine)
        for completion, advantage in zip(mine, group.advantages, strict=True):
            text = torch.tensor([[*completion.prompt_tokens, *completion.tokens]])
            logits = policy.model(input_ids=text).logits[0, len(completion.prompt_tokens) - 1 : -1] / 0.9
            logps = logits.log_softmax(-1).gather(-1, text[0, len(completion.prompt_tokens) :, None])
            loss = loss - weigh(tokens) * advantage * logps.sum()
    return torch.cat([gradient.flatten() for gradient in torch.autograd.grad(loss, [map.weight for map in maps])])


@pytest.mark.parametrize("standardise", [True, False])
def test_a_task_s_gradient_is_the_mean_over_generated_groups_of_token_means(
    standardise: bool, played: object, reference: Policy, make_policy: Callable
) -> None:
    """Whatever the loss divides advantages by: the sketch has them with a standard deviation of 1."""
    scale = {group.prompt_id: 1.0 if standardise else float(np.std(group.rewards, ddof=1)) for group in played.groups}
    scaled = [
        group.model_copy(update={"advantages": tuple(a * scale[group.prompt_id] for a in group.advantages)})
        for group in played.groups
    ]
    trained, still = make_policy(), make_policy()
    engine = TorchEngine(trained, reference, options())
    report = engine.update(played.completions, scaled, played.batch, sketch="gradient")
    gradients = {}
    for task, generated in (("a", 2), ("b", 3)):
        exact = exact_gradient(still, played, task, lambda tokens, n=generated: 1 / (tokens * n))
        sketched = count_sketch([exact[None]], 16384)[0]
        assert torch.allclose(gradient_of(report, task), sketched, atol=1e-3 * float(sketched.abs().max())), task
        assert report.tasks[task].sketched_groups == 2
        gradients[task] = exact
    found_cosine = torch.cosine_similarity(gradient_of(report, "a"), gradient_of(report, "b"), dim=0).item()
    assert found_cosine == pytest.approx(torch.cosine_similarity(*gradients.values(), dim=0).item(), abs=0.025)


def test_the_gradient_norm_is_that_of_the_surrogate_as_it_enters_the_loss(
    played: object, policy: Policy, reference: Policy, make_policy: Callable
) -> None:
    report = update(make_policy(), reference, played)
    for task, share in (("a", 2 / 5), ("b", 3 / 5)):
        tokens = sum(
            len(completion.tokens)
            for group in played.groups
            if group.task == task and group.kept
            for completion in played.completions
            if completion.prompt_id == group.prompt_id
        )
        exact = exact_gradient(policy, played, task, lambda _, weight=share / tokens: weight)
        assert report.tasks[task].gradient_norm == pytest.approx(exact.norm().item(), rel=0.03)


def test_pieces_change_a_sketch_by_rounding_alone(played: object, reference: Policy, make_policy: Callable) -> None:
    whole = update(make_policy(), reference, played, mini_batches=2)
    cut = update(make_policy(), reference, played, mini_batches=2, tokens_per_micro_batch=60)
    for task in ("a", "b"):
        assert torch.allclose(gradient_of(cut, task), gradient_of(whole, task), rtol=0.01, atol=1e-4)
        assert cut.tasks[task].gradient_norm == pytest.approx(whole.tasks[task].gradient_norm, rel=0.01)


def test_what_is_sketched_changes_nothing_in_the_update(
    played: object, reference: Policy, make_policy: Callable
) -> None:
    weights = []
    for share in (0.1, 1.0):
        policy = make_policy()
        update(policy, reference, played, mini_batches=2, sketch={"share": share})
        weights.append(torch.cat([weight.detach().flatten() for weight in policy.model.parameters()]))
    assert torch.equal(*weights)


def test_a_share_of_the_mini_batches_stands_for_all(policy: Policy, play: Callable, make_policy: Callable) -> None:
    """Two groups of each task, one to a mini-batch: with half of them, one is sketched and counts twice."""
    prompts = {"a": [[2, 3, 4], [5, 6, 2]], "b": [[10, 11], [12, 13]]}
    played = play(policy, rollouts=24, prompts=prompts)
    assert all(group.informative for group in played.groups)
    whole = update(make_policy(), make_policy(), played, mini_batches=2)
    half = update(make_policy(), make_policy(), played, mini_batches=2, sketch={"share": 0.5})
    for task in ("a", "b"):
        assert (whole.tasks[task].sketched_groups, half.tasks[task].sketched_groups) == (2, 1)
        first, second = torch.tensor(whole.sketches[task], dtype=torch.float64)
        found = gradient_of(half, task)
        assert any(torch.allclose(found, 2 * one, rtol=0.02, atol=1e-3) for one in (first, second))
        assert sum(any(one) for one in half.sketches[task]) == 1, "there is one group, in one half"


def test_a_task_of_one_group_a_round_has_it_in_either_half(played: object, reference: Policy, policy: Policy) -> None:
    only = [group.model_copy(update={"kept": group.prompt_id == "a0"}) for group in played.groups]
    engine = TorchEngine(policy, reference, options(sketch={"size": 64}))
    halves = set()
    for seed in range(8):
        batch = played.batch.model_copy(update={"seed": seed})
        report = engine.update(played.completions, only, batch, sketch="gradient")
        halves.add(tuple(any(half) for half in report.sketches["a"]))
    assert halves == {(True, False), (False, True)}


def test_in_adam_s_metric_sketches_come_from_the_eleventh_step_on(
    policy: Policy, reference: Policy, play: Callable
) -> None:
    engine = TorchEngine(policy, reference, options(mini_batches=2))
    for number in range(6):
        round = play(policy, number, rollouts=8)
        report = engine.update(round.completions, round.groups, round.batch, sketch="adam")
        assert bool(report.sketches) == report.preconditioned == (number == 5)
        assert report.tasks["a"].gradient_norm is not None, "norms are measured all the same"


def test_without_being_asked_for_there_are_norms_and_no_sketches(
    played: object, policy: Policy, reference: Policy
) -> None:
    report = TorchEngine(policy, reference, options()).update(played.completions, played.groups, played.batch)
    assert report.sketches == {}
    assert report.tasks["b"].gradient_norm > 0


def test_a_model_with_nothing_to_sketch_trains_and_a_sketch_of_it_is_refused(
    played: object, policy: Policy, reference: Policy
) -> None:
    for layer in policy.model.model.layers:
        layer.self_attn.o_proj.weight.requires_grad_(False)
        layer.mlp.down_proj.weight.requires_grad_(False)
    engine = TorchEngine(policy, reference, options())
    report = engine.update(played.completions, played.groups, played.batch)
    assert report.optimizer_steps == 1
    assert report.tasks["a"].gradient_norm is None
    with pytest.raises(UserError, match="no o_proj or down_proj to sketch gradients of"):
        engine.update(played.completions, played.groups, played.batch, sketch="gradient")
