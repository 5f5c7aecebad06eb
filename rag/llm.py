"""An LLM on a server, through llama-index: a reply as it is written, within time limits.

llama-index and the OpenAI SDK are loaded when the first reply is asked for, and not before.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Protocol

from index.llm_faults import Fault, LlmError, cut, explain, unreadable
from index.llm_server import LlmServer, llm_server, open_client
from index.settings import Settings
from rag.budget import REPLY_TOKENS, SAFE_WINDOW, ask_window
from rag.prompt import SCHEMA

if TYPE_CHECKING:
    from llama_index.llms.openai import OpenAI

_RETRIES: Final = 2  # of a call that was refused for the moment
_FIRST_WAIT: Final = 0.5  # seconds; doubled each time, unless the server says how long
_LONGEST_WAIT: Final = 8.0  # whoever asked waits too
_RESPONSE_FORMAT: Final = {
    "type": "json_schema",
    "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
}
_ENDS: Final = ("stop", "tool_calls", "function_call", "content_filter", "eos")
_log = logging.getLogger(__name__)


class Writer(Protocol):
    """What writes: an LLM, or a fake of one."""

    @property
    def model(self) -> str:
        """Its name."""
        ...

    @property
    def window(self) -> int:
        """Its context window in tokens."""
        ...

    @property
    def takes_schema(self) -> bool:
        """Whether it is worth asking for JSON."""
        ...

    def refuse_schema(self) -> None:
        """Ask for JSON no more: what came was none."""

    def write(self, messages: Sequence[tuple[str, str]], *, structured: bool) -> Iterator[str]:
        """The reply in pieces.

        Args:
            messages: (role, content).
            structured: ask for JSON, as in `rag.prompt.SCHEMA`.

        Raises:
            LlmError: it fails, or takes too long; pieces before that were yielded.
        """
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds until the first piece, between two, and for the whole reply."""

    first: float
    whole: float


class ServedWriter:
    """A model on an OpenAI-compatible server. Safe to use from threads; keep it open."""

    def __init__(self, server: LlmServer, limits: Limits, window: int | None = None) -> None:
        self._server = server
        self._limits = limits
        self._client = open_client(server, max(limits.first, 1.0))
        self._window = window
        self._known_window: int | None = None
        self._takes_schema = True
        self._llm: OpenAI | None = None
        self._lock = threading.Lock()

    @property
    def model(self) -> str:
        return self._server.model

    @property
    def window(self) -> int:
        """The setting; else what the server says; else llama-index's table; else a safe one.

        What the server says is asked once, and again after a server did not say it.
        """
        if self._window is not None:
            return self._window
        if self._known_window is None:
            self._known_window = ask_window(self._client, self._server)
        return self._known_window or _tabled_window(self._server) or SAFE_WINDOW

    @property
    def takes_schema(self) -> bool:
        return self._takes_schema

    def refuse_schema(self) -> None:
        self._takes_schema = False

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def write(self, messages: Sequence[tuple[str, str]], *, structured: bool) -> Iterator[str]:
        """As `Writer.write`; a call refused for the moment is made again, if that is soon."""
        ends = time.monotonic() + self._limits.first
        wait = _FIRST_WAIT
        for attempt in range(_RETRIES + 1):
            begun = False
            try:
                for piece in self._write_once(messages, structured):
                    begun = True
                    yield piece
                return
            except LlmError as error:
                pause = error.wait or wait
                soon = pause <= min(_LONGEST_WAIT, ends - time.monotonic())
                again = error.fault in (Fault.BUSY, Fault.SERVER) and not begun and soon
                if not again or attempt == _RETRIES:
                    raise
                _log.info("%s; asked again in %.1f s", error.what, pause)
            time.sleep(pause)
            wait *= 2

    def _write_once(self, messages: Sequence[tuple[str, str]], structured: bool) -> Iterator[str]:
        from llama_index.core.base.llms.types import ChatMessage

        chat = [ChatMessage(role=role, content=content) for role, content in messages]
        options: dict[str, Any] = {"response_format": _RESPONSE_FORMAT} if structured else {}
        llm = self._get_llm()
        finish: str | None = None
        said = told = False
        started: Callable[[], Iterator[Any]] = lambda: llm.stream_chat(chat, **options)  # noqa: E731
        for response in within(started, self._limits, self._server):
            told = True
            if response.delta:
                said = said or not response.delta.isspace()
                yield response.delta
            finish = _finish_reason(response.raw)
            if finish:
                break  # the rest is the end of the connection's business
        if not told:
            raise unreadable(self._server)  # a web page, say: no event at all
        if not said:
            raise LlmError(Fault.EMPTY, f"the LLM server at {self._server} sent an empty reply")
        if finish not in _ENDS:
            raise cut(self._server)  # too long for the server, or it does not say why it ends

    def _get_llm(self) -> OpenAI:
        with self._lock:
            if self._llm is None:
                self._llm = open_llm(self._server, self._client)
            return self._llm


def open_llm(server: LlmServer, client: Any) -> OpenAI:
    """llama-index's `OpenAI` for the models and the server of OpenAI, else its `OpenAILike`."""
    import openai
    from llama_index.llms.openai import OpenAI
    from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]

    own = server.endpoint.is_openai
    shared: dict[str, Any] = {
        "model": server.model,
        "api_key": server.secret,
        "api_base": server.url,
        "openai_client": openai.OpenAI(
            api_key=server.secret, base_url=server.url, http_client=client, max_retries=0
        ),
        "max_retries": 0,  # they are counted here, within the time limit
    }
    table = _tabled_window(server) if own else None
    if table:
        return OpenAI(**shared, temperature=0.0)
    if not own:
        # A small model that repeats itself is not to do so until its window is full.
        shared |= {"max_tokens": REPLY_TOKENS, "temperature": 0.0}
    like: OpenAI = OpenAILike(**shared, context_window=SAFE_WINDOW, is_chat_model=True)
    return like


def _tabled_window(server: LlmServer) -> int | None:
    """The context window that llama-index knows for a model of OpenAI."""
    if not server.endpoint.is_openai:
        return None
    from llama_index.llms.openai.utils import openai_modelname_to_contextsize

    try:
        return int(openai_modelname_to_contextsize(server.model))
    except ValueError:
        return None


def within(start: Callable[[], Iterator[Any]], limits: Limits, server: LlmServer) -> Iterator[Any]:
    """The pieces of a stream, until it is too late for the next.

    A thread reads the stream: a server that trickles comments keeps its connection busy for
    ever, and no time limit of the connection would end that.

    Raises:
        LlmError: the stream fails, or is too late.
    """
    arrived: SimpleQueue[tuple[str, Any]] = SimpleQueue()
    given_up = threading.Event()

    def read() -> None:
        try:
            pieces = start()
            for piece in pieces:
                if given_up.is_set():
                    pieces.close()  # type: ignore[attr-defined]  # a generator
                    return
                arrived.put(("piece", piece))
            arrived.put(("end", None))
        except Exception as error:
            arrived.put(("error", error))

    begun = time.monotonic()
    threading.Thread(target=read, name="llm-reply", daemon=True).start()
    first = True
    try:
        while True:
            left = begun + limits.whole - time.monotonic()
            try:
                kind, value = arrived.get(timeout=max(0.0, min(limits.first, left)))
            except Empty:
                raise _too_late(first, left <= limits.first, server) from None
            if kind == "end":
                return
            if kind == "error":
                raise explain(value, server) from None
            first = False
            if time.monotonic() > begun + limits.whole:
                raise _too_late(False, True, server)
            yield value
    finally:
        given_up.set()


def _too_late(first: bool, whole: bool, server: LlmServer) -> LlmError:
    if first:
        return LlmError(
            Fault.SLOW_START, f"the LLM server at {server} took too long to begin its reply"
        )
    if whole:
        return LlmError(Fault.TOO_LONG, f"the LLM server at {server} took too long for its reply")
    return LlmError(Fault.STALLED, f"the LLM server at {server} stopped in the middle of its reply")


def _finish_reason(raw: Any) -> str | None:
    choices = getattr(raw, "choices", None)
    return str(choices[0].finish_reason) if choices and choices[0].finish_reason else None


_writers: dict[tuple[LlmServer, Limits, int | None], ServedWriter] = {}
_writers_lock = threading.Lock()


def writer_for(settings: Settings) -> ServedWriter | None:
    """The LLM that the settings name, kept open; None if they name none.

    Raises:
        SettingsError: they name one, and not where it is.
    """
    server = llm_server(settings)
    if server is None:
        return None
    limits = Limits(settings.llm_first_seconds, settings.llm_seconds)
    key = (server, limits, settings.llm_context)
    with _writers_lock:
        if key not in _writers:
            _writers[key] = ServedWriter(server, limits, settings.llm_context)
        return _writers[key]


def close_writers() -> None:
    """Close every connection of this process."""
    with _writers_lock:
        for writer in _writers.values():
            with suppress(Exception):
                writer.close()
        _writers.clear()
