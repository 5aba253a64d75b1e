"""`/v1/completions` and `/v1/chat/completions`, whole or as they grow."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from astor.errors import UserError
from astor.serving.answer import Piece
from astor.serving.guard import Guarded, busy
from astor.serving.metrics import Metrics
from astor.serving.model import EndedError, FullError, Model
from astor.serving.refusals import RefusedError, describe
from astor.serving.requests import ChatRequest, CompletionRequest, SamplingRequest
from astor.serving.sampling import Choice, check_length, choices, complete, encode, pieces, unless_gone
from astor.serving.wording import echoed, head, text_logprobs, token_logprobs, told_tokens, usage

COMPLETION_TOKENS, CHAT_TOKENS = 16, 512
"""Most tokens of an answer where the client names no number: OpenAI's own for completions; for chat our choice."""

Chunk = Callable[[Choice, Piece], list[dict[str, Any]]]
"""What of a choice a stream carries for a piece of it."""


def routes(model: Model, name: str) -> APIRouter:
    """Both endpoints, for the model that is served as `name`."""
    router, chat = APIRouter(route_class=Guarded), model.chat

    @router.post("/v1/completions")
    async def completions(request: CompletionRequest, client: Request) -> Response:
        check_model(request.model, name)
        prompts = [await encode(model, each) if isinstance(each, str) else each for each in request.prompts]
        told = request.logprobs is not None
        wanted = choices(
            model,
            request,
            prompts,
            request.max_tokens,
            COMPLETION_TOKENS,
            request.logprobs or 0,
            scored=request.echo and told,
            talks=False,
        )
        if request.stream:

            def chunk(choice: Choice, piece: Piece) -> list[dict[str, Any]]:
                logprobs = text_logprobs(chat, piece.tokens, piece.offsets) if told else None
                end = {"logprobs": logprobs, "finish_reason": piece.end}
                return [{"index": choice.index, "text": piece.text} | end]

            return _stream(model, head("cmpl", "text_completion", name, model.digest), wanted, request, client, chunk)
        await unless_gone(client, complete(model, wanted, request.stop))
        answers = []
        for choice in wanted:
            prompt = chat.tokenizer.decode(list(choice.ask.prompt)) if request.echo else ""
            logprobs = None
            if told:
                own = text_logprobs(chat, choice.tokens, choice.offsets)
                logprobs = echoed(chat, choice, prompt) if request.echo else own
            end = choice.answer.end or "length"
            body = {"text": prompt + choice.text, "logprobs": logprobs, "finish_reason": end}
            if request.return_token_ids:
                body |= told_tokens(chat, choice, logprobs=told)
            answers.append({"index": choice.index} | body)
        return _whole(client, head("cmpl", "text_completion", name, model.digest), answers, wanted)

    @router.post("/v1/chat/completions")
    async def chat_completions(request: ChatRequest, client: Request) -> Response:
        check_model(request.model, name)
        check_length(model, sum(len(message.content) for message in request.messages))
        try:
            prompt = chat.encode([message.message for message in request.messages])
        except UserError as error:
            raise RefusedError(400, str(error), "messages", "invalid_value") from error
        longest = request.max_completion_tokens or request.max_tokens
        wanted = choices(model, request, [prompt], longest, CHAT_TOKENS, request.top_logprobs)

        def logprobs(piece: Piece | Choice) -> dict[str, Any] | None:
            return {"content": token_logprobs(chat, piece.tokens)} if request.logprobs else None

        if request.stream:
            begun: set[int] = set()

            def chunk(choice: Choice, piece: Piece) -> list[dict[str, Any]]:
                delta: dict[str, Any] = {} if choice.index in begun else {"role": "assistant"}
                begun.add(choice.index)
                said = {"delta": delta | {"content": piece.text}, "logprobs": logprobs(piece), "finish_reason": None}
                end = {"index": choice.index, "delta": {}, "logprobs": None, "finish_reason": piece.end}
                return [{"index": choice.index} | said, *([end] if piece.end else [])]

            kind = "chat.completion.chunk"
            return _stream(model, head("chatcmpl", kind, name, model.digest), wanted, request, client, chunk)
        await unless_gone(client, complete(model, wanted, request.stop))
        answers = [
            {
                "index": choice.index,
                "message": {"role": "assistant", "content": choice.text},
                "logprobs": logprobs(choice),
                "finish_reason": choice.answer.end,
            }
            for choice in wanted
        ]
        return _whole(client, head("chatcmpl", "chat.completion", name, model.digest), answers, wanted)

    return router


def check_model(asked: str, served: str) -> None:
    """RefusedError where another model is asked than the one that is served."""
    if asked != served:
        raise RefusedError(
            404, f"There is no model {asked!r} here: this endpoint serves {served!r}.", "model", "model_not_found"
        )


def _whole(
    client: Request, first: dict[str, Any], answers: Sequence[dict[str, Any]], wanted: Sequence[Choice]
) -> Response:
    return JSONResponse(first | {"choices": answers, "usage": count_usage(client.app.state.metrics, wanted)})


def count_usage(metrics: Metrics, wanted: Sequence[Choice]) -> dict[str, int]:
    """`usage` of what was answered, which the endpoint's metrics take in."""
    counted = usage(wanted)
    metrics.prompt_tokens.inc(counted["prompt_tokens"])
    metrics.sampled_tokens.inc(counted["completion_tokens"])
    return counted


def _stream(
    model: Model,
    first: dict[str, Any],
    wanted: Sequence[Choice],
    request: SamplingRequest,
    client: Request,
    chunk: Chunk,
) -> StreamingResponse:
    """Server-sent events: chunks as tokens come, the usage where it was asked for, and the end."""
    model.check_room(len(wanted))
    counted = request.stream_options is not None and request.stream_options.include_usage
    seconds = client.app.state.limits.request_seconds

    async def events() -> AsyncIterator[str]:
        try:
            async with asyncio.timeout(seconds):
                async for choice, piece in pieces(model, wanted, request.stop, streamed=True):
                    for each in chunk(choice, piece):
                        yield _event(first | {"choices": [each]} | ({"usage": None} if counted else {}))
        except (FullError, EndedError) as error:
            refusal = busy(error)
            yield _event(describe(refusal.status, refusal.message, code=refusal.code))
        except TimeoutError:
            yield _event(describe(504, f"The answer was not whole within {seconds:g} seconds."))
        except UserError as error:
            yield _event(describe(400, str(error)))
        else:
            numbers = count_usage(client.app.state.metrics, wanted)
            if counted:
                yield _event(first | {"choices": [], "usage": numbers})
        yield "data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


def _event(content: dict[str, Any]) -> str:
    return f"data: {json.dumps(content)}\n\n"
