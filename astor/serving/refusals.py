"""Errors in OpenAI's form, so that its clients raise what their users expect."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from astor.errors import UserError


class RefusedError(HTTPException):
    """A request that cannot be answered."""

    def __init__(
        self,
        status: int,
        message: str,
        param: str | None = None,
        code: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        """`retry_after`: seconds after which the client may ask again; None where that would not help."""
        headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        super().__init__(status, message, headers)
        self.status, self.message, self.param, self.code = status, message, param, code


def describe(status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """An error in OpenAI's form."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def refuse(status: int, message: str, param: str | None = None, code: str | None = None) -> JSONResponse:
    """The response to a request that is not answered."""
    return JSONResponse(describe(status, message, param, code), status_code=status)


def in_words(error: Mapping[str, Any], begins: int) -> tuple[str, str, str]:
    """Message, place and code of an error of pydantic's. The first `begins` parts of its place no client wrote."""
    place = ".".join(str(key) for key in error["loc"][begins:]) or "body"
    if error["type"] == "json_invalid":
        reason = error.get("ctx", {}).get("error", "it ends too soon")
        return f"The body is no JSON at its character {place}: {reason}.", "body", "invalid_json"
    if error["type"] == "extra_forbidden":
        return f"{place} is not supported by this endpoint: leave it out.", place, "unsupported_parameter"
    return f"{place}: {error['msg'].removeprefix('Value error, ')}.", place, "invalid_value"


def install(app: FastAPI) -> None:
    """Let every error of `app` have this form."""

    @app.exception_handler(RefusedError)
    def _refusal(request: Request, error: RefusedError) -> JSONResponse:
        response = refuse(error.status, error.message, error.param, error.code)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(UserError)
    def _user_error(request: Request, error: UserError) -> JSONResponse:
        return refuse(400, str(error))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return refuse(400, *in_words(error.errors()[0], 1))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        return refuse(error.status_code, f"{request.method} {request.url.path}: {error.detail}.")

    @app.exception_handler(Exception)
    def _fault(request: Request, error: Exception) -> JSONResponse:
        return refuse(500, f"The server failed: {type(error).__name__}.")
