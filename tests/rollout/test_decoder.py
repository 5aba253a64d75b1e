"""Steps over blocks of columns, which a GPU captures and plays back, give what steps over the filled ones give."""

import pytest
import torch
from transformers import PreTrainedModel

from astor.policies.attention import attention_of
from astor.policies.policy import Policy
from astor.policies.prefix import compute_prefix
from astor.rollout.engine import Request
from astor.rollout.engines import transformers as engine
from astor.rollout.engines.decoder import Decoder
from astor.rollout.engines.graphs import takes_blocks
from astor.rollout.engines.memory import tokens_that_fit
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from tests.policies.test_chat_models import MODELS, PROMPTS
from tests.policies.test_chat_models import make as chat_model
from tests.policies.test_families import EXACT, make

FAMILIES = ["gpt2", "falcon", "bloom", "llama4_text", "gpt_oss", "cohere2"]
UNCAPTURED = {"Gemma 2", "bloom", "gpt_oss", "falcon"}
"""Their attention is `eager`, or they bring indices from the CPU."""


def model_of(name: str) -> PreTrainedModel:
    """With the attention that it is loaded with."""
    model = chat_model(*MODELS[name]) if name in MODELS else make(name, EXACT[name])
    if name in MODELS:
        model.set_attn_implementation(attention_of(model.config) or "sdpa")
    return model


def filled(model, block: int = 1) -> Decoder:
    """Five rows of three prompts, with room for answers of 24 tokens."""
    prefix = compute_prefix(model, PROMPTS, [24] * 3)
    decoder = Decoder(model, max(map(len, PROMPTS)), max(map(len, PROMPTS)) + 24, rows=5, block=block)
    engine._last_logits(model, prefix)
    decoder.fill(0, prefix, torch.tensor([0, 0, 1, 2, 2]))
    return decoder


def answers(model, block: int) -> list[torch.Tensor]:
    """Logits of each step of three prompts' five rows, two of which are dropped on the way."""
    with torch.inference_mode():
        decoder, found = filled(model, block), []
        for step in range(20):
            if step == 7:
                decoder.select(torch.tensor([1, 2, 4]))
            found.append(decoder.step(torch.arange(decoder.at.rows, device=model.device) + 5 + step).clone())
    return found


@pytest.mark.parametrize("name", [*MODELS, *FAMILIES])
def test_columns_that_nothing_stands_in_change_nothing(name: str) -> None:
    model = model_of(name)
    assert takes_blocks(model) == (name not in UNCAPTURED)
    for exact, blocks in zip(answers(model, 1), answers(model, 32), strict=True):
        torch.testing.assert_close(blocks, exact, atol=2e-4, rtol=1e-5)


@pytest.mark.parametrize("family", ["gpt_neo", "mpt", "llama"])
def test_what_cannot_be_captured_is_left_as_it_is(family: str) -> None:
    assert not takes_blocks(make(family, EXACT[family])), "of the Llama, whose rotary embeddings are dynamic"


def test_prompts_that_are_computed_in_parts_are_answered_as_together(
    exact_policy: Policy, prompts: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [Request(prompt, 3, 12, seed, 1.0) for seed, prompt in enumerate(prompts)]
    together = live_sampler(exact_policy, TransformersEngineOptions()).generate(requests)
    monkeypatch.setattr(engine, "PREFILL", 20)
    parts = live_sampler(exact_policy, TransformersEngineOptions()).generate(requests)
    assert [one.tokens for one in parts] == [one.tokens for one in together]


@pytest.mark.parametrize("name", MODELS)
def test_as_many_rows_are_planned_as_memory_holds(name: str) -> None:
    model = chat_model(*MODELS[name])
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):  # as on CUDA
        layers = filled(model).layers
    width, free = layers[0].all_keys.shape[2], 10**9
    row = sum(layer.all_keys[0].nbytes + layer.all_values[0].nbytes for layer in layers)
    rows = tokens_that_fit(model, width, free) // width
    assert 0.79 * free < rows * (row + 24 * model.config.get_text_config().vocab_size) <= 0.8 * free
    assert tokens_that_fit(model, width, 1) == width


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", [*(name for name in MODELS if name not in UNCAPTURED), "gpt2", "cohere2"])
def test_captured_steps_are_those_that_are_launched(name: str) -> None:
    model = model_of(name).cuda()
    for weights in model.parameters():
        weights.data /= 8 if weights.ndim > 1 else 1
    with torch.autocast("cuda", dtype=torch.bfloat16):
        for launched, captured in zip(answers(model, 1), answers(model, 32), strict=True):
            torch.testing.assert_close(captured, launched, atol=0.05, rtol=0.05)
