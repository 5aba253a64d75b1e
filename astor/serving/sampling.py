"""From what a client asks to what the model is asked, and back to answers."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fastapi import Request

from astor.serving.answer import Answer, Piece
from astor.serving.messages import Ask, Scored, Token
from astor.serving.model import Model
from astor.serving.refusals import RefusedError
from astor.serving.requests import SamplingRequest

Done = TypeVar("Done")
LONG_TEXT = 10_000
"""Characters of a prompt above which its tokens are found in a thread, so that others don't wait for them."""


@dataclass
class Choice:
    """One answer as a client is told of it."""

    index: int
    ask: Ask
    answer: Answer
    text: str = ""
    tokens: list[Token] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    """Where in the text each token begins."""
    scored: Scored | None = None
    """What the policy thinks of the prompt, where it was asked."""

    def take(self, piece: Piece) -> None:
        """Add what came."""
        self.text += piece.text
        self.tokens += piece.tokens
        self.offsets += piece.offsets


async def encode(model: Model, text: str) -> list[int]:
    """The tokens of a text that is continued as it is; RefusedError where they cannot fit the context."""
    check_length(model, len(text))
    if len(text) > LONG_TEXT:
        return await asyncio.to_thread(model.chat.tokenizer.encode, text)
    tokens: list[int] = model.chat.tokenizer.encode(text)
    return tokens


def check_length(model: Model, characters: int) -> None:
    """RefusedError where a prompt of so many characters cannot fit the context, whatever its tokens are."""
    if characters > model.most_characters:
        raise RefusedError(
            400,
            f"A prompt of {characters} characters does not fit the context of {model.chat.context} tokens.",
            "prompt",
            "context_length_exceeded",
        )


def choices(
    model: Model,
    request: SamplingRequest,
    prompts: Sequence[Sequence[int]],
    max_tokens: int | None,
    default: int,
    alternatives: int,
    scored: bool = False,
    talks: bool = True,
) -> list[Choice]:
    """The answers that are asked for, of which nothing is sampled yet, in the order of prompts and of answers.

    Without a number from the client an answer is as long as the context leaves room for, and `default` at most. The
    policy's thinking budget holds where it `talks`, and does not merely continue texts.

    Raises:
        RefusedError: a prompt cannot be continued, or with its answer does not fit the context.
    """
    vocabulary, context = len(model.chat.tokenizer), model.chat.context
    if not prompts:
        raise RefusedError(400, "prompt is empty: give one at least.", "prompt", "invalid_value")
    seed = secrets.randbits(63) if request.seed is None else request.seed
    stops = (*request.stop, *model.chat.options.stop)
    found: list[Choice] = []
    for place, prompt in enumerate(prompts):
        if not prompt:
            raise RefusedError(400, "A prompt without tokens cannot be continued.", "prompt", "invalid_value")
        if not all(0 <= token < vocabulary for token in prompt):
            raise RefusedError(400, f"A token is not below the vocabulary's {vocabulary}.", "prompt", "invalid_value")
        wanted = (0 if scored else 1) if max_tokens is None else max_tokens
        if len(prompt) + wanted > context:
            message = f"{len(prompt)} prompt tokens and {wanted} more do not fit the context of {context}."
            raise RefusedError(400, message, "prompt", "context_length_exceeded")
        longest = min(default, context - len(prompt)) if max_tokens is None else max_tokens
        ask = Ask(
            number=model.number(),
            prompt=tuple(prompt),
            rollouts=request.n if longest else 0,
            max_tokens=longest,
            seed=(seed + place) % 2**64,
            temperature=request.temperature,
            top_p=request.top_p,
            alternatives=alternatives,
            scored=scored,
            thinking_tokens=model.chat.options.thinking_tokens if talks else None,
        )
        found += [Choice(len(found) + n, ask, Answer(model.chat, stops)) for n in range(request.n)]
    return found


async def pieces(
    model: Model, wanted: Sequence[Choice], stops: Sequence[str], streamed: bool
) -> AsyncIterator[tuple[Choice, Piece]]:
    """What comes to the choices, until all have ended; each is read at once where `streamed`, else when it ended.

    Raises:
        FullError, EndedError, UserError: as `Model.answers`.
    """
    asks = list({choice.ask.number: choice.ask for choice in wanted}.values())
    first = {choice.ask.number: choice.index for choice in reversed(wanted)}
    async for told in model.answers(asks, at_once=streamed or bool(stops or model.chat.options.stop)):
        changed: dict[int, Choice] = {}
        for each in told:
            if isinstance(each, Scored):
                for choice in wanted:
                    if choice.ask.number == each.number:
                        choice.scored = each
                continue
            choice = wanted[first[each.number] + each.rollout]
            if choice.answer.end is None:
                choice.answer.add(each)
                changed[choice.index] = choice
        for choice in changed.values():
            piece = choice.answer.read()
            if piece.end is not None:
                model.drop(choice.ask.number, choice.index - first[choice.ask.number])
            if piece.text or piece.tokens or piece.end:
                yield choice, piece


async def complete(model: Model, wanted: Sequence[Choice], stops: Sequence[str]) -> None:
    """Wait until all choices are whole."""
    async for choice, piece in pieces(model, wanted, stops, streamed=False):
        choice.take(piece)


async def unless_gone(client: Request, work: Coroutine[Any, Any, Done]) -> Done:
    """Do the work, but not for a client that has hung up: then it is given up, and RefusedError raised."""
    task, gone = asyncio.create_task(work), asyncio.create_task(_hang_up(client))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise RefusedError(499, "The client has hung up.")
        return task.result()
    finally:
        gone.cancel()
        task.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _hang_up(client: Request) -> None:
    while (await client.receive())["type"] != "http.disconnect":
        pass
