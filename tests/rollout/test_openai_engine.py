"""Samples of servers: our own one, whole and with faults, in place of vLLM; tests/rollout/test_vllm.py has vLLM."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from astor.errors import UserError
from astor.policies.policy import Policy
from astor.policies.ranks import World
from astor.rollout.engine import Request, Sample
from astor.rollout.engines.openai import OpenAIEngine
from astor.rollout.kept import KeptEngine
from astor.rollout.live import live_sampler
from astor.rollout.options import OpenAIEngineOptions, TransformersEngineOptions
from astor.storage import PolicyRef, load
from tests.endpoints import application, listening


class Faults:
    """Between clients and the application: what it answers, or does not, is a matter of the test."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.reset()

    def reset(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.change: Callable[[dict[str, Any], dict[str, Any]], int] = lambda asked, told: 200
        """What is made of an answer, which it may change; the status that is told."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        asked = json.loads((await receive())["body"])
        self.asked.append(asked)
        parts: list[dict[str, Any]] = []

        async def again() -> dict[str, Any]:
            return {"type": "http.request", "body": json.dumps(asked).encode(), "more_body": False}

        async def keep(message: dict[str, Any]) -> None:
            parts.append(message)

        headers = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
        await self.app({**scope, "headers": headers}, _once(again, receive), keep)
        told = json.loads(b"".join(part.get("body", b"") for part in parts))
        status = self.change(asked, told)
        if status == 200:
            status = parts[0]["status"]
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        )
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})


def _once(first: Any, then: Any) -> Any:
    waiting = [first]

    async def receive() -> Any:
        return await (waiting.pop() if waiting else then)()

    return receive


@pytest.fixture(scope="module")
def server(committed: PolicyRef) -> Iterator[tuple[Faults, str]]:
    with application(load(committed.committed).part("policy")) as app:
        faults = Faults(app)
        with listening(faults) as url:
            yield faults, url


@pytest.fixture
def faults(server: tuple[Faults, str]) -> Iterator[Faults]:
    yield server[0]
    server[0].reset()


@pytest.fixture
def url(server: tuple[Faults, str]) -> str:
    return server[1]


def engine(*urls: str, **options: Any) -> OpenAIEngine:
    return OpenAIEngine(OpenAIEngineOptions(urls=urls, **{"patience_seconds": 0.0, **options}), World())


def tokens(samples: Sequence[Sample]) -> list[tuple[int, ...]]:
    """What was sampled; log-probabilities are rounded otherwise where other rows are computed beside them."""
    return [sample.tokens for sample in samples]


def asks(prompts: list[list[int]], temperature: float = 1.0) -> list[Request]:
    return [Request(prompt, 3, 12, seed, temperature) for seed, prompt in enumerate(prompts)]


def test_servers_sample_what_the_engine_in_this_process_does(
    policy: Policy, committed: PolicyRef, prompts: list[list[int]], url: str, faults: Faults
) -> None:
    for temperature in (1.0, 0.7, 0.0):
        requests = asks(prompts, temperature)
        ours = live_sampler(policy, TransformersEngineOptions()).generate(requests)
        theirs = engine(url, url).generate(committed, requests)
        for own, sample in zip(ours, theirs, strict=True):
            assert sample.tokens == own.tokens
            assert sample.logps == pytest.approx(own.logps, abs=1e-4)
            assert (sample.finish_reason, sample.policy_digest) == (own.finish_reason, committed.digest)


def test_no_more_requests_are_open_than_may_be(
    committed: PolicyRef, prompts: list[list[int]], url: str, faults: Faults
) -> None:
    one = engine(url, requests_together=1)
    one.generate(committed, asks(prompts))
    assert [asked["prompt"] for asked in faults.asked[1:]] == prompts, "one after the other, in their order"
    assert one.metrics["requests"] == len(prompts)
    assert one.metrics["tokens"] == sum(len(sample.tokens) for sample in one.generate(committed, asks(prompts)))


def test_a_large_seed_is_one_that_servers_take(
    committed: PolicyRef, prompts: list[list[int]], url: str, faults: Faults
) -> None:
    engine(url).generate(committed, [Request(prompts[0], 2, 4, 2**64 - 1, 1.0)])
    assert faults.asked[-1]["seed"] + 2 < 2**63


def test_what_fails_for_once_is_asked_again(
    committed: PolicyRef, prompts: list[list[int]], url: str, faults: Faults
) -> None:
    whole = tokens(engine(url).generate(committed, asks(prompts)))
    left = {json.dumps(prompt): 2 for prompt in prompts}

    def now_and_then(asked: dict[str, Any], told: dict[str, Any]) -> int:
        key = json.dumps(asked["prompt"])
        left[key] = left.get(key, 0) - 1
        return 503 if left[key] >= 0 else 200

    faults.change = now_and_then
    one = engine(url, patience_seconds=20)
    assert tokens(one.generate(committed, asks(prompts))) == whole
    assert one.metrics["repeats"] == 2 * len(prompts)
    assert one.metrics["failed"] == 0


def test_a_rollout_that_fails_alone_is_asked_for_alone_and_then_counted(
    committed: PolicyRef, prompts: list[list[int]], url: str, faults: Faults
) -> None:
    def without_the_last(asked: dict[str, Any], told: dict[str, Any]) -> int:
        if asked["prompt"] == prompts[1]:
            told["choices"][-1]["finish_reason"] = "abort"
        return 200

    faults.change = without_the_last
    one = engine(url)
    samples = one.generate(committed, asks(prompts))
    assert [sample.finish_reason == "failed" for sample in samples] == [False] * 5 + [True] + [False] * 6
    assert samples[5] == Sample((), (), "failed", committed.digest)
    assert one.metrics["failed"] == 1
    asked = [each for each in faults.asked[1:] if each["prompt"] == prompts[1]]
    assert [each["n"] for each in asked] == [3, 1, 1]
    assert len({each["seed"] for each in asked}) == 3, "a seed that was used would give the same again"


def test_a_server_with_another_policy_is_refused(
    policy: Policy, committed: PolicyRef, prompts: list[list[int]], url: str, faults: Faults
) -> None:
    next_round = PolicyRef("b" * 64, f"{committed.origin}+1", committed.artifact)
    with pytest.raises(
        UserError, match=f"serves {committed.digest[:12]}, not policy bbbbbbbbbbbb: serve that one there"
    ):
        engine(url).generate(next_round, asks(prompts))
    assert not faults.asked, "nothing was spent"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda choice: choice.pop("token_ids"), "tells no token ids"),
        (lambda choice: choice.pop("logprobs"), "tells no log-probabilities of the tokens"),
    ],
)
def test_a_server_that_does_not_tell_what_training_needs_is_refused(
    change: Any, said: str, committed: PolicyRef, prompts: list[list[int]], url: str, faults: Faults
) -> None:
    faults.change = lambda asked, told: 200 if [change(choice) for choice in told["choices"]] else 500
    with pytest.raises(UserError, match=said):
        engine(url).generate(committed, asks(prompts))
    assert len(faults.asked) == 1, "it was asked for one token"
    with pytest.raises(UserError, match=said):
        OpenAIEngineOptions(urls=(url,)).check()


def test_a_server_that_refuses_what_shows_where_its_logprobs_are_from_says_why(
    committed: PolicyRef, prompts: list[list[int]], url: str, faults: Faults
) -> None:
    def two_at_most(asked: dict[str, Any], told: dict[str, Any]) -> int:
        if asked["logprobs"] <= 2:
            return 200
        told["error"] = {"message": "at most 2 logprobs"}
        del told["choices"]
        return 400

    faults.change = two_at_most
    with pytest.raises(UserError, match=rf"The server {url} refuses a request \(400\): at most 2 logprobs"):
        engine(url).generate(committed, asks(prompts, temperature=0.5))


def test_logprobs_from_before_the_temperature_are_refused(
    committed: PolicyRef, prompts: list[list[int]], url: str, faults: Faults
) -> None:
    known: dict[str, Any] = {}

    def raw(asked: dict[str, Any], told: dict[str, Any]) -> int:
        for choice in told["choices"] if asked["max_tokens"] == 1 else ():
            choice["logprobs"] = known.setdefault(f"{asked['prompt']} {asked['logprobs']}", choice["logprobs"])
        return 200

    faults.change = raw
    engine(url).generate(committed, asks(prompts[:1]))
    with pytest.raises(UserError, match=r"from before the temperature.*--logprobs-mode processed_logprobs"):
        engine(url).generate(committed, asks(prompts, temperature=0.5))


def test_what_a_killed_process_left_is_not_sampled_again(
    committed: PolicyRef, prompts: list[list[int]], url: str, faults: Faults, tmp_path: Path
) -> None:
    requests, file = asks(prompts), tmp_path / "in-flight" / "rollout.jsonl"
    first = KeptEngine(engine(url), file).generate(committed, requests[:2])
    with file.open("ab") as open_file:
        open_file.write(b'\n{"key": "half a li')
    before = len(faults.asked)
    whole = KeptEngine(engine(url), file).generate(committed, requests)
    assert whole[:6] == first
    assert [asked["prompt"] for asked in faults.asked[before + 1 :]] == [list(prompt) for prompt in prompts[2:]]
    assert KeptEngine(engine("http://127.0.0.1:9"), file).generate(committed, requests) == whole, "nobody is asked"
    other = [Request(request.prompt_tokens, 3, 12, request.seed + 9, 1.0) for request in requests]
    assert KeptEngine(engine(url), file).generate(committed, other) != whole
