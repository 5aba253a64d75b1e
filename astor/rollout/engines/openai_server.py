"""One server of OpenAI's API: what it serves, and samples of a request as it gives them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from astor.errors import UserError
from astor.rollout.engine import Request, Sample


class LostError(Exception):
    """This server did not answer; another one, or this one later, may."""

    def __init__(self, why: str, retry_after: float = 0.0) -> None:
        super().__init__(why)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Served:
    """A policy under the name by which a server knows it."""

    url: str
    name: str
    is_vllm: bool
    """Whether the server takes what vLLM takes beyond OpenAI's API."""
    stops: tuple[int, ...] = ()
    """The policy's stop tokens."""


async def call(client: httpx.AsyncClient, method: str, url: str, json: object = None) -> httpx.Response:
    """The response of a server.

    Raises:
        LostError: it is away, or could not answer now.
    """
    try:
        response = await client.request(method, url, json=json)
    except httpx.TransportError as error:
        raise LostError(f"{url}: {type(error).__name__}") from error
    if response.status_code in (408, 429, 499) or response.status_code >= 500:
        after = response.headers.get("retry-after", "0")
        raise LostError(f"{url}: {response.status_code}, {_why(response)}", float(after) if after.isdecimal() else 0.0)
    return response


async def models(client: httpx.AsyncClient, url: str, key_env: str) -> list[dict[str, Any]]:
    """What a server says that it serves. UserError where it refuses the key, or speaks another API; LostError as
    `call`."""
    response = await call(client, "GET", f"{url}/v1/models")
    if response.status_code in (401, 403):
        raise UserError(f"The server {url} refuses the key of {key_env}: put the server's own there.")
    try:
        return [dict(card) for card in response.json()["data"]]
    except (ValueError, LookupError, TypeError) as error:
        raise UserError(
            f"The server {url} does not answer /v1/models as OpenAI's API does ({response.status_code}): mend "
            "rollout.urls."
        ) from error


async def ask(client: httpx.AsyncClient, served: Served, request: Request, rollouts: int, seed: int) -> list[Sample]:
    """So many samples of a request, the first ones of those that have this seed; without those that the server did not
    finish. Their digests are left empty.

    Raises:
        LostError: it is away, or could not answer now.
        UserError: it refuses the request, or tells no token ids or log-probabilities.
    """
    greedy = request.temperature == 0  # of which vLLM gives one, and all are the same
    body: dict[str, Any] = {
        "model": served.name,
        "prompt": list(request.prompt_tokens),
        "n": 1 if greedy else rollouts,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": seed,
        "logprobs": 0,
        "return_token_ids": True,
    }
    if request.stop:
        body["stop"] = list(request.stop)
    if served.is_vllm:  # whatever the model's own files say of penalties, and of the tokens that end an answer
        body |= {"top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0, "stop_token_ids": list(served.stops)}
    answer = await _complete(client, served, body)
    if answer["model"] != served.name:
        raise UserError(f"The server {served.url} answered as {answer['model']!r}, not as {served.name!r}.")
    choices = sorted(answer["choices"], key=lambda choice: int(choice["index"]))
    samples = [_sample(served, choice) for choice in choices if choice.get("finish_reason") in ("stop", "length")]
    return samples * rollouts if greedy else samples


def _sample(served: Served, choice: dict[str, Any]) -> Sample:
    tokens, logprobs = choice.get("token_ids"), (choice.get("logprobs") or {}).get("token_logprobs")
    if not tokens:
        raise UserError(
            f"The server {served.url} tells no token ids, and its text does not say which tokens were sampled: use "
            "a vLLM that has return_token_ids, or `astor serve`."
        )
    if logprobs is None or len(logprobs) != len(tokens):
        raise UserError(
            f"The server {served.url} tells no log-probabilities of the tokens that it sampled: use vLLM or "
            "`astor serve`."
        )
    return Sample(tuple(tokens), tuple(logprobs), choice["finish_reason"], policy_digest="")


async def check_answers(client: httpx.AsyncClient, served: Served, temperature: float) -> None:
    """Ask for one token. UserError as `ask`, or where the log-probabilities are not those of what is sampled from:
    a server that tells them before the temperature has the same at every one."""
    await ask(client, served, Request((0,), 1, 1, 0, 1.0), 1, 0)
    if temperature in (0.0, 1.0):
        return
    at_one, at_two = [await _gap(client, served, each) for each in (1.0, 2.0)]
    if at_one > 1e-3 and at_two > 0.75 * at_one:
        raise UserError(
            f"The server {served.url} tells log-probabilities from before the temperature, and rollouts have "
            f"{temperature:g}: start vLLM with --logprobs-mode processed_logprobs."
        )


async def _gap(client: httpx.AsyncClient, served: Served, temperature: float) -> float:
    """Between the log-probabilities of the likeliest tokens after some token: with the temperature it is divided."""
    body = {"model": served.name, "prompt": [0], "max_tokens": 1, "logprobs": 5, "seed": 0, "temperature": temperature}
    answer = await _complete(client, served, body)
    told: Sequence[float] = sorted(answer["choices"][0]["logprobs"]["top_logprobs"][0].values())
    return told[-1] - told[-5] if len(told) >= 5 else 0.0


async def _complete(client: httpx.AsyncClient, served: Served, body: dict[str, Any]) -> dict[str, Any]:
    """What the server answers. UserError where it refuses the request; LostError as `call`."""
    response = await call(client, "POST", f"{served.url}/v1/completions", body)
    if response.status_code != 200:
        raise UserError(f"The server {served.url} refuses a request ({response.status_code}): {_why(response)}")
    return dict(response.json())


def _why(response: httpx.Response) -> str:
    """What the server said, in a line."""
    try:
        said = response.json()
        error = said.get("error", said)
        return str(error.get("message", error) if isinstance(error, dict) else error)
    except (ValueError, AttributeError):
        return response.text.strip()[:200] or response.reason_phrase
