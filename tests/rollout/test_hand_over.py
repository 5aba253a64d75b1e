"""Policies on their way to servers: what happens while that takes long, or does not go well."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.policies.policy import Policy
from astor.policies.ranks import World
from astor.rollout.engine import Request
from astor.rollout.engines.openai import OpenAIEngine
from astor.rollout.options import OpenAIEngineOptions
from astor.storage import PolicyRef, load
from tests.endpoints import application, listening
from tests.rollout.committed import adapt

ONE = [Request((0,), rollouts=1, max_tokens=1, seed=0, temperature=1.0)]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """As at a terminal: what a shell starts in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_who_interrupts_does_not_wait_for_a_server_that_loads(committed: PolicyRef, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nkill -INT {os.getpid()}\nexec sleep 600\n")
    python.chmod(0o755)
    options = OpenAIEngineOptions(vllm_python=str(python), hand_over="restart", start_seconds=60)
    began = time.monotonic()
    with OpenAIEngine(options, World()) as engine, pytest.raises(KeyboardInterrupt):
        engine.generate(committed, ONE)
    assert time.monotonic() - began < 30


def test_a_key_that_a_server_refuses_is_named(policy: Policy, committed: PolicyRef, tmp_path: Path) -> None:
    _, adapter = adapt(policy, committed, tmp_path / "adapter")
    with application(load(committed.committed).part("policy"), keys=("right",)) as app, listening(app) as url:
        options = OpenAIEngineOptions(urls=(url,), hand_over="adapter", key_env="THEIR_KEY")
        with pytest.raises(UserError, match=f"The server {url} refuses the key of THEIR_KEY: put the server's own"):
            OpenAIEngine(options, World()).generate(adapter, ONE)
