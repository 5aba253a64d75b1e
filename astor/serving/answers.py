"""Prompts → answers: sampling by the rollout engine, one request at a time."""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from astor.rollout.engine import Request, Sampler


@dataclass(frozen=True)
class Answer:
    """One answer, cut before the first stop text."""

    text: str
    tokens: tuple[int, ...]
    """Sampled tokens of `text`, without the stop token."""
    logps: tuple[float, ...]
    sampled: int
    """Tokens that were sampled for it, the stop token and what was cut off among them."""
    finish_reason: Literal["stop", "length"]


class Answerer:
    """A policy to sample from. A lock keeps requests apart, for an engine is made for one caller."""

    def __init__(self, sampler: Sampler) -> None:
        self.chat = sampler.chat
        self._sampler = sampler
        self._lock = threading.Lock()

    def answer(
        self,
        prompts: Sequence[Sequence[int]],
        rollouts: int,
        max_tokens: Sequence[int],
        temperature: float,
        seed: int | None,
        stops: Sequence[str],
    ) -> list[list[Answer]]:
        """`rollouts` answers to each prompt of one or more tokens.

        Raises:
            UserError: prompt and answer do not fit the policy's context, or memory.
        """
        first = secrets.randbits(64) if seed is None else seed
        answers = []
        for index, (prompt, longest) in enumerate(zip(prompts, max_tokens, strict=True)):
            request = Request(prompt, rollouts, longest, (first + index) % 2**64, temperature)
            with self._lock:
                samples = self._sampler.generate([request])
            answers.append(
                [self._finish(sample.tokens, sample.logps, sample.finish_reason, stops) for sample in samples]
            )
        return answers

    def _finish(
        self,
        tokens: tuple[int, ...],
        logps: tuple[float, ...],
        finish_reason: Literal["stop", "length"],
        stops: Sequence[str],
    ) -> Answer:
        sampled = len(tokens)
        if finish_reason == "stop":
            tokens, logps = tokens[:-1], logps[:-1]
        text = self.chat.decode(tokens)
        places = [place for stop in stops if (place := text.find(stop)) >= 0]
        if places:
            text = text[: min(places)]
            kept = next(n for n in range(len(tokens) + 1) if len(self.chat.decode(tokens[:n])) >= len(text))
            tokens, logps, finish_reason = tokens[:kept], logps[:kept], "stop"
        return Answer(text, tokens, logps, sampled, finish_reason)
