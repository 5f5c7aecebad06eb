"""Connections that outlive a streamed reply.

The OpenAI SDK stops reading at the event `[DONE]` and closes what it read from, with the end of
the body still to come; the connection is then lost, and the next question pays for another.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx

_DONE = b"[DONE]"


def keep_after_done(response: httpx.Response) -> None:
    """A hook for responses: one that was read to `[DONE]` is read to its end when closed."""
    if isinstance(response.stream, httpx.SyncByteStream):
        response.stream = _ReadToItsEnd(response.stream)


class _ReadToItsEnd(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream
        self._parts = iter(stream)
        self._tail = b""

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            self._tail = (self._tail + part)[-64:]
            yield part

    def close(self) -> None:
        if _DONE in self._tail:
            for _ in self._parts:
                pass
        self._stream.close()
