"""`POST /embeddings` of an OpenAI-compatible server: requests, retries, and clear errors.

By `httpx`, which Chroma has loaded already: the OpenAI SDK takes a second to import, and
asking must not. Connections are kept alive. No error, log or `repr` shows the key.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np

from index.embed import Vectors
from index.embedding_endpoint import Endpoint
from index.errors import FootnoteError
from index.pace import Pace, backoff, retry_after

CONCURRENT = 8  # requests under way at once, at the most
_CONNECT_SECONDS = 5.0
_MOST_BYTES = 256_000_000
_TOO_MANY = 429
_NO_CREDIT = re.compile(r"insufficient_quota|billing|credit", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context[_ ](?:length|size|window)|maximum context|too (?:large|long|many) |too many tokens"
    r"|less than \d+ tokens|max(?:imum)?\b[^.]{0,40}\btokens|max_tokens_per_request",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model[_ ]not[_ ]found|\bmodel\b.{0,200}?\b(?:not|no|unknown)\b", re.I | re.S
)
_AGAIN = "run footnote index again; what was embedded is kept"


class EmbeddingServerError(FootnoteError):
    """The server of the embedding model refuses, fails, or cannot be reached."""


class TooLongError(EmbeddingServerError):
    """The texts of a request have more tokens than the model takes."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on."""

    attempts: int
    seconds: float
    """That a request may take."""
    longest_wait: float
    """Seconds between two attempts."""
    after_timeouts: bool
    """Whether to try again when a request has taken that long."""


FOR_A_QUESTION = Patience(attempts=3, seconds=20.0, longest_wait=5.0, after_timeouts=False)
FOR_INDEXING = Patience(attempts=8, seconds=120.0, longest_wait=120.0, after_timeouts=True)


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    wait: float | None
    """Seconds that the server asks to wait."""
    data: Any
    """Its JSON, or None."""
    text: str


class EmbeddingsApi:
    """One model of one server; safe to use from threads."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self._endpoint = endpoint
        self._model = model
        self._pace = Pace(CONCURRENT)
        self._has_answered = False
        key = endpoint.key
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else {},
            limits=httpx.Limits(max_connections=CONCURRENT, keepalive_expiry=60.0),
            trust_env=not endpoint.is_here,  # a proxy is for servers elsewhere
        )

    def close(self) -> None:
        self._client.close()

    def embed(
        self, texts: list[str], options: dict[str, Any], patience: Patience, stop: threading.Event
    ) -> Vectors:
        """The vectors of some texts as the server gives them: (len(texts), dimensions).

        Args:
            texts: not empty, none of them.
            options: more members of the request.
            patience: how long to go on.
            stop: gives up between two attempts once it is set.

        Raises:
            TooLongError: they have too many tokens together, or one of them has.
            EmbeddingServerError: the server refuses them or fails, also when asked again.
            Stopped: `stop` was set.
        """
        body = {"model": self._model, "input": texts, "encoding_format": "base64", **options}
        attempt = 0
        while True:
            last = attempt == patience.attempts - 1
            wait = backoff(attempt)
            try:
                with self._pace.turn(stop):
                    reply = self._send(body, patience.seconds)
            except httpx.HTTPError as error:
                problem = self._unreachable(error, patience)
                # A server that was there a moment ago may be starting again.
                if last or not (self._has_answered or problem.retryable):
                    raise problem from None
                if isinstance(error, httpx.TimeoutException) and not patience.after_timeouts:
                    raise problem from None
            else:
                if reply.status == 200:
                    vectors = self._vectors(reply, len(texts))
                    self._has_answered = True
                    self._pace.went_well()
                    return vectors
                problem = self._refusal(reply)
                if reply.wait is not None:
                    wait = reply.wait + 0.1 * backoff(0)
                if not problem.retryable or last or wait > patience.longest_wait:
                    raise problem
                if reply.status == _TOO_MANY:
                    self._pace.too_fast(wait)
                    wait = 0.0
            attempt += 1
            stop.wait(wait)

    def _send(self, body: dict[str, Any], seconds: float) -> _Reply:
        deadline = time.monotonic() + seconds
        timeout = httpx.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds))
        url = f"{self._endpoint.url}/embeddings"
        with self._client.stream("POST", url, json=body, timeout=timeout) as response:
            data = bytearray()
            for part in response.iter_bytes():
                data += part
                if time.monotonic() > deadline or len(data) > _MOST_BYTES:
                    raise httpx.ReadTimeout("the reply does not end")
        text = data.decode("utf-8", "replace")
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            parsed = None
        return _Reply(response.status_code, retry_after(response.headers), parsed, text)

    def _vectors(self, reply: _Reply, count: int) -> Vectors:
        """The rows of a reply, in the order of the texts."""
        if isinstance(reply.data, dict) and reply.data.get("error"):
            raise self._error(f"says: {self._words(reply)}", "see what it says")
        try:
            items = reply.data["data"]
            rows: list[Vectors | None] = [None] * count
            for place, item in enumerate(items):
                at = item.get("index", place)
                if not 0 <= at < count or rows[at] is not None:
                    raise ValueError
                rows[at] = _row(item["embedding"])
            matrix = np.stack([row for row in rows if row is not None])
            if len(matrix) != count or matrix.ndim != 2 or not matrix.shape[1]:
                raise ValueError
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
            raise self._error(
                "gives no list of embeddings",
                "check OPENAI_BASE_URL, which most often ends in /v1, and that "
                "FOOTNOTE_EMBEDDING_MODEL names an embedding model",
            ) from None
        return matrix

    def _unreachable(self, error: httpx.HTTPError, patience: Patience) -> EmbeddingServerError:
        start = "check that it runs, and OPENAI_BASE_URL"
        if isinstance(error, httpx.ConnectTimeout):
            return self._error("cannot be reached: no connection in time", start)
        if isinstance(error, httpx.ConnectError):
            reason = "its certificate is not trusted" if _is_tls(error) else "no connection"
            return self._error(f"cannot be reached: {reason}", start)
        if isinstance(error, httpx.TimeoutException):
            what = f"has not answered in {patience.seconds:g} seconds"
            return self._error(what, f"try again; if indexing, {_AGAIN}", retryable=True)
        if isinstance(error, httpx.UnsupportedProtocol | httpx.ProxyError):
            return self._error("cannot be reached", "check OPENAI_BASE_URL and HTTP_PROXY")
        return self._error("has cut the connection", f"try again; if indexing, {_AGAIN}", True)

    def _refusal(self, reply: _Reply) -> EmbeddingServerError:
        words = self._words(reply)
        says = f": {words}" if words else ""
        status = reply.status
        # An engine may say with any of these that a text is too long: llama.cpp says 500.
        if status == 413 or (status in {400, 422, 500} and _TOO_LONG.search(words)):
            return TooLongError(
                f"the server {self._endpoint} finds a text too long{says}",
                "choose a model that takes more tokens",
            )
        if status in {401, 403}:  # the server's words may repeat the key
            if self._endpoint.key is None:
                return self._error(f"asks for a key ({status})", "set OPENAI_API_KEY")
            return self._error(
                f"refuses the key ({status})",
                "correct OPENAI_API_KEY; it must be this server's, and may use this model",
            )
        if status == _TOO_MANY and _NO_CREDIT.search(reply.text[:2000]):
            return self._error(f"says that the account has no credit{says}", "add credit to it")
        if status == _TOO_MANY:
            wait = "" if reply.wait is None else f", and asks to wait {reply.wait:.0f} seconds"
            fix = f"wait and try again; if indexing, {_AGAIN}"
            return self._error(f"has had too many requests{wait}{says}", fix, retryable=True)
        if status in {400, 404, 422} and _NO_MODEL.search(words):
            return self._error(
                f"does not know the model {self._model}{says}",
                "correct FOOTNOTE_EMBEDDING_MODEL, or load that model on the server",
            )
        if status in {404, 405} or 300 <= status < 400:
            return self._error(
                f"has no embeddings at this address ({status}){says}",
                "correct OPENAI_BASE_URL, which most often ends in /v1",
            )
        if status >= 500 or status in {408, 409, 425}:
            fix = f"look at the server, and try again; if indexing, {_AGAIN}"
            return self._error(f"fails ({status}){says}", fix, retryable=True)
        return self._error(f"refuses the request ({status}){says}", "correct what it names")

    def _words(self, reply: _Reply) -> str:
        """What the server says is wrong, fit to be shown."""
        error = reply.data.get("error", reply.data) if isinstance(reply.data, dict) else reply.data
        if isinstance(error, dict):
            parts = [error.get("message") or error.get("detail") or "", error.get("code") or ""]
            error = " ".join(part for part in parts if isinstance(part, str) and part)
        if not isinstance(error, str):
            error = "" if "<" in reply.text[:200] else reply.text[:500]
        return self._endpoint.redact(error)

    def _error(self, what: str, fix: str, retryable: bool = False) -> EmbeddingServerError:
        what = f"the embedding server {self._endpoint} {what}"
        return EmbeddingServerError(what, fix, retryable=retryable)


def _row(value: object) -> Vectors:
    """One embedding: base64 of little-endian float32, or, from servers without that, a list."""
    if isinstance(value, str):
        return np.frombuffer(base64.b64decode(value, validate=True), dtype="<f4")
    return np.asarray(value, dtype=np.float32)


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
