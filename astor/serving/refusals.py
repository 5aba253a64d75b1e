"""Errors in OpenAI's form, so that its clients raise what their users expect."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from astor.errors import UserError


class RefusedError(Exception):
    """A request that cannot be answered."""

    def __init__(self, status: int, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.param, self.code = status, message, param, code


def refuse(status: int, message: str, param: str | None = None, code: str | None = None) -> JSONResponse:
    """The response: `{"error": {"message", "type", "param", "code"}}`."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    error: dict[str, Any] = {"message": message, "type": kind, "param": param, "code": code}
    return JSONResponse({"error": error}, status_code=status)


def install(app: FastAPI) -> None:
    """Let every error of `app` have this form."""

    @app.exception_handler(RefusedError)
    def _refusal(request: Request, error: RefusedError) -> JSONResponse:
        return refuse(error.status, error.message, error.param, error.code)

    @app.exception_handler(UserError)
    def _user_error(request: Request, error: UserError) -> JSONResponse:
        return refuse(400, str(error))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(key) for key in first["loc"][1:]) or "body"
        if first["type"] == "extra_forbidden":
            return refuse(
                400, f"{place} is not supported by this endpoint: leave it out.", place, "unsupported_parameter"
            )
        return refuse(400, f"{place}: {first['msg'].removeprefix('Value error, ')}.", place, "invalid_value")

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        return refuse(error.status_code, f"{request.method} {request.url.path}: {error.detail}.")

    @app.exception_handler(Exception)
    def _fault(request: Request, error: Exception) -> JSONResponse:
        return refuse(500, f"The server failed: {type(error).__name__}.")
