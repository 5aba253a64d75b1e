"""Sketches that the update takes by the way, against gradients computed alone."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from transformers import GPT2Config, GPT2LMHeadModel

from astor.policies.policy import Policy
from astor.training.count_sketch import count_sketch
from astor.training.micro_batch import MicroBatch, make_micro_batch
from astor.training.probe import Probe, probed_maps
from astor.training.rows import micro_batches, training_groups


@pytest.fixture
def piece(policy: Policy, play: Callable) -> MicroBatch:
    """Five groups of two tasks, the last an anchor."""
    round = play(policy, rollouts=24)
    groups = [
        group.model_copy(update={"informative": index < 4, "advantages": tuple(map(float, range(24)))})
        for index, group in enumerate(round.groups)
    ]
    (whole,) = micro_batches(training_groups(round.completions, groups, round.batch), 10**6)
    return make_micro_batch(whole, policy.model.device)


def exact_gradients(policy: Policy, piece: MicroBatch, maps: list[nn.Linear]) -> list[Tensor]:
    """Of each informative group alone, row by row, without a shared prompt."""
    gradients = []
    for group in piece.groups:
        loss = torch.zeros(())
        for completion, advantage in zip(group.completions, group.advantages, strict=True):
            tokens = torch.tensor([[*group.prompt, *completion.tokens]])
            logits = policy.model(input_ids=tokens).logits[0, len(group.prompt) - 1 : -1] / 0.9
            logps = logits.log_softmax(-1).gather(-1, tokens[0, len(group.prompt) :, None])
            loss = loss - advantage * logps.sum()
        found = torch.autograd.grad(loss, [map.weight for map in maps])
        gradients.append(torch.cat([gradient.flatten() for gradient in found]))
    return gradients[:4]


@pytest.mark.parametrize("layers", [0.25, 1.0])
def test_each_prompts_sketch_is_that_of_its_exact_gradient(layers: float, policy: Policy, piece: MicroBatch) -> None:
    probe = Probe(policy.model, layers, 16384)
    with probe.watching():
        logp = piece.logps(policy.model, 0.9)
    before = [weight.grad for weight in policy.model.parameters()]
    found = probe.sketch(piece, -piece.advantages * logp)
    assert found.shape == (1, 4, 16384)
    assert [weight.grad for weight in policy.model.parameters()] == before == [None] * len(before)
    logp.sum().backward()  # the graph is still there
    exact = torch.stack(exact_gradients(policy, piece, probe.maps))
    sketched = count_sketch([exact], 16384)
    assert torch.allclose(found[0], sketched, atol=2e-4 * float(sketched.abs().max()))
    for first in range(4):
        for second in range(first):
            cosine = torch.cosine_similarity(found[0, first], found[0, second], dim=0).item()
            assert cosine == pytest.approx(
                torch.cosine_similarity(exact[first], exact[second], dim=0).item(), abs=0.025
            )


def test_factors_multiply_the_gradients_before_they_are_sketched(policy: Policy, piece: MicroBatch) -> None:
    probe = Probe(policy.model, 0.25, 1024)
    with probe.watching():
        logp = piece.logps(policy.model, 0.9)
    factors = [torch.rand_like(map.weight) for map in probe.maps]
    plain, conditioned = probe.sketch(piece, -piece.advantages * logp, factors)
    exact = torch.stack(exact_gradients(policy, piece, probe.maps))
    flat = torch.cat([factor.flatten() for factor in factors])
    assert torch.allclose(plain, count_sketch([exact], 1024), atol=1e-3 * float(plain.abs().max()))
    assert torch.allclose(conditioned, count_sketch([exact * flat], 1024), atol=1e-3 * float(conditioned.abs().max()))


@pytest.mark.parametrize(("share", "layers"), [(0.25, {3}), (0.5, {2, 3}), (1.0, {0, 1, 2, 3})])
def test_the_maps_are_the_output_projections_of_the_last_layers(
    share: float, layers: set[int], make_policy: Callable
) -> None:
    model = make_policy(layers=4).model
    found = {id(map) for map in probed_maps(model, share)}
    assert {name for name, module in model.named_modules() if id(module) in found} == {
        f"model.layers.{layer}.{place}" for layer in layers for place in ("self_attn.o_proj", "mlp.down_proj")
    }


def test_where_there_is_lora_the_maps_are_its_own(make_policy: Callable) -> None:
    """Named as peft names them."""
    model = make_policy(layers=2).model
    model.requires_grad_(False)
    assert probed_maps(model, 0.5) == [], "nothing is trained"
    adapters = [nn.ModuleDict({"default": nn.Linear(32, 32, bias=False)}) for _ in range(2)]
    for layer, adapter in zip(model.model.layers, adapters, strict=True):
        layer.self_attn.q_proj.add_module("lora_A", adapter)
    assert probed_maps(model, 0.5) == [adapters[1]["default"]]


def test_a_model_without_such_projections_has_no_maps() -> None:
    assert (
        probed_maps(GPT2LMHeadModel(GPT2Config(n_embd=8, n_layer=1, n_head=1, vocab_size=10, n_positions=8)), 1) == []
    )
