"""What the server and the process with the model say to each other."""

from dataclasses import dataclass
from typing import Literal

Alternatives = tuple[tuple[int, float], ...]
"""The likeliest tokens at a place with their log-probabilities, likeliest first."""


@dataclass(frozen=True)
class Ask:
    """Several answers to one prompt are wanted."""

    number: int
    """Names it; no other has the same one."""
    prompt: tuple[int, ...]
    """One token or more; with `max_tokens` it fits the policy's context."""
    rollouts: int
    max_tokens: int
    seed: int
    """Answer i depends on (seed, i), whatever is answered beside it; in [0, 2**64)."""
    temperature: float
    """0 is greedy."""
    top_p: float = 1.0
    """Sampled are the likeliest tokens whose probabilities sum to this; in (0, 1]."""
    alternatives: int = 0
    """How many of the likeliest tokens are told of at each place."""
    scored: bool = False
    """Whether the prompt's own tokens are told of too."""
    thinking_tokens: int | None = None
    """Tokens after which thinking is ended; None: it may go on to the end."""


@dataclass(frozen=True)
class Drop:
    """Nobody waits for these answers any longer."""

    answers: frozenset[tuple[int, int]]
    """Numbers of asks, and of rollouts in them."""


@dataclass(frozen=True)
class Token:
    """A token was sampled for answer `rollout` of the ask."""

    number: int
    rollout: int
    token: int
    logp: float
    """Natural log-probability at the ask's temperature, at 1 where that is 0, over all tokens; 0 of one that was put
    there to end thinking."""
    alternatives: Alternatives
    end: Literal["stop", "length"] | None
    """Why the answer ends here: the token is a stop token, or the last that was wanted."""


@dataclass(frozen=True)
class Scored:
    """The prompt of the ask: what each of its tokens but the first was worth."""

    number: int
    logps: tuple[float, ...]
    """At temperature 1, as the alternatives."""
    alternatives: tuple[Alternatives, ...]


@dataclass(frozen=True)
class Refusal:
    """The ask cannot be answered."""

    number: int
    reason: str


@dataclass(frozen=True)
class Ready:
    """The policy is loaded, and asks are answered."""

    digest: str
    """Of the policy's files as they are."""


@dataclass(frozen=True)
class Unusable:
    """The policy cannot be loaded, or the process cannot go on."""

    reason: str


Told = Token | Scored | Refusal
