"""A tiny policy that has seen a few hundred demonstrations: its answers end, and differ."""

from copy import deepcopy

import pytest

from astor.policies.options import TinyOptions, WarmStartOptions
from astor.policies.policy import Policy
from astor.policies.tiny import make_policy
from astor.records import Demonstration, Message
from astor.storage import PolicyRef
from astor.training.warm_start import warm_start
from tests.rollout.committed import commit
from tests.rollout.real_vllm import TEXTS


@pytest.fixture(scope="session")
def policy() -> Policy:
    demonstrations = [
        Demonstration(
            task="io_prediction",
            messages=(Message(role="user", content=f"x = {a}\n" + f"x = x + {b}\n" * n + "x == ?"),),
            answer=f"x == {a + b * n}\n" * (1 + b % 3),
        )
        for a in range(10)
        for b in range(6)
        for n in range(4)
    ]
    options = TinyOptions(hidden_size=48, vocabulary=160, warm_start=WarmStartOptions(steps=40, batch_size=24))
    return warm_start(demonstrations, options, seed=0)


@pytest.fixture(scope="session")
def committed(policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> PolicyRef:
    """The policy, committed as a run would."""
    return commit(tmp_path_factory.mktemp("store") / "policy", Policy(policy.model, policy.chat))


@pytest.fixture(scope="session")
def exact_policy(policy: Policy) -> Policy:
    """The policy in fp64. In fp32 one draw of a few ten thousand lies so near to another token that rounding decides,
    which depends on the rows that are computed together."""
    return Policy(deepcopy(policy.model).double(), policy.chat)


@pytest.fixture
def prompts(policy: Policy) -> list[list[int]]:
    """Prompts of different lengths, not in their order."""
    texts = ["x = 3\nx == ?", "x = 1\nx = x + 4\nx = x + 4\nx == ?", "x = 9\nx = x + 2\nx == ?", "x"]
    return [policy.chat.encode([Message(role="user", content=text)]) for text in texts]


@pytest.fixture
def small_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of vLLM on a CPU, which else takes most of its memory."""
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")


@pytest.fixture(scope="session")
def policies(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Policy, PolicyRef]]:
    """Two policies of one architecture, with heads as wide as vLLM wants them."""
    options = TinyOptions(hidden_size=64, layers=2, heads=2, mlp_size=128, vocabulary=200, context=256)
    made = [make_policy(TEXTS, options, seed) for seed in range(2)]
    return [(policy, commit(tmp_path_factory.mktemp("store") / "policy", policy)) for policy in made]
