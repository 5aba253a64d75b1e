"""What a rollout engine is: something that continues prompts and says how likely it thought every token."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from astor.errors import UserError
from astor.options import Options
from astor.policies.ranks import Ranks
from astor.rollout.thinking import within_budget
from astor.storage import PolicyRef

if TYPE_CHECKING:
    from astor.policies.chat import Chat


@dataclass(frozen=True)
class Request:
    """Several rollouts of one prompt."""

    prompt_tokens: Sequence[int]
    rollouts: int
    max_tokens: int
    seed: int
    """Rollout i of a request depends on (seed, i), whatever else is in the batch; in [0, 2**64)."""
    temperature: float
    """0 is greedy."""
    top_p: float = 1.0
    """Share of the probability whose likeliest tokens alone are drawn, in (0, 1]; without effect where the temperature
    is 0. Below 1 what is sampled is for evaluation: a trainer's log-probabilities are those of all tokens."""
    stop: tuple[str, ...] = ()
    """Texts that end an answer beside the policy's stop tokens: its last token is the first with which one is whole."""


@dataclass(frozen=True)
class Sample:
    """One rollout."""

    tokens: tuple[int, ...]
    """Sampled tokens with the stop token, if it was reached."""
    logps: tuple[float, ...]
    """Natural log-probability of each token in the distribution that it was drawn from, at the sampling temperature
    and top_p; at temperature 1 where that is 0."""
    finish_reason: Literal["stop", "length", "failed"]
    """`failed`, without tokens, where the engine could not sample it, by no fault of the policy."""
    policy_digest: str
    """The policy that sampled it, as the engine itself knows it."""
    forced: tuple[int, int] = (0, 0)
    """Where tokens stand that the policy did not sample, the first and the one after the last: the end of its thinking.
    Their log-probabilities are 0."""

    @property
    def loss_mask(self) -> tuple[bool, ...]:
        """Whether each token is the policy's own."""
        first, after = self.forced
        return tuple(not first <= place < after for place in range(len(self.tokens)))


class Engine(Protocol):
    """Engines are interchangeable; what they sample need not be."""

    def generate(self, policy: PolicyRef, requests: Sequence[Request]) -> list[Sample]:
        """Samples of every request, ordered by request and then by rollout, from the policy that is meant."""

    @property
    def metrics(self) -> Mapping[str, float]:
        """What the engine did since it was made. One that is a context manager is ended with its run."""


@runtime_checkable
class StreamingEngine(Engine, Protocol):
    """An engine whose requests end one by one."""

    def stream(
        self, policy: PolicyRef, requests: Sequence[Request], arrived: Callable[[int, Sequence[Sample]], None]
    ) -> None:
        """As `generate`; each request's samples are given to `arrived`, with its place, as soon as they are there."""


class EngineOptions(Options):
    """Options of an engine, which they can make. A class of another package is found by the entry point group
    `astor.rollout_engines`; its field `type` is its name in recipes."""

    @property
    def on_servers(self) -> bool:
        """Whether it asks servers that others started, and needs neither cores nor cards of its own."""
        return False

    @property
    def card_share(self) -> float:
        """Share of a GPU that it keeps while a policy is updated, for a server that it starts."""
        return 0.0

    @property
    def reads_files(self) -> bool:
        """Whether it is given policies as files, and needs no weights in this process. What that takes it counts in
        its metrics: `hand_overs`, `hand_over_seconds` and `hand_over_bytes`."""
        return False

    def check(self) -> None:
        """UserError where what the engine needs is not there, told before anything is spent."""

    @abstractmethod
    def make(self, ranks: Ranks) -> Engine:
        """The engine. `ranks` are processes on CPUs that may share its work; they know the policy in training."""


@dataclass(frozen=True)
class Sampler:
    """One policy to sample from: the engine that does it, how the policy talks, and which one it is."""

    engine: Engine
    chat: "Chat"
    policy: PolicyRef

    def generate(self, requests: Sequence[Request]) -> list[Sample]:
        """What the engine samples, with the chat's stop texts and thinking budget; UserError where it says that another
        policy than the one that is meant did."""
        options = self.chat.options
        if options.stop:
            requests = [replace(request, stop=options.stop) for request in requests]
        if options.thinking_tokens is None:
            return self._ask(requests)
        return within_budget(self._ask, self.chat, options.thinking_tokens, requests)

    def _ask(self, requests: Sequence[Request]) -> list[Sample]:
        samples = self.engine.generate(self.policy, requests)
        if others := {sample.policy_digest for sample in samples if not self.policy.is_called(sample.policy_digest)}:
            raise UserError(
                f"The rollout engine sampled from policy {', '.join(map(short, sorted(others)))}, not from "
                f"{short(self.policy.digest)}: let it load the policy of this round."
            )
        return samples


def short(name: str) -> str:
    """A policy's digest or lineage for people: the digest's first digits, and all updates."""
    digest, plus, updates = name.partition("+")
    return f"{digest[:12]}{plus}{updates}" or "one without a digest"
