"""Adapters on the real vLLM on a CPU: loaded by name, and told apart."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.policies.live import keep_files
from astor.policies.policy import Policy
from astor.policies.ranks import World
from astor.rollout.engines.openai import OpenAIEngine
from astor.rollout.options import OpenAIEngineOptions
from astor.storage import PolicyRef, load
from tests.rollout.committed import adapt
from tests.rollout.real_vllm import NEEDS_VLLM, TOLERANCE, differences, options, requests

pytestmark = NEEDS_VLLM


def test_adapters_are_loaded_by_their_digests(policies: list[tuple[Policy, PolicyRef]], tmp_path: Path) -> None:
    policy, base = policies[0]
    merged, adapter = adapt(policy, base, tmp_path / "policy")
    with OpenAIEngine(options(hand_over="adapter"), World()) as engine:
        for one, ref in ((merged, adapter), (policy, base)):
            asked = requests(policy, 1.0)
            samples = engine.generate(ref, asked)
            assert max(differences(one, asked, samples)) < TOLERANCE
            assert {sample.policy_digest for sample in samples} == {ref.digest}
        assert engine.metrics["server_starts"] == 1
        larger, adapter = adapt(policy, base, tmp_path / "larger", rank=33)
        asked = requests(policy, 1.0)
        assert max(differences(larger, asked, engine.generate(adapter, asked))) < TOLERANCE
        assert engine.metrics["server_starts"] == 2, "with room for the rank"
        (url,) = engine._hand_over.urls
        elsewhere = OpenAIEngine(OpenAIEngineOptions(urls=(url,), hand_over="adapter"), World())
        _, foreign = adapt(*policies[1], tmp_path / "other")
        with pytest.raises(
            UserError, match=f"belongs to {policies[1][1].digest[:12]}, and the server .* has {base.digest[:12]}"
        ):
            elsewhere.generate(foreign, requests(policy, 1.0))


def test_the_first_updates_of_two_runs_are_told_apart(policies: list[tuple[Policy, PolicyRef]], tmp_path: Path) -> None:
    """Neither is committed, and both are called by the policy that they began from."""
    policy, base = policies[0]
    asked = requests(policy, 1.0)
    with OpenAIEngine(options(hand_over="adapter"), World()) as server:
        server.generate(base, asked)
        (url,) = server._hand_over.urls
        first = PolicyRef(f"{base.digest}+1", f"{base.digest}+1")
        for rank in (4, 8):
            world = World()
            merged, adapter = adapt(policy, base, tmp_path / str(rank), rank)
            files = load(adapter.committed).part("policy")
            keep_files(world, first, partial(shutil.copytree, files, dirs_exist_ok=True))
            with OpenAIEngine(OpenAIEngineOptions(urls=(url,), hand_over="adapter"), world) as engine:
                samples = engine.generate(first, asked)
            assert max(differences(merged, asked, samples)) < TOLERANCE
            assert {sample.policy_digest for sample in samples} == {first.digest}
