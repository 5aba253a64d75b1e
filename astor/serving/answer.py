"""An answer as it grows: tokens become text, which ends before the first stop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from astor.policies.chat import Chat
from astor.serving.messages import Token

UNFINISHED = "\N{REPLACEMENT CHARACTER}"
"""What the bytes of a character decode to before the last of them is there."""


@dataclass(frozen=True)
class Piece:
    """What came to an answer since it was read last."""

    text: str
    tokens: tuple[Token, ...]
    """Those that begin in the text, without stop tokens."""
    offsets: tuple[int, ...]
    """Where in the whole answer's text each token begins."""
    end: Literal["stop", "length"] | None
    """Why the answer ends with it."""


class Answer:
    """One answer. Text that may be the beginning of a stop, or of a character, waits for what follows."""

    def __init__(self, chat: Chat, stops: Sequence[str]) -> None:
        self._chat, self._stops = chat, tuple(stops)
        self.drawn: list[Token] = []
        """Tokens that were sampled, the stop token and what was cut off among them."""
        self.end: Literal["stop", "length"] | None = None
        self._tokens: list[Token] = []
        self._offsets: list[int] = []
        self._decoded = self._context = 0
        """Tokens whose text is known, and the first of those that the decoder is given before the next ones."""
        self._text = ""
        self._read_text = self._read_tokens = 0

    def add(self, token: Token) -> None:
        """Take the next token."""
        self.drawn.append(token)
        self.end = token.end
        if token.token not in self._chat.stop_tokens:
            self._tokens.append(token)

    def read(self) -> Piece:
        """What came since the last time, as far as it is certain. A stop text ends the answer."""
        self._decode()
        certain = len(self._text)
        if (stop := self._find_stop()) is not None:
            self._text, certain, self.end = self._text[:stop], stop, "stop"
        elif self.end is None:
            certain -= self._held_back()
        begun = sum(offset < certain or self.end == "length" for offset in self._offsets)
        piece = Piece(
            self._text[self._read_text : certain],
            tuple(self._tokens[self._read_tokens : begun]),
            tuple(self._offsets[self._read_tokens : begun]),
            self.end,
        )
        self._read_text, self._read_tokens = certain, max(begun, self._read_tokens)
        return piece

    def _decode(self) -> None:
        """Add the text of new tokens. What a token is written as may depend on the one before, which is given too."""
        for count in range(self._decoded + 1, len(self._tokens) + 1):
            if count > len(self._offsets):
                self._offsets.append(len(self._text))
            before = self._write(self._context, self._decoded)
            text = self._write(self._context, count)
            if text.endswith(UNFINISHED) and not (self.end and count == len(self._tokens)):
                continue
            self._text += text[len(before) :]
            self._context, self._decoded = self._decoded, count

    def _write(self, first: int, after: int) -> str:
        return self._chat.decode([token.token for token in self._tokens[first:after]])

    def _find_stop(self) -> int | None:
        """Where the stop begins that is whole first, so that it does not matter how many tokens are read at once."""
        places = ((self._text.find(stop, self._read_text), len(stop)) for stop in self._stops)
        found = [(place + length, place) for place, length in places if place >= 0]
        return min(found)[1] if found else None

    def _held_back(self) -> int:
        """Characters at the end that a stop may begin with."""
        longest = max(map(len, self._stops), default=1) - 1
        tail = self._text[max(len(self._text) - longest, self._read_text) :] if longest else ""
        ends = (tail[place:] for place in range(len(tail)))
        return next((len(end) for end in ends if any(stop.startswith(end) for stop in self._stops)), 0)
