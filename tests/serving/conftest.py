"""A tiny policy with random weights, saved as a Hugging Face directory and served by a real server."""

import threading
import time

import pytest
import uvicorn

from astor.policies.chat import Chat
from astor.policies.options import TinyOptions
from astor.policies.policy import Policy, load_policy, save_policy
from astor.policies.tiny import make_model, train_tokenizer
from astor.serving.app import create_app

TEXTS = ["def f(x):\n    return x + 1", "write f for list: reverse, then first item", "assert f([1, 2]) == 3"]


@pytest.fixture(scope="session")
def policy_directory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("policy")
    options = TinyOptions(hidden_size=32, layers=2, heads=2, mlp_size=64, vocabulary=200, context=128)
    tokenizer = train_tokenizer(TEXTS, options)
    chat = Chat(tokenizer, frozenset({tokenizer.eos_token_id}), options.context)
    save_policy(Policy(make_model(tokenizer, options, seed=0).eval(), chat), directory, recipe_digest="r")
    return directory


@pytest.fixture(scope="session")
def served_policy(policy_directory):
    return load_policy(policy_directory, "cpu")


@pytest.fixture(scope="session")
def endpoint(served_policy):
    """The address of a running server."""
    server = uvicorn.Server(uvicorn.Config(create_app(served_policy, "tiny"), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline, "the server does not come up"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)
