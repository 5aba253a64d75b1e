"""Our decoding loop gives what `generate` gives, rollout by rollout, however the rows were batched."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from astor.errors import UserError
from astor.policies.logprobs import completion_logps
from astor.policies.policy import Policy
from astor.rollout.engine import Request, Sample
from astor.rollout.engines.draw import draw, uniforms
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions


def generate(policy: Policy, requests: list[Request], tokens_per_batch: int = 10_000) -> list[Sample]:
    options = TransformersEngineOptions(tokens_per_batch=tokens_per_batch)
    return live_sampler(policy, options).generate(requests)


def test_greedy_rollouts_are_those_of_generate(policy: Policy, prompts: list[list[int]]) -> None:
    samples = generate(policy, [Request(prompt, 2, 24, 0, temperature=0.0) for prompt in prompts])
    for prompt, sample, same in zip(prompts, samples[::2], samples[1::2], strict=True):
        expected = policy.model.generate(torch.tensor([prompt]), do_sample=False, max_new_tokens=24)
        assert list(sample.tokens) == expected[0, len(prompt) :].tolist()
        assert same == sample


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_logps_are_those_of_the_trainer(policy: Policy, prompts: list[list[int]], temperature: float) -> None:
    samples = generate(policy, [Request(prompt, 4, 24, 5, temperature) for prompt in prompts])
    groups = [[sample.tokens for sample in samples[i : i + 4]] for i in range(0, len(samples), 4)]
    with torch.no_grad():
        logps, mask = completion_logps(policy.model, prompts, groups, temperature)
    assert mask.sum(dim=1).tolist() == [len(sample.logps) for sample in samples]
    for row, sample in zip(logps, samples, strict=True):
        torch.testing.assert_close(row[: len(sample.logps)], torch.tensor(sample.logps), atol=1e-5, rtol=0)


def test_greedy_logps_are_at_temperature_one(policy: Policy, prompts: list[list[int]]) -> None:
    (sample,) = generate(policy, [Request(prompts[0], 1, 24, 0, temperature=0.0)])
    with torch.no_grad():
        logps, _ = completion_logps(policy.model, prompts[:1], [[sample.tokens]], 1.0)
    torch.testing.assert_close(logps[0], torch.tensor(sample.logps), atol=1e-5, rtol=0)


def test_rollouts_do_not_depend_on_how_rows_were_batched(exact_policy: Policy, prompts: list[list[int]]) -> None:
    requests = [Request(prompt, 6, 24, seed, 1.0) for seed, prompt in enumerate(prompts)]
    together = generate(exact_policy, requests)
    few_at_a_time = generate(exact_policy, requests, tokens_per_batch=150)
    one_by_one = generate(exact_policy, requests, tokens_per_batch=1)
    reordered = generate(exact_policy, requests[::-1])
    assert [sample.tokens for sample in few_at_a_time] == [sample.tokens for sample in together]
    assert [sample.tokens for sample in one_by_one] == [sample.tokens for sample in together]
    assert [sample.tokens for sample in reordered[-6:]] == [sample.tokens for sample in together[:6]]


def test_more_rollouts_begin_with_the_fewer(policy: Policy, prompts: list[list[int]]) -> None:
    request = Request(prompts[1], 3, 24, 11, 1.0)
    fewer, more = generate(policy, [request]), generate(policy, [replace(request, rollouts=8)])
    assert [sample.tokens for sample in more[:3]] == [sample.tokens for sample in fewer]
    assert len({sample.tokens for sample in more}) > 1


def test_each_request_has_its_own_limit_and_temperature(policy: Policy, prompts: list[list[int]]) -> None:
    samples = generate(
        policy,
        [Request(prompts[0], 2, 1, 0, 1.0), Request(prompts[1], 2, 24, 0, 0.0), Request(prompts[2], 1, 2, 0, 1.0)],
    )
    assert [len(sample.tokens) <= limit for sample, limit in zip(samples, [1, 1, 24, 24, 2], strict=True)] == [True] * 5
    assert samples[2].tokens == samples[3].tokens
    for sample in samples:
        stopped = sample.tokens[-1] in policy.chat.stop_tokens
        assert sample.finish_reason == ("stop" if stopped else "length")
        assert not policy.chat.stop_tokens & set(sample.tokens[:-1])


def test_metrics_count_what_was_done(policy: Policy, prompts: list[list[int]]) -> None:
    sampler = live_sampler(policy, TransformersEngineOptions())
    engine = sampler.engine
    samples = sampler.generate([Request(prompt, 2, 24, 0, 1.0) for prompt in prompts])
    assert engine.metrics["tokens"] == sum(len(sample.tokens) for sample in samples)
    assert engine.metrics["steps"] == max(len(sample.tokens) for sample in samples)
    assert engine.metrics["batches"] == 1
    assert engine.metrics["out_of_memory"] == 0
    assert sampler.generate([]) == []


def test_a_prompt_beyond_the_context_is_refused(policy: Policy) -> None:
    with pytest.raises(UserError, match="512 tokens"):
        generate(policy, [Request([5] * 500, 1, 13, 0, 1.0)])


def test_the_same_prompt_sampled_often_follows_the_models_distribution(
    policy: Policy, prompts: list[list[int]]
) -> None:
    count = 4000
    samples = generate(policy, [Request(prompts[3], count, 1, 3, 1.0)], tokens_per_batch=10**6)
    with torch.no_grad():
        probabilities = policy.model(torch.tensor([prompts[3]])).logits[0, -1].softmax(dim=-1)
    for token, seen in Counter(sample.tokens[0] for sample in samples).most_common(5):
        expected = probabilities[token].item()
        assert abs(seen / count - expected) < 5 * (expected * (1 - expected) / count) ** 0.5


@given(st.integers(0, 2**64 - 1), st.integers(0, 1000))
def test_a_longer_row_of_uniform_numbers_begins_with_the_shorter(seed: int, rollout: int) -> None:
    longer = uniforms(seed, rollout, 9)
    assert np.array_equal(longer[:4], uniforms(seed, rollout, 4))
    assert np.all((longer >= 0) & (longer < 1))


@given(
    st.lists(st.floats(-40, 40), min_size=2, max_size=12), st.floats(0, 1, width=32), st.sampled_from([0.0, 0.3, 1.0])
)
def test_no_draw_is_of_a_token_without_probability(logits: list[float], number: float, temperature: float) -> None:
    chosen, logp = draw(torch.tensor([logits]), torch.tensor([temperature]), torch.tensor([number]))
    scaled = torch.tensor(logits) / (temperature or 1.0)
    assert torch.allclose(logp, torch.log_softmax(scaled, dim=-1)[chosen])
    assert logp.exp() > 0


def test_batches_are_halved_when_memory_runs_out() -> None:
    """In a process of its own, whose address space holds the model but not the whole batch."""
    program = """
import resource, torch
from astor.policies.options import TinyOptions
from astor.policies.tiny import make_policy
from astor.rollout.engine import Request
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
torch.set_num_threads(1)
options = TinyOptions(hidden_size=48, vocabulary=160)
policy = make_policy(["def f(x):"], options, seed=0)
request = Request([9] * 400, 4000, 2, 0, 1.0)
sampler = live_sampler(policy, TransformersEngineOptions(tokens_per_batch=10**9))
engine = sampler.engine
sampler.generate([Request([9] * 400, 2, 2, 0, 1.0)])
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + 300 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
samples = sampler.generate([request])
assert len(samples) == 4000 and engine.metrics["out_of_memory"] > 0, engine.metrics
assert engine.metrics["tokens_per_batch"] < 4000 * 402, engine.metrics
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "memory ran out" in done.stderr
