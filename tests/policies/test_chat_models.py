"""The chat models that docs/models.md lists, tiny and random, from directories as they are published: what is sampled,
what is scored and what transformers computes by its plainest attention agree."""

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from astor.errors import UserError
from astor.policies.logprobs import completion_logps
from astor.policies.policy import Policy, load_policy
from astor.policies.prefix import room_of
from astor.rollout.engine import Request
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from tests.policies import small_sizes
from tests.policies.small_sizes import CONTEXT, WINDOW

SIZE = {**small_sizes.SIZE, "eos_token_id": [1, 4]}
SLIDING = {**SIZE, "head_dim": 16, "sliding_window": WINDOW}
LLAMA_3 = {
    "rope_type": "llama3",
    "rope_theta": 10_000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 48,
}
GEMMA_3 = {**SLIDING, "num_hidden_layers": 6, "query_pre_attn_scalar": 16, "final_logit_softcapping": None}
IMAGES = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "image_size": 28}
MODELS = {
    "Qwen2.5-Coder": ("qwen2", {**SIZE, "tie_word_embeddings": True}),
    "Qwen3": ("qwen3", {**SIZE, "head_dim": 16, "tie_word_embeddings": True}),
    "Llama 3": ("llama", {**SIZE, "rope_parameters": LLAMA_3, "tie_word_embeddings": False}),
    "Gemma 2": (
        "gemma2",
        {**SLIDING, "query_pre_attn_scalar": 16, "attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0},
    ),
    "Gemma 3": ("gemma3_text", GEMMA_3),
    "Gemma 3 with images": (
        "gemma3",
        {"text_config": GEMMA_3, "vision_config": IMAGES, "mm_tokens_per_image": 4, "eos_token_id": [1, 4]},
    ),
    "Mistral": ("mistral", SLIDING),
    "Phi-3": ("phi3", SLIDING),
    "StarCoder2": ("starcoder2", {**SIZE, "sliding_window": WINDOW, "tie_word_embeddings": True}),
}
PROMPTS = [[9, 6, 5], list(range(20, 60)), [7]]


def make(family: str, options: dict) -> PreTrainedModel:
    """Random weights, larger than usual, so that attention is sharp and meets its caps."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = AutoConfig.for_model(family, **options)
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    with torch.no_grad():
        for weights in model.parameters():
            if weights.ndim > 1:
                weights.mul_(8)
    return model


def publish(policy: Policy, model: PreTrainedModel, directory: Path) -> Path:
    model.save_pretrained(directory)
    policy.chat.tokenizer.save_pretrained(directory)
    return directory


@pytest.mark.parametrize("name", MODELS)
def test_sampling_and_scoring_are_those_of_plain_attention(name: str, policy: Policy, tmp_path: Path) -> None:
    plain = make(*MODELS[name])
    loaded = load_policy(publish(policy, plain, tmp_path), device="cpu")
    assert room_of(loaded.model) == loaded.chat.context == CONTEXT
    assert {1, 4} <= loaded.chat.stop_tokens
    options = MODELS[name][1]
    if options.get("tie_word_embeddings"):
        assert loaded.model.get_output_embeddings().weight is loaded.model.get_input_embeddings().weight
    requests = [Request(prompt, 2, 24, 3, 1.0) for prompt in PROMPTS]
    samples = live_sampler(loaded, TransformersEngineOptions()).generate(requests)
    groups = [[sample.tokens for sample in samples[place : place + 2]] for place in range(0, 6, 2)]
    with torch.no_grad():
        scored, _ = completion_logps(loaded.model, PROMPTS, groups, 1.0)
        for row, sample in enumerate(samples):
            prompt = PROMPTS[row // 2]
            whole = torch.tensor([[*prompt, *sample.tokens]])
            logits = plain(whole, use_cache=False).logits[0, len(prompt) - 1 : -1]
            expected = torch.log_softmax(logits, -1)[range(len(sample.tokens)), sample.tokens]
            torch.testing.assert_close(torch.tensor(sample.logps), expected, atol=1e-4, rtol=0)
            torch.testing.assert_close(scored[row, : len(expected)], expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", ["Qwen3", "Gemma 2", "Mistral"])
def test_greedy_answers_are_those_of_generate(name: str, policy: Policy) -> None:
    model = make(*MODELS[name])
    (sample,) = live_sampler(Policy(model, policy.chat), TransformersEngineOptions()).generate(
        [Request(PROMPTS[1], 1, 24, 0, 0.0)]
    )
    expected = model.generate(
        torch.tensor(PROMPTS[1:2]), do_sample=False, max_new_tokens=24, eos_token_id=sorted(policy.chat.stop_tokens)
    )
    assert list(sample.tokens) == expected[0, len(PROMPTS[1]) :].tolist()


def test_answers_end_at_every_token_that_the_generation_config_names(policy: Policy, tmp_path: Path) -> None:
    directory = publish(policy, policy.model, tmp_path)
    (directory / "generation_config.json").write_text(json.dumps({"eos_token_id": [7, 9]}))
    stop = policy.chat.tokenizer.eos_token_id
    assert load_policy(directory, device="cpu").chat.stop_tokens == {7, 9, stop}


@pytest.mark.parametrize("tokens", [100, 450])
def test_a_tokenizer_of_another_model_is_refused(policy: Policy, tmp_path: Path, tokens: int) -> None:
    publish(policy, make("qwen2", {**SIZE, "vocab_size": tokens}), tmp_path)
    there = len(policy.chat.tokenizer)
    with pytest.raises(UserError, match=f"tokenizer has {there} tokens and the weights {tokens}"):
        load_policy(tmp_path, device="cpu")


def test_weights_that_are_missing_are_not_drawn_at_random(policy: Policy, tmp_path: Path) -> None:
    publish(policy, make("qwen2", {**SIZE, "num_hidden_layers": 1}), tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(
        json.dumps({**config, "num_hidden_layers": 2, "layer_types": ["full_attention"] * 2})
    )
    with pytest.raises(UserError, match=r"lack model\.layers\.1\..* more that its config\.json asks for"):
        load_policy(tmp_path, device="cpu")
