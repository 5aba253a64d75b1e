"""KServe's routes, versions 1 and 2 of its protocol, by its own SDK over the model that is served."""

from collections.abc import Callable, Coroutine
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from kserve import ModelRepository
from kserve.errors import InvalidInput, ModelNotFound, ModelNotReady, ServerNotReady
from kserve.protocol.dataplane import DataPlane
from kserve.protocol.rest.v1_endpoints import V1Endpoints
from kserve.protocol.rest.v2_datamodels import InferenceRequest
from kserve.protocol.rest.v2_endpoints import V2Endpoints
from starlette.exceptions import HTTPException

from astor.errors import UserError
from astor.serving.guard import Guarded
from astor.serving.metrics import Metrics
from astor.serving.model import Model
from astor.serving.predictor import Predictor
from astor.serving.refusals import RefusedError, in_words
from astor.serving.sampling import unless_gone

STATUS = {InvalidInput: 400, ModelNotFound: 404, ModelNotReady: 503, ServerNotReady: 503}
"""Of KServe's errors; they are KServe's own."""


class _Told(Guarded):
    """Guarded, and errors in KServe's form: {"error": TEXT}."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return JSONResponse({"error": in_words(error.errors()[0], 2)[0]}, 400)
            except UserError as error:
                return JSONResponse({"error": str(error)}, 400)
            except HTTPException as error:
                return JSONResponse({"error": error.detail}, error.status_code, error.headers)

        return told


class _Plane(DataPlane):  # type: ignore[misc]  # kserve has no types
    """What is known of the server; models are neither loaded nor unloaded by its clients."""

    def __init__(self, model: Model, predictor: Predictor) -> None:
        repository = ModelRepository()
        repository.update(predictor)
        super().__init__(repository)
        self._model = model

    async def ready(self) -> bool:
        return not self._model.why_closed

    def metadata(self) -> dict[str, Any]:
        return {"name": "astor", "version": version("astor-rl"), "extensions": []}


def kserve_routes(model: Model, name: str, metrics: Metrics) -> APIRouter:
    """The routes, for the model that is served as `name`. Whether it is ready needs no key: kubelets have none.

    `GET /v1/models` is OpenAI's, and says beside it what KServe's says.
    """
    plane = _Plane(model, Predictor(model, name, metrics))
    first, second = V1Endpoints(plane), V2Endpoints(plane)
    router, guarded = APIRouter(tags=["KServe"]), APIRouter(tags=["KServe"], route_class=_Told)

    async def predict(model_name: str, request: Request) -> Any:
        await request.body()  # so that what comes after it is that the client hung up
        return await _translated(unless_gone(request, first.predict(model_name, request)))

    async def infer(request: Request, response: Response, model_name: str, body: InferenceRequest | bytes) -> Any:
        return await _translated(unless_gone(request, second.infer(request, response, model_name, body)))

    async def model_metadata(model_name: str) -> Any:
        return await _translated(second.model_metadata(model_name))

    async def model_ready(model_name: str) -> Response:
        return await _probed(second.model_ready(model_name))

    async def ready() -> Response:
        return await _probed(second.ready())

    router.add_api_route("/", plane.live)
    router.add_api_route("/v2/health/live", second.live)
    router.add_api_route("/v2/health/ready", ready)
    router.add_api_route("/v2/models/{model_name}/ready", model_ready)
    guarded.add_api_route("/v2", second.metadata)
    guarded.add_api_route("/v2/models", second.models)
    guarded.add_api_route("/v2/models/{model_name}", model_metadata)
    guarded.add_api_route("/v2/models/{model_name}/infer", infer, methods=["POST"])
    guarded.add_api_route("/v1/models/{model_name}:predict", predict, methods=["POST"])
    router.include_router(guarded)
    return router


async def _translated(asked: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await asked
    except tuple(STATUS) as error:
        status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
        raise RefusedError(status, str(error)) from error


async def _probed(asked: Coroutine[Any, Any, Any]) -> Response:
    try:
        return JSONResponse((await asked).model_dump())
    except tuple(STATUS) as error:
        status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
        return JSONResponse({"error": str(error)}, status)
