"""Sampling by servers: many requests at a time, each offered until it is answered."""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeVar

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    RetryError,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from astor.errors import UserError
from astor.policies.ranks import World
from astor.rollout.engine import Request, Sample
from astor.rollout.engines.hand_over import HandOver
from astor.rollout.engines.openai_server import LostError, Served, ask, check_answers, models
from astor.rollout.options import OpenAIEngineOptions
from astor.rollout.vllm_server import check_port, check_python
from astor.storage import PolicyRef

MOST_SEED = 1 << 62
"""Seeds are below it: servers take them below 2^63, and vLLM adds a rollout's number to them."""
TRIES = 3
"""How often a request is sent at least before it is given up. Our choice."""
T = TypeVar("T")
Arrived = Callable[[int, Sequence[Sample]], None]


class OpenAIEngine:
    """A context manager: a server that was started for it ends with it.

    A request asks for all rollouts of a prompt. What a server does not finish of it is asked for again, with a seed of
    its own; what nobody answers within `patience_seconds` are samples that failed. Not for use inside a running event
    loop.
    """

    def __init__(self, options: OpenAIEngineOptions, world: World) -> None:
        self._options = options
        self._hand_over = HandOver(options, world)
        self._checked: set[tuple[str, bool]] = set()
        self._counters = Counter({"requests": 0, "tokens": 0, "repeats": 0, "failed": 0})

    @property
    def metrics(self) -> Mapping[str, float]:
        """Requests that were answered, tokens sampled, requests that were sent again, rollouts that failed; hand-overs
        with their seconds and bytes, and servers that were started."""
        return {**self._counters, **self._hand_over.metrics}

    def generate(self, policy: PolicyRef, requests: Sequence[Request]) -> list[Sample]:
        """Samples of every request, ordered by request and then by rollout.

        Raises:
            UserError: a server is away, serves another policy or cannot be given this one, refuses a request, or does
                not tell what training needs.
        """
        found: dict[int, Sequence[Sample]] = {}
        self.stream(policy, requests, found.__setitem__)
        return [sample for place in range(len(requests)) for sample in found[place]]

    def stream(self, policy: PolicyRef, requests: Sequence[Request], arrived: Arrived) -> None:
        """As `generate`; each request's samples are given to `arrived` as soon as they are there."""
        if requests:
            asyncio.run(self._stream(policy, requests, arrived))

    async def _stream(self, policy: PolicyRef, requests: Sequence[Request], arrived: Arrived) -> None:
        async with _client(self._options) as client:
            servers = await self._patiently(lambda: self._ready(client, policy, requests[0].temperature))
            waiting = iter(enumerate(requests))
            together = min(self._options.requests_together, len(requests))
            try:
                async with asyncio.TaskGroup() as group:
                    for place in range(len(servers) * together):
                        group.create_task(self._carry(client, servers, place, waiting, policy, arrived))
            except ExceptionGroup as error:  # The first one cancelled the others, and is what people can act on.
                raise error.exceptions[0] from None
            # Or somebody gave them another policy meanwhile.
            await self._patiently(lambda: self._hand_over.find_all(client, policy))

    async def _ready(self, client: httpx.AsyncClient, policy: PolicyRef, temperature: float) -> list[Served]:
        """The servers, which serve the policy and tell what training needs: each answers once before all is asked."""
        servers = await self._hand_over.bring(client, policy)
        for served in servers:
            key = served.url, temperature in (0.0, 1.0)
            if key not in self._checked:
                await check_answers(client, served, temperature)
                self._checked.add(key)
        return servers

    async def _patiently(self, action: Callable[[], Awaitable[T]]) -> T:
        """What an action gives, again while a server is away; UserError where it stays so."""
        patience = stop_after_delay(self._options.patience_seconds)
        try:
            async for attempt in AsyncRetrying(retry=retry_if_exception_type(LostError), stop=patience, wait=_pause):
                with attempt:
                    return await action()
        except RetryError as error:
            raise UserError(
                f"A server of the rollout engine is away ({error.last_attempt.exception()}): start it, or mend "
                "rollout.urls."
            ) from error
        raise AssertionError("tenacity tries once at least")

    async def _carry(
        self,
        client: httpx.AsyncClient,
        servers: Sequence[Served],
        place: int,
        waiting: Iterator[tuple[int, Request]],
        policy: PolicyRef,
        arrived: Arrived,
    ) -> None:
        """Bring request after request to one server, and what it does not answer to the next."""
        for index, request in waiting:
            samples = await self._offer(client, servers, place, request)
            self._counters["requests"] += 1
            self._counters["tokens"] += sum(len(sample.tokens) for sample in samples)
            arrived(index, [replace(sample, policy_digest=policy.digest) for sample in samples])

    async def _offer(
        self, client: httpx.AsyncClient, servers: Sequence[Served], place: int, request: Request
    ) -> list[Sample]:
        """All rollouts of a request, of which those are failed that no server gave."""
        samples: list[Sample] = []
        patience = stop_after_delay(self._options.patience_seconds)
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(LostError),
                stop=lambda state: (
                    bool(self._hand_over.why_ended()) or (state.attempt_number >= TRIES and patience(state))
                ),
                wait=_pause,
            ):
                with attempt:
                    again = attempt.retry_state.attempt_number - 1
                    self._counters["repeats"] += again > 0
                    seed = request.seed % MOST_SEED
                    if samples:  # the first rollouts are there, and their seeds are used
                        seed = (seed + MOST_SEED // 2 + again * request.rollouts) % MOST_SEED
                    served = servers[(place + again) % len(servers)]
                    samples += await ask(client, served, request, request.rollouts - len(samples), seed)
                    if len(samples) < request.rollouts:
                        raise LostError(f"{served.url}: {request.rollouts - len(samples)} rollouts were not finished")
        except RetryError as error:
            if words := self._hand_over.why_ended():
                raise UserError(f"vLLM has ended; its last words are:\n{words}") from error
            failed = request.rollouts - len(samples)
            self._counters["failed"] += failed
            samples += [Sample((), (), "failed", "")] * failed
        return samples

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._hand_over.close()


def check(options: OpenAIEngineOptions) -> None:
    """UserError where the servers, or what is to start one, are not there."""
    if options.vllm_python:
        if options.port:
            check_port(options.port)
        check_python(options.vllm_python)
        return

    async def look() -> None:
        async with _client(options) as client:
            for url in options.urls:
                cards = await models(client, url, options.key_env)
                for card in cards[:1]:
                    await check_answers(client, Served(url, str(card.get("id")), card.get("owned_by") == "vllm"), 1.0)

    try:
        asyncio.run(look())
    except LostError as error:
        raise UserError(
            f"A server of rollout.urls does not answer ({error}): start it, or mend the address."
        ) from error


def _client(options: OpenAIEngineOptions) -> httpx.AsyncClient:
    key = os.environ.get(options.key_env, "").strip()
    return httpx.AsyncClient(
        headers={"Authorization": f"Bearer {key}"} if key else {},
        timeout=httpx.Timeout(options.request_seconds, connect=5.0),
        limits=httpx.Limits(),
        trust_env=False,
    )


_backoff = wait_random_exponential(multiplier=0.1, max=10)


def _pause(state: RetryCallState) -> float:
    """Seconds until the next try, at least what the server asked for."""
    error = state.outcome.exception() if state.outcome is not None else None
    return max(_backoff(state), error.retry_after if isinstance(error, LostError) else 0.0)
