"""What can go wrong with an OpenAI-compatible server, told by its cause and its cure.

What the server itself says is never passed on: it may repeat the key. docs/llm.md has the
table.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any, Final

from index.errors import FootnoteError
from index.llm_server import LlmServer
from index.pace import retry_after


class Fault(StrEnum):
    """The kinds of fault."""

    KEY = "key"
    CREDIT = "credit"
    MODEL = "model"
    ADDRESS = "address"
    UNREACHABLE = "unreachable"
    SLOW_START = "slow start"
    STALLED = "stalled"
    TOO_LONG = "too long"
    BUSY = "busy"
    SERVER = "server"
    CUT = "cut"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    OVERFLOW = "overflow"
    SCHEMA = "schema"
    REJECTED = "rejected"


_FIXES: Final = {
    Fault.KEY: "set OPENAI_API_KEY to a key of this server, or OPENAI_BASE_URL to the key's server",
    Fault.CREDIT: "add credit to the account of OPENAI_API_KEY, or name another server",
    Fault.MODEL: "set FOOTNOTE_LLM to a model that the server has; footnote doctor lists some",
    Fault.ADDRESS: "correct OPENAI_BASE_URL; most servers' addresses end in /v1",
    Fault.UNREACHABLE: "start the server, or correct OPENAI_BASE_URL",
    Fault.SLOW_START: "raise FOOTNOTE_LLM_FIRST_SECONDS, or use a smaller model",
    Fault.STALLED: "ask again; if it happens again, look at the server's log",
    Fault.TOO_LONG: "raise FOOTNOTE_LLM_SECONDS, or use a faster model",
    Fault.BUSY: "wait and ask again, or raise the account's rate limit",
    Fault.SERVER: "ask again; if it happens again, look at the server's log",
    Fault.CUT: "ask again; if it happens again, look at the server's log",
    Fault.EMPTY: "ask again, or set FOOTNOTE_LLM to another model",
    Fault.UNREADABLE: "correct OPENAI_BASE_URL: what answers there is no OpenAI-compatible server",
    Fault.OVERFLOW: "set FOOTNOTE_LLM_CONTEXT to the model's real context window, in tokens",
    Fault.SCHEMA: "nothing: the server is asked again, without a JSON schema",
    Fault.REJECTED: "look at the server's log, or set FOOTNOTE_LLM to another model",
}
_MAY_PASS: Final = {
    Fault.UNREACHABLE,
    Fault.SLOW_START,
    Fault.STALLED,
    Fault.TOO_LONG,
    Fault.BUSY,
    Fault.SERVER,
    Fault.CUT,
    Fault.EMPTY,
}
_OVERFLOW_WORDS: Final = (
    "exceed_context_size",
    "context_length_exceeded",
    "context length",
    "context size",
    "context window",
    "maximum context",
)
_SCHEMA_WORDS: Final = ("response_format", "json_schema", "grammar", "structured output")
_CREDIT_WORDS: Final = ("insufficient_quota", "billing")


class LlmError(FootnoteError):
    """A server cannot be used, or did not do what it was asked to.

    Args:
        fault: its kind.
        what: one sentence for a person.
        wait: seconds that the server asks to wait before the next call.
    """

    def __init__(self, fault: Fault, what: str, wait: float | None = None) -> None:
        super().__init__(what, _FIXES[fault], retryable=fault in _MAY_PASS)
        self.fault = fault
        self.wait = wait


def explain(error: Exception, server: LlmServer) -> LlmError:
    """What an exception of the OpenAI SDK, or of the HTTP client below it, comes from."""
    import httpx
    import openai

    if isinstance(error, LlmError):
        return error
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        if isinstance(error, httpx.ConnectTimeout) or isinstance(
            error.__cause__, httpx.ConnectTimeout
        ):
            return _unreachable(server)
        return LlmError(Fault.STALLED, f"the LLM server at {server} stopped answering")
    if isinstance(error, openai.APIResponseValidationError):
        return unreadable(server)
    if isinstance(error, openai.APIStatusError):
        return explain_status(error.status_code, error.body, dict(error.response.headers), server)
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__
        if isinstance(cause, httpx.RemoteProtocolError | httpx.ReadError):
            return cut(server)
        return _unreachable(server)
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return cut(server)
    if isinstance(error, httpx.TransportError):
        return _unreachable(server)
    if isinstance(error, openai.APIError):  # an error in the midst of a stream
        return _explain_words(error.body, server) or LlmError(
            Fault.SERVER, f"the LLM server at {server} failed while it was writing"
        )
    return unreadable(server)


def explain_status(
    status: int, body: object, headers: dict[str, str], server: LlmServer
) -> LlmError:
    """What an answer with an error status comes from.

    Args:
        status: of HTTP.
        body: its parsed JSON, or text.
        headers: by name in lower case.
        server: who answered.
    """
    words = str(body).lower()
    told = _explain_words(body, server)
    if status in (401, 403):
        return LlmError(Fault.KEY, f"the LLM server at {server} does not accept the key")
    if status == 429:
        if any(word in words for word in _CREDIT_WORDS):
            return LlmError(Fault.CREDIT, "the account of the LLM's key has no credit left")
        wait = retry_after(headers)
        asks = f" and asks to wait {math.ceil(wait)} seconds" if wait else ""
        return LlmError(Fault.BUSY, f"the LLM server at {server} is busy{asks}", wait)
    if status == 404 and "model" in words:
        return LlmError(Fault.MODEL, f"the LLM server at {server} has no model {server.model}")
    if status in (404, 405) or 300 <= status < 400:
        return LlmError(
            Fault.ADDRESS,
            f"there is no OpenAI-compatible server at {server} (HTTP status {status})",
        )
    if told:
        return told
    if status in (408, 409) or status >= 500:
        return LlmError(
            Fault.SERVER,
            f"the LLM server at {server} failed (HTTP status {status})",
            retry_after(headers),
        )
    return LlmError(
        Fault.REJECTED, f"the LLM server at {server} rejects the request (HTTP status {status})"
    )


def cut(server: LlmServer) -> LlmError:
    """The connection ended before the reply did."""
    return LlmError(Fault.CUT, f"the reply of the LLM server at {server} was cut off")


def _unreachable(server: LlmServer) -> LlmError:
    return LlmError(Fault.UNREACHABLE, f"no LLM server can be reached at {server}")


def unreadable(server: LlmServer) -> LlmError:
    """What came is nothing that such a server sends."""
    return LlmError(Fault.UNREADABLE, f"what the LLM server at {server} sends cannot be read")


def _explain_words(body: object, server: LlmServer) -> LlmError | None:
    """What the body of an error says, where its status does not."""
    words = str(_error_of(body)).lower()
    if any(word in words for word in _OVERFLOW_WORDS):
        return LlmError(
            Fault.OVERFLOW, f"the question and its paragraphs are too long for {server.model}"
        )
    if "model" in words and ("not found" in words or "does not exist" in words):
        return LlmError(Fault.MODEL, f"the LLM server at {server} has no model {server.model}")
    if any(word in words for word in _SCHEMA_WORDS):
        return LlmError(Fault.SCHEMA, f"the LLM server at {server} takes no JSON schema")
    return None


def _error_of(body: Any) -> object:
    return body.get("error", body) if isinstance(body, dict) else body
