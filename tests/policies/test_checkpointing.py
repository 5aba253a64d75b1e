"""Gradient checkpointing changes no value and no gradient, where prompts are shared too."""

import torch

from astor.policies.checkpointing import checkpoint_layers
from astor.policies.logprobs import completion_logps
from astor.policies.policy import Policy

PROMPTS = [[7], [9, 20, 31, 8, 15, 60, 61], [12, 13, 14]]
COMPLETIONS = [[[5, 6], [5, 6, 7, 8, 9, 10, 11, 30, 31]], [[40]], [[41, 42, 43], [50] * 20]]


def kept_and_found(policy: Policy) -> tuple[int, list[torch.Tensor]]:
    """Numbers that are kept for the backward pass, and log-probabilities with the gradients of their squares."""
    kept = 0

    def count(tensor: torch.Tensor) -> torch.Tensor:
        nonlocal kept
        kept += tensor.numel()
        return tensor

    policy.model.zero_grad()
    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        logps, _ = completion_logps(policy.model, PROMPTS, COMPLETIONS, 0.9)
    logps.square().sum().backward(retain_graph=True)
    policy.model.zero_grad()
    logps.square().sum().backward()
    return kept, [logps.detach(), *(weight.grad.clone() for weight in policy.model.parameters())]


def test_it_computes_the_same_with_less_and_as_often_as_it_is_asked(policy: Policy) -> None:
    much, expected = kept_and_found(policy)
    checkpoint_layers(policy.model)
    little, found = kept_and_found(policy)
    assert little < much / 3
    for mine, other in zip(found, expected, strict=True):
        assert torch.equal(mine, other)
