"""OpenAI's models, completions and chat completions, answered by one policy."""

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response, StreamingResponse

from astor.errors import UserError
from astor.policies.chat import Chat
from astor.policies.policy import Policy
from astor.rollout.live import live_sampler
from astor.rollout.options import TransformersEngineOptions
from astor.serving.answers import Answer, Answerer
from astor.serving.refusals import RefusedError, install
from astor.serving.requests import ChatRequest, CompletionRequest, SamplingRequest

COMPLETION_TOKENS, CHAT_TOKENS = 16, 512
"""Most tokens of an answer where the client names no number: OpenAI's own for completions; for chat our choice."""


def create_app(policy: Policy, model_name: str) -> FastAPI:
    """The application. It serves `model_name` alone, and says which policy that is by its digest.

    Answers are sampled whole: a stream sends each in one piece, as soon as all of the request are there.
    """
    app = FastAPI(title="astor", docs_url=None, redoc_url=None)
    install(app)
    answerer, chat = Answerer(live_sampler(policy, TransformersEngineOptions())), policy.chat
    digest = policy.ref.digest or None
    card = {
        "id": model_name,
        "object": "model",
        "created": int(time.time()),
        "owned_by": "astor",
        "policy_digest": digest,
    }

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {"status": "ok", "model": model_name, "policy_digest": digest}

    @app.get("/v1/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [card]}

    @app.get("/v1/models/{name:path}")
    def model(name: str) -> dict[str, Any]:
        _check_model(name, model_name)
        return card

    @app.post("/v1/completions")
    def completions(request: CompletionRequest) -> Response:
        _check_model(request.model, model_name)
        prompts = [chat.tokenizer.encode(prompt) if isinstance(prompt, str) else prompt for prompt in request.prompts]
        answers = _sample(answerer, request, prompts, request.max_tokens, COMPLETION_TOKENS)
        choices = [
            {
                "index": index,
                "text": answer.text,
                "logprobs": _text_logprobs(chat, answer) if request.logprobs is not None else None,
                "finish_reason": answer.finish_reason,
            }
            for index, answer in enumerate(answer for group in answers for answer in group)
        ]
        head = _head("cmpl", "text_completion", model_name, digest)
        usage = _usage(prompts, answers)
        if request.stream:
            return _stream(head, [[choice] for choice in choices], usage, request)
        return JSONResponse({**head, "choices": choices, "usage": usage})

    @app.post("/v1/chat/completions")
    def chat_completions(request: ChatRequest) -> Response:
        _check_model(request.model, model_name)
        try:
            prompt = chat.encode([message.message for message in request.messages])
        except UserError as error:
            raise RefusedError(400, str(error), "messages", "invalid_value") from error
        longest = request.max_completion_tokens or request.max_tokens
        answers = _sample(answerer, request, [prompt], longest, CHAT_TOKENS)
        usage = _usage([prompt], answers)
        choices = [
            {
                "index": index,
                "message": {"role": "assistant", "content": answer.text, "refusal": None},
                "logprobs": {"content": _token_logprobs(chat, answer)} if request.logprobs else None,
                "finish_reason": answer.finish_reason,
            }
            for index, answer in enumerate(answers[0])
        ]
        if request.stream:
            head = _head("chatcmpl", "chat.completion.chunk", model_name, digest)
            return _stream(head, [_chat_chunks(choice) for choice in choices], usage, request)
        head = _head("chatcmpl", "chat.completion", model_name, digest)
        return JSONResponse({**head, "choices": choices, "usage": usage})

    return app


def _check_model(asked: str, served: str) -> None:
    if asked != served:
        raise RefusedError(
            404, f"There is no model {asked!r} here: this endpoint serves {served!r}.", "model", "model_not_found"
        )


def _sample(
    answerer: Answerer, request: SamplingRequest, prompts: Sequence[Sequence[int]], max_tokens: int | None, default: int
) -> list[list[Answer]]:
    """Answers per prompt. Without a number from the client an answer is as long as the context leaves room for."""
    vocabulary, context = len(answerer.chat.tokenizer), answerer.chat.context
    if not prompts:
        raise RefusedError(400, "prompt is empty: give one at least.", "prompt", "invalid_value")
    for prompt in prompts:
        if not prompt:
            raise RefusedError(400, "A prompt without tokens cannot be continued.", "prompt", "invalid_value")
        if not all(0 <= token < vocabulary for token in prompt):
            raise RefusedError(400, f"A token is not below the vocabulary's {vocabulary}.", "prompt", "invalid_value")
        if len(prompt) + (max_tokens or 1) > context:
            message = f"{len(prompt)} prompt tokens and {max_tokens or 1} more do not fit the context of {context}."
            raise RefusedError(400, message, "prompt", "context_length_exceeded")
    lengths = [max_tokens or min(default, context - len(prompt)) for prompt in prompts]
    return answerer.answer(prompts, request.n, lengths, request.temperature, request.seed, request.stop)


def _head(prefix: str, kind: str, model: str, digest: str | None) -> dict[str, Any]:
    return {
        "id": f"{prefix}-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": digest,
    }


def _usage(prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[Answer]]) -> dict[str, int]:
    asked = sum(map(len, prompts))
    sampled = sum(answer.sampled for group in answers for answer in group)
    return {"prompt_tokens": asked, "completion_tokens": sampled, "total_tokens": asked + sampled}


def _token_logprobs(chat: Chat, answer: Answer) -> list[dict[str, Any]]:
    texts = [chat.tokenizer.decode([token]) for token in answer.tokens]
    return [
        {"token": text, "logprob": logp, "bytes": list(text.encode()), "top_logprobs": []}
        for text, logp in zip(texts, answer.logps, strict=True)
    ]


def _text_logprobs(chat: Chat, answer: Answer) -> dict[str, Any]:
    return {
        "tokens": [chat.tokenizer.decode([token]) for token in answer.tokens],
        "token_logprobs": list(answer.logps),
        "top_logprobs": None,
        "text_offset": [len(chat.decode(answer.tokens[:place])) for place in range(len(answer.tokens))],
    }


def _chat_chunks(choice: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer as one delta, then its end."""
    index, message = choice["index"], choice["message"]
    delta = {"role": "assistant", "content": message["content"]}
    return [
        {"index": index, "delta": delta, "logprobs": choice["logprobs"], "finish_reason": None},
        {"index": index, "delta": {}, "logprobs": None, "finish_reason": choice["finish_reason"]},
    ]


def _stream(
    head: dict[str, Any], chunks: Sequence[Sequence[dict[str, Any]]], usage: dict[str, int], request: SamplingRequest
) -> StreamingResponse:
    """Server-sent events: a chunk each, the usage where it was asked for, and the end."""
    counted = request.stream_options is not None and request.stream_options.include_usage

    def events() -> Iterator[str]:
        for of_choice in chunks:
            for chunk in of_choice:
                event = {**head, "choices": [chunk]} | ({"usage": None} if counted else {})
                yield f"data: {json.dumps(event)}\n\n"
        if counted:
            yield f"data: {json.dumps({**head, 'choices': [], 'usage': usage})}\n\n"
        yield "data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")
