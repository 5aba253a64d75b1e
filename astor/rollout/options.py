"""How completions are sampled."""

from argparse import ArgumentError, ArgumentParser
from typing import Literal, Self

from pydantic import Field, PositiveInt, field_validator, model_validator

from astor.policies.ranks import Ranks
from astor.rollout.engine import Engine, EngineOptions

TOKENS_PER_BATCH = 65536
"""On the CPU, where the options do not say. Our choice: 512 rollouts of 128 tokens."""
CARD_SHARE = 0.92
"""Of a GPU's memory that vLLM takes where it is not told, by version 0.32."""
HandOver = Literal["none", "restart", "reload", "adapter"]


class TransformersEngineOptions(EngineOptions):
    """Sampling with transformers, in as many ranks as the recipe has `processes`."""

    type: Literal["transformers"] = "transformers"
    tokens_per_batch: PositiveInt | None = None
    """Most tokens that the rollouts of one batch may come to, each with its prompt and its max_tokens; bounds the
    memory of keys and values. None: as many as a GPU's memory holds, and 65536 on the CPU (our choice). Halved where
    memory runs out."""

    def make(self, ranks: Ranks) -> Engine:
        from astor.rollout.engines.ranked import RankedEngine  # torch, which reading a recipe does without

        return RankedEngine(ranks, self)


class OpenAIEngineOptions(EngineOptions):
    """Sampling by servers of OpenAI's API that tell token ids and log-probabilities: vLLM, reached at `urls` or started
    with `vllm_python`, or `astor serve`. The page docs/engines.md says how they are set up."""

    type: Literal["openai"] = "openai"
    urls: tuple[str, ...] = ()
    """Addresses of servers that run, as http://gpu-1:8000; each gets its share of the requests."""
    vllm_python: str | None = None
    """The Python of an environment that has vLLM, with which a server is started on this machine and ended with the
    process that samples. vLLM never shares an environment with this package."""
    vllm_arguments: tuple[str, ...] = ()
    """Further arguments of the server that is started, as [--dtype, float32]."""
    port: int = Field(default=0, ge=0, le=65535)
    """Port of the server that is started, on 127.0.0.1; 0 takes a free one."""
    hand_over: HandOver = "none"
    """How servers get the policy of the next round: `restart` starts vLLM anew with it, `reload` has vLLM read its
    files into the weights in place, `adapter` has vLLM load a LoRA adapter by name, and `none` waits for nobody: the
    servers must serve the policy that is asked for. Paths are those of this machine: servers elsewhere must see the
    store under the same path."""
    requests_together: PositiveInt = 64
    """Requests that a server is given at a time, each for all rollouts of a prompt; the next waits until one is
    answered. Our choice: with 8 rollouts twice of what vLLM 0.32 decodes together by default, 256 rollouts. On GPUs of
    70 GiB and more other than A100 that is 1024, for which 256 requests are twice."""
    request_seconds: float = Field(default=1800, gt=0)
    """How long a server may take for one request."""
    patience_seconds: float = Field(default=120, ge=0)
    """How long a request is offered to server after server while none answers it, before its rollouts are given up."""
    start_seconds: float = Field(default=900, gt=0)
    """How long a server that is started has to load the policy."""
    key_env: str = "ASTOR_API_KEY"
    """Environment variable that holds the servers' key; a key is never part of a recipe."""

    @field_validator("urls")
    @classmethod
    def _urls_are_http(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            if not url.startswith(("http://", "https://")):
                raise ValueError(f"{url!r} is no address of a server: write http://HOST:PORT")
        return tuple(url.rstrip("/").removesuffix("/v1") for url in urls)

    @model_validator(mode="after")
    def _servers_run_or_are_started(self) -> Self:
        if bool(self.urls) == bool(self.vllm_python):
            raise ValueError("give either urls of servers that run, or vllm_python to start one")
        if self.urls and self.hand_over == "restart":
            raise ValueError("a server at urls is not ours to restart: set hand_over to reload, adapter or none")
        if self.vllm_python and self.hand_over == "none":
            raise ValueError("a server that is started needs the policies: set hand_over to restart, reload or adapter")
        if self.urls and (self.vllm_arguments or self.port):
            raise ValueError("vllm_arguments and port are of a server that is started: leave them out beside urls")
        try:
            share = self.card_share
        except ArgumentError as error:
            raise ValueError(f"vllm_arguments cannot be read: {error}") from error
        if not 0 <= share <= 1:
            raise ValueError(f"--gpu-memory-utilization in vllm_arguments is {share:g}: give a share from 0 to 1")
        return self

    @property
    def on_servers(self) -> bool:
        """Whether it asks servers that others started, and needs neither cores nor cards of its own."""
        return bool(self.urls)

    @property
    def card_share(self) -> float:
        if self.vllm_python is None:
            return 0.0
        parser = ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
        parser.add_argument("--gpu-memory-utilization", "--gpu_memory_utilization", type=float, default=CARD_SHARE)
        share: float = parser.parse_known_args(self.vllm_arguments)[0].gpu_memory_utilization
        return share

    @property
    def reads_files(self) -> bool:
        return True

    def check(self) -> None:
        from astor.rollout.engines.openai import check  # httpx, which other engines do without

        check(self)

    def make(self, ranks: Ranks) -> Engine:
        from astor.rollout.engines.openai import OpenAIEngine

        return OpenAIEngine(self, ranks.world)
