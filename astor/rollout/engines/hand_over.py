"""Policies on their way to servers: how a server comes to serve the one that is asked for, and how that is proven."""

import logging
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

import httpx

from astor.errors import UserError
from astor.policies.card import WEIGHTS, base_place, find_card, policy_directory
from astor.policies.chat import load_chat
from astor.policies.live import write_files
from astor.policies.lora import adapter_options
from astor.policies.options import LoraOptions
from astor.policies.ranks import World
from astor.rollout.engine import short
from astor.rollout.engines.adapters import load_adapter
from astor.rollout.engines.openai_server import Served, models
from astor.rollout.engines.reload import reload_weights, require_same_weights, weight_version
from astor.rollout.options import OpenAIEngineOptions
from astor.rollout.vllm_server import VllmServer
from astor.storage import PolicyRef, load

log = logging.getLogger(__name__)


class HandOver:
    """The servers of an engine, and the policy that they have been given."""

    def __init__(self, options: OpenAIEngineOptions, world: World) -> None:
        self._options, self._world = options, world
        self._own: VllmServer | None = None
        self._given = ""
        """Digest of the policy that the servers were given last."""
        self._adapter = ""
        """What they call the adapter that they loaded last."""
        self._mark = uuid.uuid4().hex[:8]
        self._stops: dict[str, tuple[int, ...]] = {}
        self._live: tempfile.TemporaryDirectory[str] | None = None
        self._counters = {"hand_overs": 0, "hand_over_seconds": 0.0, "hand_over_bytes": 0, "server_starts": 0}

    @property
    def metrics(self) -> Mapping[str, float]:
        return dict(self._counters)

    @property
    def urls(self) -> tuple[str, ...]:
        return (self._own.url,) if self._own else self._options.urls

    async def bring(self, client: httpx.AsyncClient, policy: PolicyRef) -> list[Served]:
        """What each server calls the policy, which it now serves.

        Raises:
            UserError: a server serves another policy, or cannot be given this one.
            LostError: a server is away.
        """
        if self._own and not self._own.is_alive:
            log.warning("vLLM has ended and is started again; its last words were:\n%s", self._own.tail())
            self._close_server()
        if self._options.hand_over != "none" and (policy.digest != self._given or not self.urls):
            began, self._given = time.monotonic(), ""
            directory = self._directory(policy)
            self._stops[policy.origin] = tuple(sorted(load_chat(directory).stop_tokens))
            await self._give(client, policy, directory)
            self._given = policy.digest
            took = time.monotonic() - began
            count = max(len(self.urls), 1) * sum(path.stat().st_size for path in directory.glob(f"*{WEIGHTS}"))
            self._counters["hand_overs"] += 1
            self._counters["hand_over_seconds"] += took
            self._counters["hand_over_bytes"] += count
            log.info(
                "policy %s given by %s: %.1f s, %d bytes", short(policy.lineage), self._options.hand_over, took, count
            )
        return await self.find_all(client, policy)

    async def find_all(self, client: httpx.AsyncClient, policy: PolicyRef) -> list[Served]:
        """What each server calls the policy that it serves. Errors as `bring`."""
        return [await self._find(client, url, policy) for url in self.urls]

    async def _find(self, client: httpx.AsyncClient, url: str, policy: PolicyRef) -> Served:
        """What a server calls the policy; UserError where it serves another one. LostError where it is away.

        `astor serve` tells the digest of the files that it loaded. vLLM has the digest as the name that it was started
        with, or an adapter was loaded by; after a reload it has it as the version of weights whose checksums were
        compared.
        """
        cards = await models(client, url, self._options.key_env)
        version = await weight_version(client, url) if any(card.get("owned_by") == "vllm" for card in cards) else None
        for card in cards:
            name = str(card.get("id"))
            told = str(card.get("policy_digest") or (version if version and not card.get("parent") else name))
            if told == self._name(policy) or (policy.artifact and policy.is_called(told)):
                return Served(url, name, card.get("owned_by") == "vllm", self._stop_tokens(policy))
        names = ", ".join(short(str(card.get("policy_digest") or version or card.get("id"))) for card in cards)
        raise UserError(
            f"The server {url} serves {names or 'nothing'}, not policy {short(policy.digest)}: serve that one there "
            "under its digest as its name, or let rollout.hand_over bring it."
        )

    async def _give(self, client: httpx.AsyncClient, policy: PolicyRef, directory: Path) -> None:
        if not policy.digest:
            raise UserError("A policy without a card has no name for a server: set rollout.type: transformers.")
        card = find_card(directory)
        adapter = card if card and card.kind == "adapter" else None
        way = self._options.hand_over
        if (adapter is not None) != (way == "adapter") and (adapter or policy.updates):
            kind = "an adapter" if adapter else "no adapter"
            wanted = "adapter" if adapter else "restart or reload"
            raise UserError(f"Policy {short(policy.digest)} is {kind}: set rollout.hand_over: {wanted}.")
        # A server that is started before there is an adapter has room for one of the usual rank.
        rank = (adapter_options(directory).rank if adapter else LoraOptions().rank) if way == "adapter" else 0
        if not self.urls or way == "restart" or (adapter and self._own and self._own.rank < rank):
            self._close_server()
            base = policy_directory(base_place(directory, adapter.base)) if adapter and adapter.base else directory
            name = adapter.base.digest if adapter and adapter.base else self._name(policy)
            self._own = await VllmServer.start(self._options, base, name, rank)
            self._counters["server_starts"] += 1
            if way == "reload":
                await require_same_weights(client, self._own.url, directory)
        elif way == "reload":
            for url in self.urls:
                await reload_weights(client, url, directory, self._name(policy))
        if adapter:
            name, key_env = self._name(policy), self._options.key_env
            for url in self.urls:
                await load_adapter(client, url, key_env, directory, adapter, name, self._adapter)
            self._adapter = name

    def _name(self, policy: PolicyRef) -> str:
        """What servers are to call a policy. The digest of one that was never committed says its place in its run, in
        which another run, or this one before it was killed, may have had other weights: it has this engine's mark."""
        return policy.digest if policy.artifact else f"{policy.digest}@{self._mark}"

    def _directory(self, policy: PolicyRef) -> Path:
        """The policy's files; those of one that was never committed are written for its servers alone."""
        if policy.artifact is not None:
            return load(policy.committed).part("policy")
        previous, self._live = self._live, tempfile.TemporaryDirectory(prefix="astor-hand-over-")
        directory = Path(self._live.name)
        written = write_files(self._world, policy, directory)
        assert written, f"{policy.digest} is neither committed nor in training here"
        if previous is not None:
            previous.cleanup()
        return directory

    def _stop_tokens(self, policy: PolicyRef) -> tuple[int, ...]:
        if policy.origin not in self._stops:
            chat = load_chat(load(policy.committed).part("policy", leave_out=WEIGHTS))
            self._stops[policy.origin] = tuple(sorted(chat.stop_tokens))
        return self._stops[policy.origin]

    def why_ended(self) -> str:
        """The last words of our own server, where it has ended."""
        return self._own.tail() if self._own and not self._own.is_alive else ""

    def close(self) -> None:
        """End what was started for this engine."""
        self._close_server()
        if self._live is not None:
            self._live.cleanup()

    def _close_server(self) -> None:
        if self._own is not None:
            self._own.close()
        self._own, self._given, self._adapter = None, "", ""
