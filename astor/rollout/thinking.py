"""Thinking within a budget: where it takes too long it is ended, and the answer goes on from there."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from astor.rollout.seeds import row_seed
from astor.tasks.thinking import END_OF_THINKING, after_thinking

if TYPE_CHECKING:
    from astor.policies.chat import Chat
    from astor.rollout.engine import Request, Sample

CLOSING = f"\n{END_OF_THINKING}\n\n"
"""What ends thinking by force, as Qwen3 writes it."""


def within_budget(
    ask: "Callable[[Sequence[Request]], list[Sample]]", chat: "Chat", budget: int, requests: "Sequence[Request]"
) -> "list[Sample]":
    """Samples of every request, as `ask` gives them, whose thinking takes `budget` tokens at most.

    Every answer is asked for up to the budget first. One that has not ended there goes on, with a seed of its own, up
    to its request's max_tokens; where it still thinks, after a `CLOSING` that counts to them. A request that has no
    room for more than both is left as it is.
    """
    closing: list[int] = chat.tokenizer.encode(CLOSING, add_special_tokens=False)
    split = [request.max_tokens > budget + len(closing) for request in requests]
    first = [
        replace(request, max_tokens=budget) if two else request for request, two in zip(requests, split, strict=True)
    ]
    answers = iter(ask(first))
    samples: list[Sample] = []
    unfinished: dict[int, Request] = {}
    for request, two in zip(requests, split, strict=True):
        for rollout, sample in enumerate(islice(answers, request.rollouts)):
            if two and sample.finish_reason == "length":
                thinks = after_thinking(chat.answer(request.prompt_tokens, sample.tokens)) is None
                begun = _with_closing(sample, closing if thinks else [])
                unfinished[len(samples)] = replace(
                    request,
                    prompt_tokens=[*request.prompt_tokens, *begun.tokens],
                    rollouts=1,
                    max_tokens=request.max_tokens - len(begun.tokens),
                    seed=row_seed(request.seed, f"{rollout}/answer"),
                )
                sample = begun
            samples.append(sample)
    for place, rest in zip(unfinished, ask(list(unfinished.values())), strict=True):
        samples[place] = replace(
            rest,
            tokens=samples[place].tokens + rest.tokens,
            logps=samples[place].logps + rest.logps,
            forced=samples[place].forced,
        )
    return samples


def _with_closing(sample: "Sample", closing: Sequence[int]) -> "Sample":
    length = len(sample.tokens)
    return replace(
        sample,
        tokens=(*sample.tokens, *closing),
        logps=(*sample.logps, *(0.0 for _ in closing)),
        forced=(length, length + len(closing)),
    )
