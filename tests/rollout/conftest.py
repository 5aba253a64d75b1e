"""A tiny policy that has seen a few hundred demonstrations: its answers end, and differ."""

from copy import deepcopy

import pytest

from astor.policies.options import TinyOptions, WarmStartOptions
from astor.policies.policy import Policy
from astor.records import Demonstration, Message
from astor.training.warm_start import warm_start


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
def exact_policy(policy: Policy) -> Policy:
    """The policy in fp64. In fp32 one draw of a few ten thousand lies so near to another token that rounding decides,
    which depends on the rows that are computed together."""
    return Policy(deepcopy(policy.model).double(), policy.tokenizer)


@pytest.fixture
def prompts(policy: Policy) -> list[list[int]]:
    """Prompts of different lengths, not in their order."""
    texts = ["x = 3\nx == ?", "x = 1\nx = x + 4\nx = x + 4\nx == ?", "x = 9\nx = x + 2\nx == ?", "x"]
    return [policy.chat.encode([Message(role="user", content=text)]) for text in texts]
