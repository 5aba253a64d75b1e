"""What every request passes before it is read: the key, the room, its size, and the time that it may take."""

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

from astor.errors import UserError
from astor.serving.model import EndedError, FullError
from astor.serving.refusals import RefusedError


class Guarded(APIRoute):
    """Refuses before it reads the body, and counts what it answers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's, within the guard."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            arrived, state, status = time.monotonic(), request.app.state, 500
            try:
                _check_key(request)
                if request.method == "POST":
                    state.model.check_room(1)
                    await state.model.turns.mine()
                async with asyncio.timeout(state.limits.request_seconds):
                    response = await handle(_bounded(request, state.limits.max_body_mb))
                status = response.status_code
                return response
            except (FullError, EndedError) as error:
                refusal = busy(error)
                status = refusal.status
                raise refusal from None
            except TimeoutError:
                status = 504
                seconds = state.limits.request_seconds
                raise RefusedError(504, f"No answer within {seconds:g} seconds: ask for fewer tokens.") from None
            except HTTPException as error:
                status = error.status_code
                raise
            except (RequestValidationError, UserError):
                status = 400
                raise
            finally:
                state.metrics.count(self.path, status, arrived)

        return guarded


def busy(error: FullError | EndedError) -> RefusedError:
    """What a client is told that may ask again."""
    if isinstance(error, FullError):
        return RefusedError(429, "Too many answers are waited for: ask again.", code="queue_full", retry_after=1)
    return RefusedError(503, f"No answer comes: {error}.", code="unavailable", retry_after=5)


def _bounded(request: Request, megabytes: int) -> Request:
    """The request, of whose body not more can be read. RefusedError where it says that it is longer."""
    read = 0

    def take(size: int) -> None:
        nonlocal read
        read += size
        if read > megabytes << 20:
            way = "send a shorter one, or have the endpoint started with a larger --limit max_body_mb"
            raise RefusedError(413, f"The body has more than {megabytes} MiB: {way}.", code="body_too_large")

    async def receive() -> Message:
        message = await request.receive()
        take(len(message.get("body", b"")))
        return message

    said = request.headers.get("content-length", "")
    if said.isdecimal():
        take(int(said))
        read = 0
    return Request(request.scope, receive)


def _check_key(request: Request) -> None:
    keys: tuple[bytes, ...] = request.app.state.keys
    given = request.headers.get("authorization", "").encode("utf-8", "replace")
    known = [secrets.compare_digest(given, b"Bearer " + key) for key in keys]
    if keys and not any(known):
        raise RefusedError(401, "The API key is missing or wrong.", code="invalid_api_key")
