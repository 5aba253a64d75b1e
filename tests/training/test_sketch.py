from collections.abc import Callable

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from astor.errors import UserError
from astor.policies.policy import Policy
from astor.training.options import SketchOptions
from astor.training.rows import training_groups
from astor.training.sketch import sketch_tasks, sketched_parameters

TOKENS = 10000


@pytest.fixture
def groups(policy: Policy, play: Callable) -> list:
    round = play(policy, rollouts=48)
    groups = training_groups(round.completions, round.groups, round.batch)
    assert all(group.informative for group in groups)
    return groups


def test_it_sketches_the_policy_gradient_of_each_task(policy: Policy, groups: list) -> None:
    found = sketch_tasks(policy.model, groups, SketchOptions(), 0.9, TOKENS, seed=0)
    assert set(found) == {0, 1}
    for task in found.values():
        halves = torch.tensor(task.halves)
        assert halves.shape == (2, 16384)
        assert halves.sum(dim=0).norm().item() == pytest.approx(1, abs=1e-3)
        assert task.norm > 0


def test_the_sketch_is_of_the_exact_gradient(policy: Policy, groups: list) -> None:
    """Two tasks' sketches have the cosine of their gradients, computed here without a sketch."""
    found = sketch_tasks(policy.model, groups, SketchOptions(layers=1.0), 0.9, TOKENS, seed=0)
    exact = []
    for task in range(2):
        mine = [group for group in groups if group.task == task]
        loss = torch.zeros(())
        for group in mine:
            for completion, advantage in zip(group.completions, group.advantages, strict=True):
                tokens = torch.tensor([[*group.prompt, *completion.tokens]])
                logits = policy.model(input_ids=tokens).logits[0, len(group.prompt) - 1 : -1] / 0.9
                logps = logits.log_softmax(-1).gather(-1, tokens[0, len(group.prompt) :, None])
                loss = loss - advantage * logps.sum()
        total = sum(len(completion.tokens) for group in mine for completion in group.completions)
        gradients = torch.autograd.grad(loss / total, sketched_parameters(policy.model, 1.0))
        exact.append(torch.cat([gradient.flatten() for gradient in gradients]))
        assert found[task].norm == pytest.approx(exact[task].norm().item(), rel=1e-3)
    sketches = [torch.tensor(found[task].halves).sum(dim=0) for task in range(2)]
    sketched = torch.cosine_similarity(*sketches, dim=0).item()
    assert sketched == pytest.approx(torch.cosine_similarity(*exact, dim=0).item(), abs=0.03)


def test_it_leaves_the_model_as_it_was(policy: Policy, groups: list) -> None:
    policy.model.model.embed_tokens.weight.requires_grad_(False)
    required = [weight.requires_grad for weight in policy.model.parameters()]
    sketch_tasks(policy.model, groups, SketchOptions(), 0.9, TOKENS, seed=0)
    assert [weight.requires_grad for weight in policy.model.parameters()] == required
    assert all(weight.grad is None for weight in policy.model.parameters())


def test_a_task_with_one_informative_group_cannot_be_halved(policy: Policy, groups: list) -> None:
    assert set(sketch_tasks(policy.model, groups[1:], SketchOptions(), 0.9, TOKENS, seed=0)) == {1}


@pytest.mark.parametrize(("share", "layers"), [(0.25, {3}), (0.5, {2, 3}), (1.0, {0, 1, 2, 3})])
def test_sketched_parameters_are_output_projections_of_the_last_layers(
    share: float, layers: set[int], make_policy: Callable
) -> None:
    model = make_policy(layers=4).model
    found = {id(weight) for weight in sketched_parameters(model, share)}
    names = {name for name, weight in model.named_parameters() if id(weight) in found}
    assert names == {
        f"model.layers.{layer}.{place}.weight" for layer in layers for place in ("self_attn.o_proj", "mlp.down_proj")
    }


def test_a_model_without_such_projections_is_told_apart() -> None:
    model = GPT2LMHeadModel(GPT2Config(n_embd=8, n_layer=1, n_head=1, vocab_size=10, n_positions=8))
    with pytest.raises(UserError, match="GPT2LMHeadModel has no o_proj"):
        sketched_parameters(model, 0.25)
