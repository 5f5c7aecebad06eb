"""SIGTERM as a request: what is being done is left, and whatever is held is given back."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def ending_at_sigterm() -> Iterator[None]:
    """Have SIGTERM unwind what runs inside, and end the process with status 143.

    Else the right to write to an index on a server would stay taken for 30 seconds. A second
    signal meanwhile changes nothing. From the main thread only.
    """

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
