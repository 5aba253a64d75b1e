"""One answer in the making: its numbers, what was said so far, and where its thinking is ended."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from astor.policies.chat import Chat
from astor.rollout.engines.draw import uniforms
from astor.rollout.seeds import row_seed
from astor.rollout.thinking import CLOSING
from astor.serving.messages import Ask
from astor.tasks.thinking import after_thinking


@dataclass
class Row:
    """One answer. With a thinking budget it is what a rollout of the same seed is, `astor.rollout.thinking`."""

    ask: Ask
    rollout: int
    numbers: NDArray[np.float32] = field(repr=False)
    """Uniform, one per token: what is drawn depends on nothing else that is drawn."""
    closing: tuple[int, ...] = ()
    """What ends thinking by force; none where the ask has no budget, or no room for an answer behind it."""
    said: list[int] = field(default_factory=list)
    forced: deque[int] = field(default_factory=deque)
    """Tokens that come next, whatever is drawn."""

    @classmethod
    def of(cls, ask: Ask, rollout: int, chat: Chat) -> Self:
        """An answer of which nothing was said."""
        closing: list[int] = chat.tokenizer.encode(CLOSING, add_special_tokens=False) if ask.thinking_tokens else []
        room = ask.max_tokens > (ask.thinking_tokens or 0) + len(closing)
        return cls(ask, rollout, uniforms(ask.seed, rollout, ask.max_tokens), tuple(closing) if room else ())

    @property
    def tokens(self) -> int:
        """Most tokens that prompt and answer come to."""
        return len(self.ask.prompt) + self.ask.max_tokens

    @property
    def number(self) -> float:
        """That which the next token is drawn by."""
        return float(self.numbers[len(self.said)])

    def take(self, token: int, stops: bool, chat: Chat) -> Literal["stop", "length"] | None:
        """Take the next token; why the answer ends with it, which a token that `stops` makes it do."""
        self.said.append(token)
        if self.forced:
            self.forced.popleft()
        elif stops:
            return "stop"
        elif self.closing and len(self.said) == self.ask.thinking_tokens:
            self._begin_answer(chat)
        return "length" if len(self.said) == self.ask.max_tokens else None

    def _begin_answer(self, chat: Chat) -> None:
        """Go on by a seed of its own, behind the end of thinking where that has not come."""
        if after_thinking(chat.answer(self.ask.prompt, self.said)) is None:
            self.forced.extend(self.closing)
        begun = len(self.said) + len(self.forced)
        rest = uniforms(row_seed(self.ask.seed, f"{self.rollout}/answer"), 0, self.ask.max_tokens - begun)
        self.numbers = np.concatenate([self.numbers[:begun], rest])
