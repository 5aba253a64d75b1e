"""Families of models, tiny and random: what is computed with shared prompts is exact above a window as below it, or the
model is refused in one sentence."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from astor.errors import UserError
from astor.policies.logprobs import completion_logps
from astor.policies.policy import Policy, load_policy
from astor.policies.prefix import room_of
from astor.policies.trial import check_sharing
from astor.rollout.engine import Request
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from tests.policies.small_sizes import CONTEXT, SIZE, SLIDING, VOCABULARY, WINDOW

GPT = {"vocab_size": VOCABULARY, "n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": CONTEXT}
LONGROPE = {
    "rope_type": "longrope",
    "short_factor": [1.0] * 8,
    "long_factor": [4.0] * 8,
}
EXACT = {
    "mistral": SLIDING,
    "mixtral": SLIDING,
    "ministral": SLIDING,
    "phi3": SLIDING,
    "starcoder2": {**SIZE, "sliding_window": WINDOW},
    "qwen2": {**SIZE, "sliding_window": WINDOW, "use_sliding_window": True, "max_window_layers": 1},
    "qwen3": {**SLIDING, "use_sliding_window": True, "max_window_layers": 1},
    "gemma": {**SIZE, "head_dim": 16},
    "gemma2": {**SLIDING, "query_pre_attn_scalar": 16},
    "gemma3_text": {**SLIDING, "num_hidden_layers": 6, "query_pre_attn_scalar": 16},
    "cohere2": {**SLIDING, "num_hidden_layers": 4},
    "gpt_oss": {**SLIDING, "num_local_experts": 2, "num_experts_per_tok": 1},
    "llama4_text": {**SIZE, "head_dim": 16, "attention_chunk_size": WINDOW, "num_hidden_layers": 4},
    "deepseek_v3": {
        **SIZE,
        "num_key_value_heads": 2,
        "q_lora_rank": 16,
        "kv_lora_rank": 16,
        "qk_rope_head_dim": 8,
        "qk_nope_head_dim": 8,
        "v_head_dim": 16,
        "first_k_dense_replace": 2,
    },
    "gpt2": {**GPT, "bos_token_id": 2, "eos_token_id": 1},
    "gpt_neox": SIZE,
    "gpt_neo": {
        "vocab_size": 64,
        "hidden_size": 32,
        "num_layers": 2,
        "num_heads": 2,
        "attention_types": [[["global", "local"], 1]],
        "window_size": WINDOW,
        "max_position_embeddings": CONTEXT,
    },
    "opt": {**SIZE, "ffn_dim": 32, "word_embed_proj_dim": 32},
    "bloom": {"vocab_size": 64, "hidden_size": 32, "n_layer": 2, "n_head": 2, "seq_length": CONTEXT},
    "mpt": {"vocab_size": VOCABULARY, "d_model": 32, "n_heads": 2, "n_layers": 2, "max_seq_len": CONTEXT},
    "falcon": {**SIZE, "alibi": True},
    "llama": {**SIZE, "rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000.0}},
}
SHORT, LONG, ANSWER = [3, 4, 5], list(range(2, 42)), [7, 8, 9, 10, 11] * 4


def make(family: str, options: dict) -> PreTrainedModel:
    """Random weights, larger than usual, so that attention is sharp and a wrong key shows."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model(family, **options)).float().eval()
    with torch.no_grad():
        for weights in model.parameters():
            if weights.ndim > 1:
                weights.mul_(8)
    return model


def alone(model: PreTrainedModel, prompt: list[int], answer: list[int]) -> Tensor:
    logits = model(torch.tensor([prompt + answer]), use_cache=False).logits[0, len(prompt) - 1 : -1]
    return torch.log_softmax(logits, -1)[range(len(answer)), answer]


@pytest.mark.parametrize("family", EXACT)
def test_a_prompt_is_shared_exactly_beside_a_long_one_and_above_the_window(family: str) -> None:
    model = make(family, EXACT[family])
    assert room_of(model) == CONTEXT
    check_sharing(model)
    with torch.no_grad():
        beside, _ = completion_logps(model, [SHORT, LONG], [[ANSWER, ANSWER[:4]], [ANSWER]], 1.0)
        for row, (prompt, answer) in enumerate([(SHORT, ANSWER), (SHORT, ANSWER[:4]), (LONG, ANSWER)]):
            torch.testing.assert_close(
                beside[row, : len(answer)], alone(model, prompt, answer), atol=1e-3, rtol=0, msg=f"{family} {row}"
            )


@pytest.mark.parametrize("family", ["mistral", "gemma2", "llama4_text", "gpt_neo", "mpt"])
def test_samples_above_the_window_are_those_of_the_plain_model(family: str, policy: Policy) -> None:
    model = make(family, EXACT[family])
    requests = [Request(prompt, 2, 20, 0, 1.0) for prompt in (SHORT, LONG)]
    samples = live_sampler(Policy(model, policy.chat), TransformersEngineOptions()).generate(requests)
    with torch.no_grad():
        for prompt, sample in zip([SHORT, SHORT, LONG, LONG], samples, strict=True):
            expected = alone(model, prompt, list(sample.tokens))
            torch.testing.assert_close(torch.tensor(sample.logps), expected, atol=1e-3, rtol=0)


def test_gradients_of_what_is_shared_above_a_window_are_those_of_plain_passes() -> None:
    model = make("mistral", EXACT["mistral"])
    completion_logps(model, [SHORT, LONG], [[ANSWER], [ANSWER]], 1.0)[0].sum().backward()
    shared = {name: weight.grad.clone() for name, weight in model.named_parameters()}
    model.zero_grad()
    (alone(model, SHORT, ANSWER).sum() + alone(model, LONG, ANSWER).sum()).backward()
    for name, weight in model.named_parameters():
        torch.testing.assert_close(shared[name], weight.grad, atol=1e-2, rtol=1e-3)


@pytest.mark.parametrize("family", ["llama", "gpt2", "mistral"])
def test_every_row_has_the_whole_context_whatever_stands_beside_it(family: str) -> None:
    model = make(family, EXACT[family])
    wide, answer = [5] * (CONTEXT - 2), [6, 7, 8, 9] * 20
    with torch.no_grad():
        logps, _ = completion_logps(model, [wide, SHORT], [[[7, 8]], [answer]], 1.0)
        torch.testing.assert_close(logps[0, :2], alone(model, wide, [7, 8]), atol=1e-3, rtol=0)
        torch.testing.assert_close(logps[1], alone(model, SHORT, answer), atol=1e-3, rtol=0)


def test_rows_that_have_ended_do_not_leave_the_context_while_others_go_on(policy: Policy) -> None:
    model = make("gpt2", EXACT["gpt2"])
    requests = [Request([5] * (CONTEXT - 2), 1, 2, 0, 1.0), Request(SHORT, 1, CONTEXT - 3, 0, 1.0)]
    full, short = live_sampler(Policy(model, policy.chat), TransformersEngineOptions()).generate(requests)
    assert len(full.tokens) == 2
    with torch.no_grad():
        expected = alone(model, SHORT, list(short.tokens))
    torch.testing.assert_close(torch.tensor(short.logps), expected, atol=1e-3, rtol=0)


def test_embeddings_that_turn_anew_beyond_the_original_context_have_that_one_alone() -> None:
    model = make("phi3", {**SLIDING, "rope_scaling": LONGROPE, "original_max_position_embeddings": 56})
    assert room_of(model) == 56
    with pytest.raises(UserError, match="56 tokens"):
        completion_logps(model, [LONG], [[ANSWER]], 1.0)


@pytest.mark.parametrize(
    ("family", "options", "says"),
    [
        ("mamba", SIZE, "carries a state"),
        ("rwkv", {**SIZE, "attention_hidden_size": 32}, "carries a state"),
        ("recurrent_gemma", {**SIZE, "num_hidden_layers": 3}, "carries a state"),
        ("qwen3_next", {**SIZE, "head_dim": 16, "num_experts": 2, "num_hidden_layers": 4}, "carries a state"),
        (
            "lfm2",
            {**SIZE, "layer_types": ["conv", "full_attention"]},
            "has conv layers",
        ),
        ("pegasus", {"vocab_size": 64, "d_model": 32, "encoder_layers": 1, "decoder_layers": 1}, "cannot share"),
        ("bloom", {"vocab_size": 64, "hidden_size": 32, "n_layer": 2, "n_head": 2}, "how long the policy's context is"),
        ("bert", SIZE, "cannot share their prompt"),
        ("roberta", SIZE, "cannot share their prompt"),
        ("openai-gpt", GPT, "cannot share their prompt"),
        ("marian", {"vocab_size": 64, "d_model": 32, "pad_token_id": 0}, "cannot share their prompt"),
    ],
)
def test_what_cannot_be_shared_exactly_is_refused(family: str, options: dict, says: str) -> None:
    with pytest.raises(UserError, match=says) as refusal:
        check_sharing(make(family, options))
    assert str(refusal.value).count(". ") == 0, "one sentence"


def save_beside(policy: Policy, model: PreTrainedModel, directory: Path) -> None:
    model.save_pretrained(directory)
    policy.chat.tokenizer.save_pretrained(directory)


@pytest.mark.parametrize("family", ["bert", "mamba"])
def test_a_directory_is_named_with_what_is_wrong_with_its_model(family: str, policy: Policy, tmp_path: Path) -> None:
    save_beside(policy, make(family, SIZE), tmp_path)
    with pytest.raises(UserError, match=f"{tmp_path}: .* of type {family}"):
        load_policy(tmp_path, device="cpu")


@pytest.mark.parametrize("family", ["gpt2", "mpt", "gemma2"])
def test_a_directory_of_another_family_has_one_room(family: str, policy: Policy, tmp_path: Path) -> None:
    save_beside(policy, make(family, EXACT[family]), tmp_path)
    loaded = load_policy(tmp_path, device="cpu")
    assert loaded.chat.context == room_of(loaded.model) == CONTEXT


def test_a_context_that_no_key_gives_is_not_guessed(policy: Policy, tmp_path: Path) -> None:
    save_beside(policy, policy.model, tmp_path)
    config = tmp_path / "config.json"
    config.write_text(config.read_text().replace("max_position_embeddings", "longest_text"))
    with pytest.raises(UserError, match="does not say how long the policy's context is"):
        load_policy(tmp_path, device="cpu")
