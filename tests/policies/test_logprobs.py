"""Log-probabilities with a shared prefix are those of one forward pass per row; so are their gradients."""

import pytest
import torch
from torch import Tensor

from astor.errors import UserError
from astor.policies import head
from astor.policies.logprobs import completion_logps, length_buckets
from astor.policies.policy import Policy

PROMPTS = [[7], [9, 20, 31, 8, 15, 60, 61], [12, 13, 14]]
COMPLETIONS = [[[5, 6], [5, 6, 7, 8, 9, 10, 11, 30, 31]], [[40]], [[41, 42, 43], [50] * 20, [1]]]


def rowwise(policy: Policy, temperature: float) -> list[Tensor]:
    rows = []
    for prompt, group in zip(PROMPTS, COMPLETIONS, strict=True):
        for completion in group:
            logits = policy.model(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1 : -1]
            logps = torch.log_softmax(logits / temperature, dim=-1)
            rows.append(logps.gather(-1, torch.tensor(completion)[:, None]).squeeze(-1))
    return rows


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_they_agree_with_one_forward_pass_per_row(policy: Policy, temperature: float) -> None:
    logps, mask = completion_logps(policy.model, PROMPTS, COMPLETIONS, temperature)
    assert logps.shape == mask.shape == (6, 20)
    assert mask.sum(dim=1).tolist() == [2, 9, 1, 3, 20, 1]
    assert torch.all(logps[~mask] == 0)
    for row, expected in enumerate(rowwise(policy, temperature)):
        torch.testing.assert_close(logps[row, : len(expected)], expected, atol=1e-5, rtol=0)


def test_gradients_agree_too_through_the_prompts(policy: Policy) -> None:
    completion_logps(policy.model, PROMPTS, COMPLETIONS, 1.0)[0].sum().backward()
    shared = {name: weight.grad.clone() for name, weight in policy.model.named_parameters()}
    policy.model.zero_grad()
    torch.cat(rowwise(policy, 1.0)).sum().backward()
    for name, weight in policy.model.named_parameters():
        torch.testing.assert_close(shared[name], weight.grad, atol=1e-4, rtol=1e-4)


def test_logits_in_chunks_give_the_same_values_and_gradients(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for numbers in (head.LOGITS, 5 * head.vocabulary_of(policy.model)):
        monkeypatch.setattr(head, "LOGITS", numbers)
        policy.model.zero_grad()
        logps, _ = completion_logps(policy.model, PROMPTS, COMPLETIONS, 0.6)
        logps.sum().backward()
        found.append([logps.detach(), *(weight.grad.clone() for weight in policy.model.parameters())])
    for whole, in_chunks in zip(*found, strict=True):
        torch.testing.assert_close(in_chunks, whole, atol=1e-5, rtol=1e-5)


def test_no_gradient_is_kept_where_none_is_wanted(policy: Policy) -> None:
    with torch.no_grad():
        logps, _ = completion_logps(policy.model, PROMPTS, COMPLETIONS, 1.0)
    assert not logps.requires_grad


def test_what_does_not_fit_the_context_is_refused(policy: Policy) -> None:
    with pytest.raises(UserError, match="512 tokens"):
        completion_logps(policy.model, [[1] * 500], [[[2] * 13]], 1.0)


def test_padding_at_most_doubles_the_positions_of_longer_rows() -> None:
    lengths = torch.tensor([1, 33, 4, 5, 8, 64, 9])
    assert [lengths[bucket].tolist() for bucket in length_buckets(lengths)] == [[1, 4, 5, 8], [9], [33, 64]]
