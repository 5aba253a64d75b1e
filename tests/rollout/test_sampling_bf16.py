"""Sampling in bf16 by autocast over fp32 weights, as on a GPU: the CPU's autocast mixes both dtypes as CUDA's does."""

from collections.abc import Iterator

import pytest
import torch
from transformers import PreTrainedModel

from astor.policies.logprobs import completion_logps
from astor.policies.policy import Policy
from astor.rollout.engine import Request
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from tests.policies.test_chat_models import MODELS, PROMPTS
from tests.policies.test_families import EXACT, make
from tests.rollout.test_decoder import FAMILIES, answers
from tests.rollout.test_decoder import model_of as chat_model

ROUNDING = 2**-4
"""Four steps of bf16 between 2 and 4, where the largest logits of these models are: each of two computations rounds its
logits to such steps, and what they are made of before. A wrong key costs some tenths."""
NAMES = [*MODELS, *FAMILIES]


@pytest.fixture(autouse=True)
def bf16() -> Iterator[None]:
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        yield


def model_of(name: str) -> PreTrainedModel:
    """With one expert where there are some: rounding that decides between two of them changes a token as a whole."""
    return chat_model(name) if name in MODELS else make(name, {**EXACT[name], "num_local_experts": 1})


@pytest.mark.parametrize("name", NAMES)
def test_steps_over_blocks_are_those_over_filled_columns(name: str) -> None:
    model = model_of(name)
    for exact, blocks in zip(answers(model, 1), answers(model, 256), strict=True):
        assert exact.dtype == blocks.dtype == torch.float32
        torch.testing.assert_close(blocks, exact, atol=ROUNDING, rtol=0)


@pytest.mark.parametrize("name", NAMES)
def test_sampling_and_scoring_are_those_of_one_pass(name: str, policy: Policy) -> None:
    """Rows end at different steps, so that some are dropped while others go on."""
    model = model_of(name)
    requests = [Request(prompt, 4, most, 3, 1.0) for prompt, most in zip(PROMPTS, (24, 12, 20), strict=True)]
    samples = live_sampler(Policy(model, policy.chat), TransformersEngineOptions()).generate(requests)
    groups = [[sample.tokens for sample in samples[place : place + 4]] for place in range(0, 12, 4)]
    scored, _ = completion_logps(model, PROMPTS, groups, 1.0)
    for row, sample in enumerate(samples):
        prompt, length = PROMPTS[row // 4], len(sample.tokens)
        logits = model(torch.tensor([[*prompt, *sample.tokens]]), use_cache=False).logits[0, len(prompt) - 1 : -1]
        plain = torch.log_softmax(logits.float(), -1)[range(length), sample.tokens]
        torch.testing.assert_close(torch.tensor(sample.logps), plain, atol=ROUNDING, rtol=0)
        torch.testing.assert_close(scored[row, :length], plain, atol=ROUNDING, rtol=0)
