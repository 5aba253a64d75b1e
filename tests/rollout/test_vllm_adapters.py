"""Adapters on the real vLLM on a CPU: loaded by name."""

from pathlib import Path

import pytest

from astor.errors import UserError
from astor.policies.policy import Policy
from astor.policies.ranks import World
from astor.rollout.engines.openai import OpenAIEngine
from astor.rollout.options import OpenAIEngineOptions
from astor.storage import PolicyRef
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
