"""How much a visitor may send, and how many questions are answered at once.

A question beyond what can be answered soon is turned away with a friendly word instead of
being kept for ever; those that wait are answered in the order in which they came.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from index.errors import FootnoteError
from rag.models import Message
from ui.problems import respond

MAX_HISTORY_MESSAGES: Final = 200
MAX_HISTORY_CHARACTERS: Final = 200_000
MAX_GLOBS: Final = 200
MAX_GLOB_CHARACTERS: Final = 1000
MAX_BODY_BYTES: Final = 2_000_000  # a history of that size in JSON, escapes included

AT_ONCE: Final = 8  # answers under way: an LLM takes seconds, the index one question at a time
WAITING: Final = 64
PATIENCE_SECONDS: Final = 30.0
RETRY_AFTER_SECONDS: Final = 3


class BusyError(FootnoteError):
    """So many questions are being answered that this one would wait too long."""

    def __init__(self) -> None:
        super().__init__(
            "many questions are being answered just now",
            "wait a few seconds, then ask again",
            retryable=True,
        )


class Gate:
    """Lets a number of questions in at once, and a number of others wait their turn.

    Safe to use from threads and from event loops at the same time.

    Args:
        at_once: how many are inside.
        waiting: how many may wait; one more is turned away.
        patience: seconds after which who waits is turned away.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._free = at_once
        self._room = waiting
        self._patience = patience
        self._queue: deque[Future[None]] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place inside, waited for by the thread.

        Raises:
            BusyError: too many wait already, or it took too long.
        """
        ticket = self._apply()
        with self._withdrawn_on_failure(ticket):
            ticket.result(self._patience)
        try:
            yield
        finally:
            self._leave()

    @asynccontextmanager
    async def aplace(self) -> AsyncIterator[None]:
        """As `place`, without blocking the event loop."""
        ticket = self._apply()
        with self._withdrawn_on_failure(ticket):
            async with asyncio.timeout(self._patience):
                await asyncio.wrap_future(ticket)
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def _withdrawn_on_failure(self, ticket: Future[None]) -> Iterator[None]:
        """While one waits with a ticket; who waited too long is told that many others ask."""
        try:
            yield
        except TimeoutError:
            self._withdraw(ticket)
            raise BusyError from None
        except BaseException:
            self._withdraw(ticket)
            raise

    def _apply(self) -> Future[None]:
        """A ticket, done as soon as its holder is inside."""
        ticket: Future[None] = Future()
        ticket.set_running_or_notify_cancel()  # from here on nobody can cancel it
        with self._lock:
            if self._free:
                self._free -= 1
                ticket.set_result(None)
            elif len(self._queue) < self._room:
                self._queue.append(ticket)
            else:
                raise BusyError
        return ticket

    def _withdraw(self, ticket: Future[None]) -> None:
        """Give up a ticket, and the place if it was given one meanwhile."""
        with self._lock:
            if ticket in self._queue:
                self._queue.remove(ticket)
                return
        self._leave()

    def _leave(self) -> None:
        with self._lock:
            if self._queue:
                self._queue.popleft().set_result(None)
            else:
                self._free += 1


def newest(history: Sequence[Message]) -> list[Message]:
    """The newest messages that are within the limits, oldest first.

    A follow-up hangs on the messages just before it; a long conversation goes on.
    """
    kept: list[Message] = []
    characters = 0
    for message in reversed(history[-MAX_HISTORY_MESSAGES:]):
        content = message.get("content") if isinstance(message, Mapping) else None
        characters += len(content) if isinstance(content, str) else 0
        if characters > MAX_HISTORY_CHARACTERS:
            break
        kept.append(message)
    return kept[::-1]


class BodyLimit:
    """ASGI middleware that refuses bodies larger than a number of bytes, before they are read.

    Args:
        app: what is guarded.
        most: bytes.
        elsewhere: paths where it is another number.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int = MAX_BODY_BYTES,
        elsewhere: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._most = most
        self._elsewhere = dict(elsewhere or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._elsewhere.get(scope["path"], self._most)
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > most:
            response = respond(scope["path"], 413, *too_large(most))
            await response(scope, receive, send)
            return
        received = 0

        async def counted() -> Event:
            nonlocal received
            event = await receive()
            if event["type"] == "http.request":
                received += len(event.get("body", b""))
                if received > most:
                    # The server behind turns it into a response as it does with its own.
                    raise HTTPException(413)
            return event

        await self._app(scope, counted, send)


def too_large(most: int) -> tuple[str, str]:
    """What is wrong with a body of more bytes than that, and the cure."""
    return f"the request is larger than {most:,} bytes", "send less at once"
