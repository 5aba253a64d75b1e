"""The pool's HTTP interface: batches of jobs in, a line of JSON per result out."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from functools import partial
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict

from astor.errors import UserError
from astor.sandbox.pool.job_queue import FullError, JobQueue
from astor.sandbox.pool.open_batch import OpenBatch
from astor.sandbox.pool.options import ServerOptions
from astor.sandbox.pool.wire import JSON_LINES, Batch, Line, Refusal

BODY_SECONDS = 60.0
"""How long a request's body may take to arrive. Our choice: a megabyte a second for the largest."""

RETRY_SECONDS = 1
"""When to ask again where the queue is full. Our choice: a core does some three hundred small programs by then."""

MOST_FIELDS = 16
"""Fields that an object of a batch may have. Our choice: none has half as many, and each that is none is an error."""

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": Line, "description": "A line of JSON per result, as each job ends."},
}
_ANSWERS |= {
    status: {"model": Refusal, "description": why}
    for status, why in {
        400: "The body cannot be read.",
        401: "The token is missing or wrong.",
        408: "The body took too long to arrive.",
        413: "The body is too large, or the batch has too many jobs.",
        422: "The batch is not what it must be, or asks for more than the server grants.",
        429: "Too many jobs wait: ask again after Retry-After seconds.",
        503: "The server does not take jobs: it drains, or its sandbox has ended.",
    }.items()
}


class LayerRow(BaseModel):
    """A layer of isolation, as `astor sandbox check` shows it."""

    model_config = ConfigDict(from_attributes=True)
    name: str
    stands: bool
    why: str
    needed: bool


class Readiness(BaseModel):
    """Whether the server takes jobs, and what stands."""

    ready: bool
    why: str
    waiting: int
    layers: list[LayerRow]


class _Request(Request):
    """Reads no more of a body than the server takes, and hands on no batch that would be dear to refuse."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        most = self.app.state.max_body_mb
        size = int(self.headers.get("content-length", "0"))
        if size <= most << 20:
            size = 0
            async for part in super().stream():
                size += len(part)
                if size > most << 20:
                    break
                yield part
        if size > most << 20:
            raise HTTPException(413, f"The body is larger than {most} MiB: send smaller batches.")

    async def json(self) -> Any:
        batch = await super().json()
        if isinstance(batch, dict):
            jobs = batch.get("jobs")
            jobs = jobs if isinstance(jobs, list) else []
            most = self.app.state.max_jobs
            if len(jobs) > most:
                raise HTTPException(413, f"The batch has {len(jobs)} jobs: send {most} at most.")
            for each in (batch, batch.get("limits"), *jobs):
                if isinstance(each, dict) and len(each) > MOST_FIELDS:
                    raise HTTPException(422, f"An object of the batch has {len(each)} fields: see /openapi.json.")
        return batch


class _Guarded(APIRoute):
    """Refuses before it reads the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            queue: JobQueue = request.app.state.queue
            try:
                _check_token(request)
                _check_room(queue)
                response = await _in_time(handle(_Request(request.scope, request.receive)))
            except (HTTPException, RequestValidationError, UserError) as error:
                queue.metrics.batches.labels(str(getattr(error, "status_code", 422))).inc()
                raise
            queue.metrics.batches.labels(str(response.status_code)).inc()
            return response

        return guarded


def create_app(queue: JobQueue, options: ServerOptions, token: str | None) -> FastAPI:
    """The application; it runs jobs while `queue` is entered. Without a `token` it asks for none."""
    app = FastAPI(
        title="astor sandbox",
        version=version("astor-rl"),
        description="Runs programs that nobody trusts, and returns what they claim. "
        "No request holds an expected output, but for the source of a check and of what a checker gets.",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.queue, app.state.token = queue, token
    app.state.max_body_mb, app.state.max_jobs = options.max_body_mb, options.max_jobs
    router = APIRouter(route_class=_Guarded, dependencies=[Depends(HTTPBearer(auto_error=False))])

    @router.post("/v1/jobs", response_model=None, responses=_ANSWERS)
    async def run_jobs(batch: Batch) -> StreamingResponse:
        """Run a batch. Each line of the answer is a result, as its job ends; leaving early cancels the rest."""
        for name, most in options.most.model_dump().items():
            if (asked := getattr(batch.limits, name)) > most:
                raise HTTPException(422, f"limits.{name} is {asked}: this server grants {most} at most.")
        for place, wired in enumerate(batch.jobs):
            for name, each in wired:
                most = options.max_calls if name in wired.call_fields else options.max_inputs
                if isinstance(each, tuple) and len(each) > most:
                    detail = f"jobs.{place} has {len(each)} {name}: this server takes {most} at most."
                    raise HTTPException(422, detail)
        opened = OpenBatch([wired.job() for wired in batch.jobs], batch.limits)
        for _, job in opened.waiting:
            next(job.runs(batch.limits), None)  # UserError where it can't be run at all
        try:
            queue.submit(opened)
        except FullError:
            raise _full() from None
        return StreamingResponse(_answer(queue, opened), media_type=JSON_LINES)

    @app.get("/health")
    async def health() -> dict[str, str]:
        """The process lives."""
        return {"status": "ok"}

    @app.get("/ready", responses={503: {"model": Readiness, "description": "The server does not take jobs now."}})
    async def ready() -> Readiness:
        """Whether jobs are taken: the sandbox stands, there is room in the queue, and nobody asked for the end."""
        why = queue.why_closed or ("the queue is full" if queue.is_full else "")
        layers = [LayerRow.model_validate(layer) for layer in queue.sandbox.layers]
        readiness = Readiness(ready=not why, why=why, waiting=queue.waiting, layers=layers)
        return JSONResponse(readiness.model_dump(), 503 if why else 200)  # type: ignore[return-value]

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Prometheus' text format."""
        return Response(generate_latest(queue.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(key) for key in first["loc"][1:]) or "body"
        return JSONResponse({"detail": f"{place}: {first['msg'].removeprefix('Value error, ')}."}, 422)

    @app.exception_handler(UserError)
    async def _user_error(request: Request, error: UserError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 422)

    app.include_router(router)
    app.openapi = partial(_describe, app)  # type: ignore[method-assign]
    return app


def _describe(app: FastAPI) -> dict[str, Any]:
    """OpenAPI. FastAPI takes every answer that has a model for one document of JSON."""
    described = FastAPI.openapi(app)
    content = described["paths"]["/v1/jobs"]["post"]["responses"]["200"]["content"]
    if "application/json" in content:
        content[JSON_LINES] = content.pop("application/json")
    return described


async def _in_time(answer: Coroutine[Any, Any, Response]) -> Response:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await answer
    except TimeoutError:
        raise HTTPException(408, f"The body took more than {BODY_SECONDS:g} seconds to arrive.") from None


async def _answer(queue: JobQueue, opened: OpenBatch) -> AsyncIterator[bytes]:
    try:
        async for lines in opened.lines():
            yield lines
    finally:
        queue.cancel(opened)


def _check_token(request: Request) -> None:
    token = request.app.state.token
    given = request.headers.get("authorization", "")
    if token and not secrets.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode()):
        raise HTTPException(401, "The token is missing or wrong.", {"WWW-Authenticate": "Bearer"})


def _check_room(queue: JobQueue) -> None:
    if queue.why_closed:
        raise HTTPException(503, f"No jobs are taken: {queue.why_closed}.", {"Retry-After": str(RETRY_SECONDS)})
    if queue.is_full:
        raise _full()


def _full() -> HTTPException:
    return HTTPException(429, "Too many jobs wait.", {"Retry-After": str(RETRY_SECONDS)})
