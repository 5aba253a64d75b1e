"""Answers in the words of OpenAI's API."""

import time
import uuid
from collections.abc import Sequence
from typing import Any

from astor.policies.chat import Chat
from astor.serving.messages import Alternatives, Token
from astor.serving.sampling import Choice


def head(prefix: str, kind: str, model: str, digest: str) -> dict[str, Any]:
    """What every answer and every chunk of it begins with."""
    return {
        "id": f"{prefix}-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": digest,
    }


def usage(choices: Sequence[Choice]) -> dict[str, int]:
    """Tokens that were asked and sampled; the prompt of several answers counts once."""
    asked = sum(len(ask.prompt) for ask in {choice.ask.number: choice.ask for choice in choices}.values())
    sampled = sum(len(choice.answer.drawn) for choice in choices)
    return {"prompt_tokens": asked, "completion_tokens": sampled, "total_tokens": asked + sampled}


def token_logprobs(chat: Chat, tokens: Sequence[Token]) -> list[dict[str, Any]]:
    """A chat answer's log-probabilities."""
    return [
        _entry(chat, token.token, token.logp)
        | {"top_logprobs": [_entry(chat, other, logp) for other, logp in token.alternatives]}
        for token in tokens
    ]


def _entry(chat: Chat, token: int, logp: float) -> dict[str, Any]:
    text = chat.tokenizer.decode([token])
    return {"token": text, "logprob": logp, "bytes": list(text.encode())}


def text_logprobs(chat: Chat, tokens: Sequence[Token], offsets: Sequence[int]) -> dict[str, Any]:
    """A completion's log-probabilities."""
    return {
        "tokens": [chat.tokenizer.decode([token.token]) for token in tokens],
        "token_logprobs": [token.logp for token in tokens],
        "top_logprobs": [_named(chat, token.alternatives) for token in tokens],
        "text_offset": list(offsets),
    }


def told_tokens(chat: Chat, choice: Choice, logprobs: bool) -> dict[str, Any]:
    """The tokens of a completion's prompt and of the answer as they were drawn, the stop token among them, in vLLM's
    words; with `logprobs` those of the same tokens."""
    drawn = choice.answer.drawn
    tokens = {"prompt_token_ids": list(choice.ask.prompt), "token_ids": [token.token for token in drawn]}
    offsets = [*choice.offsets, *[len(choice.text)] * (len(drawn) - len(choice.offsets))]
    return tokens | ({"logprobs": text_logprobs(chat, drawn, offsets)} if logprobs else {})


def echoed(chat: Chat, choice: Choice, text: str) -> dict[str, Any]:
    """The log-probabilities of a prompt, written `text`, and of the answer after it; the first token has none."""
    assert choice.scored is not None, "it was asked for"
    prompt = choice.ask.prompt
    after = text_logprobs(chat, choice.tokens, [len(text) + offset for offset in choice.offsets])
    starts = [len(chat.tokenizer.decode(list(prompt[:place]))) for place in range(len(prompt))]
    return {
        "tokens": [*(chat.tokenizer.decode([token]) for token in prompt), *after["tokens"]],
        "token_logprobs": [None, *choice.scored.logps, *after["token_logprobs"]],
        "top_logprobs": [None, *(_named(chat, each) for each in choice.scored.alternatives), *after["top_logprobs"]],
        "text_offset": [*starts, *after["text_offset"]],
    }


def _named(chat: Chat, alternatives: Alternatives) -> dict[str, float]:
    return {chat.tokenizer.decode([token]): logp for token, logp in reversed(alternatives)}
