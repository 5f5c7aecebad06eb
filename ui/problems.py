"""What goes wrong, as an HTTP response: in words, with the cure, never with the insides.

`{"error": what, "fix": fix}` everywhere but under `/v1`, whose clients expect OpenAI's
`{"error": {"message", "type", "param", "code"}}`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from index.errors import FootnoteError, QuestionError, SettingsError

OPENAI_PREFIX: Final = "/v1"
_RETRY_AFTER: Final = "3"  # seconds, for what may succeed unchanged

_OPENAI_TYPES: Final = {
    401: ("authentication_error", "invalid_api_key"),
    403: ("permission_error", "forbidden"),
    404: ("invalid_request_error", "not_found"),
    405: ("invalid_request_error", "method_not_allowed"),
    413: ("invalid_request_error", "request_too_large"),
    503: ("server_error", "unavailable"),
}
_HTTP: Final = {
    400: ("the request cannot be read", "send JSON as /docs describes it"),
    404: ("there is nothing at this address", "see /docs for what there is"),
    405: ("this address does not take that method", "see /docs for the one that it takes"),
    413: ("the request is too large", "send less at once"),
}
_UNEXPECTED: Final = FootnoteError(
    "something went wrong inside Footnote",
    "ask again; if it happens again, the server's log says more",
)
_log = logging.getLogger(__name__)


def body(path: str, status: int, what: str, fix: str, code: str = "") -> dict[str, Any]:
    """The JSON that tells a client of `path` what is wrong, and the cure."""
    if not is_openai(path):
        return {"error": what, "fix": fix}
    kind, usual = _OPENAI_TYPES.get(
        status, ("server_error" if status >= 500 else "invalid_request_error", None)
    )
    message = f"{what} (fix: {fix})"
    return {"error": {"message": message, "type": kind, "param": None, "code": code or usual}}


def respond(
    path: str,
    status: int,
    what: str,
    fix: str,
    headers: Mapping[str, str] | None = None,
    code: str = "",
) -> JSONResponse:
    """The response with that JSON."""
    return JSONResponse(body(path, status, what, fix, code), status, headers)


def not_found(path: str) -> JSONResponse:
    """The response where there is nothing."""
    return respond(path, 404, *_HTTP[404])


def not_allowed(path: str, methods: Iterable[str]) -> JSONResponse:
    """The response where there is something, but for other methods."""
    return respond(path, 405, *_HTTP[405], headers={"Allow": ", ".join(sorted(methods))})


def respond_to(path: str, error: FootnoteError) -> JSONResponse:
    """The response to a question that could not be answered."""
    status = status_of(path, error)
    headers = {"Retry-After": _RETRY_AFTER} if error.retryable and status == 503 else None
    code = "busy" if headers else ""
    return respond(path, status, error.what, error.fix, headers, code)


def status_of(path: str, error: FootnoteError) -> int:
    """The HTTP status that an error has: the visitor's, or the server's."""
    # Of the settings, only what a question asks for can be wrong while the server runs.
    if isinstance(error, QuestionError | SettingsError):
        return 400 if is_openai(path) else 422
    return 503


def is_openai(path: str) -> bool:
    return path == OPENAI_PREFIX or path.startswith(f"{OPENAI_PREFIX}/")


def unexpected(error: Exception) -> FootnoteError:
    """What a visitor is told of a failure that nobody foresaw; the log has the rest."""
    _log.error("a request failed", exc_info=error)
    return _UNEXPECTED


def install(app: FastAPI) -> None:
    """Have the application answer in these words whatever goes wrong in it."""

    @app.exception_handler(FootnoteError)
    def foreseen(request: Request, error: FootnoteError) -> JSONResponse:
        return respond_to(request.url.path, error)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        path = request.url.path
        status = 400 if is_openai(path) else 422
        return respond(path, status, _wrong(error.errors()), "correct it; /docs describes it")

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> JSONResponse:
        path, status = request.url.path, error.status_code
        what, fix = _HTTP.get(status, (str(error.detail), "see /docs"))
        if status == 400 and not is_openai(path):
            status = 422  # a body that is not even text is a question that cannot be used
        return respond(path, status, what, fix, error.headers)

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> JSONResponse:
        # Starlette raises it again after the response, and so the server logs it.
        return respond(request.url.path, 500, _UNEXPECTED.what, _UNEXPECTED.fix)


def _wrong(errors: Sequence[Any]) -> str:
    """The first thing that is wrong with a request; never what was sent."""
    first = errors[0]
    if first["type"] == "json_invalid":
        return "the body is not JSON"
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    what = str(first["msg"])
    return f"{place}: {what[0].lower()}{what[1:]}" if place else what
