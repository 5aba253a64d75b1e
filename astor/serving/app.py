"""The endpoint: OpenAI's routes, front doors of tasks, health, readiness and metrics, of one model."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from astor.serving.completions import check_model, routes
from astor.serving.front_doors import task_routes
from astor.serving.guard import Guarded
from astor.serving.limits import Limits
from astor.serving.metrics import Metrics
from astor.serving.model import Model
from astor.serving.refusals import install
from astor.tasks.front_door import Door

NO_DOORS: Mapping[str, Door] = {}


def create_app(
    model: Model,
    name: str,
    limits: Limits,
    keys: Sequence[str] = (),
    doors: Mapping[str, Door] = NO_DOORS,
    kserve: bool = False,
) -> FastAPI:
    """The application. It serves the started `model` as `name`, and says which policy that is by its digest.

    Args:
        keys: of which clients must show one; without any, none is asked for.
        doors: of the tasks that can be asked by name, by key.
        kserve: whether it answers KServe's protocol too; its package is installed then.
    """

    @asynccontextmanager
    async def listening(_: FastAPI) -> AsyncIterator[None]:
        model.listen()
        yield

    app = FastAPI(title="astor", docs_url=None, redoc_url=None, lifespan=listening)
    install(app)
    app.state.model, app.state.limits, app.state.keys = model, limits, tuple(key.encode() for key in keys)
    app.state.metrics = Metrics(model)
    card = {
        "id": name,
        "object": "model",
        "created": int(time.time()),
        "owned_by": "astor",
        "policy_digest": model.digest,
        "max_model_len": model.chat.context,
    }

    @app.get("/health")
    async def health() -> dict[str, Any]:
        """The process lives; which policy it serves."""
        return {"status": "ok", "model": name, "policy_digest": model.digest}

    @app.get("/ready")
    async def ready() -> JSONResponse:
        """Whether answers are given: the model's process lives, and nobody asked for the end."""
        return JSONResponse({"ready": not model.why_closed, "why": model.why_closed}, 503 if model.why_closed else 200)

    @app.get("/metrics")
    async def metrics() -> Response:
        """Prometheus' text format."""
        return Response(generate_latest(app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    router = APIRouter(route_class=Guarded)

    @router.get("/v1/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [card], **({"models": [name]} if kserve else {})}

    @router.get("/v1/models/{asked:path}")
    async def one_model(asked: str) -> dict[str, Any]:
        check_model(asked, name)
        if not kserve:
            return card
        model.check_room(0)
        return card | {"name": name, "ready": True}

    app.include_router(router)
    app.include_router(routes(model, name))
    app.include_router(task_routes(model, name, doors))
    if kserve:
        from astor.serving.kserve_routes import kserve_routes

        app.include_router(kserve_routes(model, name, app.state.metrics))
    return app
