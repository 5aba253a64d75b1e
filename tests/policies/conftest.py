"""A tiny policy with random weights, whose tokenizer knows a few lines of Python."""

import pytest

from astor.policies.options import TinyOptions
from astor.policies.policy import Policy
from astor.policies.tiny import make_policy

TEXTS = [f"def f(x):\n    if x > {i}:\n        x = x + {i}\n    return max(x, {i})\nf({i}) == ?" for i in range(10)]


@pytest.fixture
def policy() -> Policy:
    options = TinyOptions(hidden_size=48, vocabulary=200)
    return make_policy(TEXTS, options, seed=0)
