"""A tiny policy with random weights, saved as a Hugging Face directory and served by a real server."""

import openai
import pytest

from astor.cli.serve import has_kserve
from astor.policies.options import TinyOptions
from astor.policies.policy import load_policy, save_policy
from astor.policies.tiny import make_policy
from astor.serving.app import create_app
from astor.serving.limits import Limits
from astor.serving.model import Model
from astor.tasks.catalogue import task_classes
from astor.tasks.trained import doors_of
from tests.endpoints import listening

TEXTS = ["def f(x):\n    return x + 1", "write f for list: reverse, then first item", "assert f([1, 2]) == 3"]


@pytest.fixture(scope="session")
def policy_directory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("policy")
    options = TinyOptions(hidden_size=32, layers=2, heads=2, mlp_size=64, vocabulary=200, context=128)
    save_policy(make_policy(TEXTS, options, seed=0), directory, recipe_digest="r")
    return directory


@pytest.fixture(scope="session")
def served_policy(policy_directory):
    return load_policy(policy_directory, "cpu")


@pytest.fixture(scope="session")
def served_model(policy_directory):
    """The policy in a process of its own."""
    with Model(policy_directory, most_tokens=4096, most_answers=200) as model:
        yield model


@pytest.fixture(scope="session")
def app(served_model):
    """What serves it, by KServe's routes too where they can be had; one of its keys is `open-sesame`."""
    options = {name: task.options_type(type=name, max_tokens=12) for name, task in task_classes().items()}
    options["begun"] = options["io_prediction"].model_copy(update={"prefill": "[1"})
    limits, keys = Limits(max_body_mb=1, request_seconds=20), ["another", "open-sesame"]
    return create_app(served_model, "tiny", limits, keys, doors_of(options), has_kserve(None))


@pytest.fixture(scope="session")
def endpoint(app):
    """The address of a running server."""
    with listening(app) as address:
        yield address


@pytest.fixture
def client(endpoint):
    return openai.OpenAI(base_url=f"{endpoint}/v1", api_key="open-sesame", max_retries=0)
