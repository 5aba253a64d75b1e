"""Policies on their way to servers: what happens while that takes long, or does not go well."""

import os
import time
from pathlib import Path

import pytest

from astor.policies.ranks import World
from astor.rollout.engine import Request
from astor.rollout.engines.openai import OpenAIEngine
from astor.rollout.options import OpenAIEngineOptions
from astor.storage import PolicyRef

ONE = [Request((0,), rollouts=1, max_tokens=1, seed=0, temperature=1.0)]


def test_who_interrupts_does_not_wait_for_a_server_that_loads(committed: PolicyRef, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nkill -INT {os.getpid()}\nexec sleep 600\n")
    python.chmod(0o755)
    options = OpenAIEngineOptions(vllm_python=str(python), hand_over="restart", start_seconds=60)
    began = time.monotonic()
    with OpenAIEngine(options, World()) as engine, pytest.raises(KeyboardInterrupt):
        engine.generate(committed, ONE)
    assert time.monotonic() - began < 30
