"""Pace: how many requests at once, and how long to wait."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.pace import Pace, Stopped, backoff, retry_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "?", "retry-after": "9"}, 9.0),
    ],
)
def test_what_a_server_asks(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_date_to_come() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    asked = retry_after({"retry-after": date})
    assert asked is not None
    assert 27 < asked <= 30


@given(st.text())
def test_any_header_is_a_wait_or_none(value: str) -> None:
    asked = retry_after({"retry-after": value})
    assert asked is None or asked >= 0


@given(st.integers(0, 10_000))
def test_waits_grow_and_are_bounded(attempt: int) -> None:
    assert 0.25 <= backoff(attempt) <= 20
    assert attempt < 6 or backoff(attempt) >= 10


def test_too_many_halves_and_success_adds_one_a_round() -> None:
    pace = Pace(8)
    pace.too_fast(0.05)
    pace.too_fast(0.05)  # of the same round
    assert pace.limit == 4
    for _ in range(5):
        pace.went_well()
    assert pace.limit == 5
    for _ in range(100):
        pace.went_well()
    assert pace.limit == 8
    time.sleep(0.06)
    for _ in range(9):
        time.sleep(0.002)
        pace.too_fast(0.001)
    assert pace.limit == 1


def test_nobody_has_a_turn_before_the_wait_is_over() -> None:
    pace, started = Pace(2), time.monotonic()
    pace.too_fast(0.2)
    with pace.turn(threading.Event()):
        assert time.monotonic() - started >= 0.2


def test_no_more_at_once_than_the_limit() -> None:
    pace, inside, most = Pace(3), 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with pace.turn(threading.Event()):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.02)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 3


def test_who_waits_can_be_stopped() -> None:
    pace, stop = Pace(1), threading.Event()
    pace.too_fast(60)
    threading.Timer(0.1, stop.set).start()
    started = time.monotonic()
    with pytest.raises(Stopped), pace.turn(stop):
        pass
    assert time.monotonic() - started < 5
