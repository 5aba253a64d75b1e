"""What `astor export` writes, loaded by the real vLLM on a CPU as it is, beside `astor serve` with the same policy."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from astor.policies.export import export_policy
from astor.policies.options import TinyOptions
from astor.policies.policy import Policy, load_policy, save_policy
from astor.policies.tiny import make_policy
from astor.rollout.vllm_server import VllmServer
from tests.endpoints import application, listening
from tests.rollout.real_vllm import ARGUMENTS, NEEDS_VLLM, TEXTS, TOLERANCE, options

pytestmark = NEEDS_VLLM


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("exported")
    tiny = TinyOptions(hidden_size=64, layers=2, heads=2, mlp_size=128, vocabulary=200, context=256)
    (directory / "source").mkdir()
    save_policy(make_policy(TEXTS, tiny, seed=3), directory / "source", recipe_digest="r")
    assert not export_policy(directory / "source", directory / "model", "# A card", merged=False)
    return directory / "model"


@pytest.fixture(scope="module")
def policy(exported: Path) -> Policy:
    return load_policy(exported, "cpu")


@pytest.fixture(scope="module")
def servers(exported: Path) -> Iterator[tuple[str, str]]:
    """The addresses of `astor serve` and of vLLM, which reads the policy's own generation_config.json as it does where
    people start it; both call the policy `tiny`."""
    with pytest.MonkeyPatch.context() as patch, application(exported) as app, listening(app) as ours:
        patch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
        given = options(vllm_arguments=(*ARGUMENTS, "--generation-config", "auto"))
        vllm = asyncio.run(VllmServer.start(given, exported, "tiny"))
        yield ours, vllm.url
        vllm.close()


def ask(url: str, route: str, **body: Any) -> dict[str, Any]:
    answer = httpx.post(f"{url}/v1/{route}", json={"model": "tiny", **body}, timeout=600)
    assert answer.status_code == 200, answer.text
    choice: dict[str, Any] = answer.json()["choices"][0]
    return choice


@pytest.mark.parametrize("text", TEXTS)
def test_both_say_the_same_greedily(servers: tuple[str, str], text: str) -> None:
    asked = {"messages": [{"role": "user", "content": text}], "temperature": 0, "max_tokens": 40}
    ours, theirs = (
        ask(url, "chat/completions", **asked, **special)
        for url, special in zip(servers, ({}, {"skip_special_tokens": False}), strict=True)
    )
    assert ours["message"]["content"] == theirs["message"]["content"]
    assert ours["finish_reason"] == theirs["finish_reason"]


@pytest.mark.parametrize("text", TEXTS)
def test_both_think_the_same_of_each_token(servers: tuple[str, str], policy: Policy, text: str) -> None:
    prompt = policy.chat.tokenizer.encode(text)
    asked = {"temperature": 0, "max_tokens": 40, "logprobs": 1, "return_token_ids": True}
    ours, theirs = (ask(url, "completions", prompt=prompt, **asked) for url in servers)
    assert ours["token_ids"] == theirs["token_ids"]
    assert ours["logprobs"]["token_logprobs"] == pytest.approx(theirs["logprobs"]["token_logprobs"], abs=TOLERANCE)


@pytest.mark.parametrize("text", TEXTS)
def test_both_think_the_same_of_a_prompt(servers: tuple[str, str], text: str) -> None:
    asked = {"prompt": " ".join(text), "temperature": 1, "max_tokens": 1, "logprobs": 1, "echo": True}
    ours, theirs = (ask(url, "completions", **asked)["logprobs"]["token_logprobs"][:-1] for url in servers)
    assert ours[0] is None
    assert len(ours) == len(theirs) > 5
    assert ours[1:] == pytest.approx(theirs[1:], abs=TOLERANCE)
