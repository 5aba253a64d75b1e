"""What a recipe may say of an engine's servers."""

from typing import Any

import pytest
from pydantic import ValidationError

from astor.errors import UserError
from astor.recipe.load import load_recipe
from astor.rollout.options import OpenAIEngineOptions


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give either urls of servers that run, or vllm_python to start one"),
        ({"urls": ["http://a"], "vllm_python": "p"}, "give either urls"),
        ({"urls": ["gpu-1:8000"]}, "'gpu-1:8000' is no address of a server: write http://HOST:PORT"),
        ({"urls": ["http://a"], "hand_over": "restart"}, "not ours to restart"),
        ({"urls": ["http://a"], "port": 9}, "leave them out beside urls"),
        ({"vllm_python": "p", "hand_over": "reload", "vllm_arguments": ["--gpu-memory-utilization", "half"]}, "'half'"),
        (
            {"vllm_python": "p", "hand_over": "reload", "vllm_arguments": ["--gpu_memory_utilization=40"]},
            "is 40: give a",
        ),
        ({"vllm_python": "p"}, "a server that is started needs the policies: set hand_over to restart"),
    ],
)
def test_what_does_not_go_together_is_told(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        OpenAIEngineOptions(**given)


@pytest.mark.parametrize(
    ("training", "hand_over", "said"),
    [
        ({"lora": {}}, "reload", "rollout.hand_over is reload: set it to adapter"),
        ({"lora": {}}, "restart", "rollout.hand_over is restart: set it to adapter"),
        ({}, "adapter", "set it to reload or restart, or give training.lora"),
    ],
)
def test_servers_are_brought_what_is_trained(training: dict[str, Any], hand_over: str, said: str) -> None:
    overrides = {"training": training, "rollout": {"type": "openai", "vllm_python": "p", "hand_over": hand_over}}
    with pytest.raises(UserError, match=said):
        load_recipe("miniature", overrides)
    load_recipe("miniature", overrides | {"rounds": 0})


def test_addresses_are_taken_as_people_write_them() -> None:
    options = OpenAIEngineOptions(urls=("http://a:1/v1", "http://b:2/"))
    assert options.urls == ("http://a:1", "http://b:2")


def test_where_servers_are_and_how_they_get_policies_makes_no_other_run() -> None:
    one = load_recipe("miniature", {"rollout": {"type": "openai", "urls": ["http://a:1"], "hand_over": "reload"}})
    other = load_recipe("miniature", {"rollout": {"type": "openai", "vllm_python": "p", "hand_over": "restart"}})
    assert one.identity == other.identity != load_recipe("miniature", {}).identity


def test_a_server_that_is_not_there_is_told_before_anything_is_spent() -> None:
    with pytest.raises(UserError, match=r"A server of rollout.urls does not answer \(http://127.0.0.1:9.*ConnectError"):
        OpenAIEngineOptions(urls=("http://127.0.0.1:9",)).check()
