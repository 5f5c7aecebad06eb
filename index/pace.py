"""How fast to send requests: as many at once as a server takes, and how long to wait.

The number in flight grows by one for each round that goes well and is halved when the
server says "too many": additive increase, multiplicative decrease (Chiu and Jain, 1989).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LOOK = 0.25  # seconds between two looks at whether to stop
_FIRST_WAIT = 0.5  # seconds
_LONGEST_WAIT = 20.0


class Stopped(Exception):  # noqa: N818 - a request to stop is no error
    """The work was given up while a request waited."""


class Pace:
    """Lets requests through, `most` at once at the most; safe to use from threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(most)
        self._inside = 0
        self._not_before = 0.0
        self._condition = threading.Condition()

    @property
    def limit(self) -> int:
        """How many may be under way at once, now."""
        return int(self._limit)

    @contextmanager
    def turn(self, stop: threading.Event) -> Iterator[None]:
        """Wait for a turn, and hold it.

        Raises:
            Stopped: `stop` was set meanwhile.
        """
        with self._condition:
            while True:
                if stop.is_set():
                    raise Stopped
                wait = self._not_before - time.monotonic()
                if wait <= 0 and self._inside < self.limit:
                    break
                self._condition.wait(min(wait, _LOOK) if wait > 0 else _LOOK)
            self._inside += 1
        try:
            yield
        finally:
            with self._condition:
                self._inside -= 1
                self._condition.notify_all()

    def went_well(self) -> None:
        with self._condition:
            self._limit = min(float(self._most), self._limit + 1 / self._limit)

    def too_fast(self, wait: float) -> None:
        """The server has had too many: nothing is sent for `wait` seconds, and then less."""
        with self._condition:
            now = time.monotonic()
            if now >= self._not_before:  # those of one round count as one
                self._limit = max(1.0, self._limit / 2)
            self._not_before = max(self._not_before, now + wait)


def backoff(attempt: int) -> float:
    """Seconds to wait after the attempt of this number, from 0: exponential, with jitter.

    Source: Brooker, "Exponential Backoff And Jitter", 2015 (equal jitter).
    """
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(attempt, 10))
    return longest * random.uniform(0.5, 1.0)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks to wait, by `Retry-After` (seconds or a date); else None."""
    with_unit = [("retry-after-ms", 0.001), ("retry-after", 1.0)]
    for name, unit in with_unit:
        value = headers.get(name, "").strip()
        if not value:
            continue
        try:
            seconds = float(value) * unit
        except ValueError:
            try:
                date = parsedate_to_datetime(value)
            except (ValueError, TypeError):
                continue
            date = date if date.tzinfo else date.replace(tzinfo=UTC)
            seconds = (date - datetime.now(UTC)).total_seconds()
        if seconds == seconds:  # not a number: no wish
            return max(0.0, seconds)
    return None
