"""How many are answered at once, in which order, and how much one may send."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from rag.models import Message
from ui.limits import (
    MAX_HISTORY_CHARACTERS,
    MAX_HISTORY_MESSAGES,
    BodyLimit,
    BusyError,
    Gate,
    newest,
)


def _eventually(condition: Any) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_one_more_than_may_wait_is_turned_away_in_friendly_words() -> None:
    gate = Gate(at_once=1, waiting=1, patience=5)
    with gate.place():
        waiting = threading.Thread(target=_pass_through, args=(gate,))
        waiting.start()
        _eventually(lambda: len(gate._queue) == 1)
        with pytest.raises(BusyError, match="just now") as caught, gate.place():
            pass
    waiting.join(5)
    assert caught.value.retryable
    assert "ask again" in caught.value.fix
    _pass_through(gate)  # and once they have gone, there is room


def test_who_waits_too_long_is_turned_away_and_holds_no_place() -> None:
    gate = Gate(at_once=1, waiting=5, patience=0.05)
    with gate.place(), pytest.raises(BusyError), gate.place():
        pass
    _pass_through(gate)


def test_those_who_wait_come_in_the_order_in_which_they_came() -> None:
    gate = Gate(at_once=1, waiting=10, patience=5)
    order: list[int] = []

    def visit(number: int) -> None:
        with gate.place():
            order.append(number)

    async def avisit(number: int) -> None:
        async with gate.aplace():
            order.append(number)

    visitors: list[threading.Thread] = []
    with gate.place():
        for number in range(8):
            # From threads and from event loops, in turns.
            if number % 2:
                visitor = threading.Thread(target=visit, args=(number,))
            else:
                visitor = threading.Thread(target=lambda n=number: asyncio.run(avisit(n)))
            visitor.start()
            visitors.append(visitor)
            _eventually(lambda n=number: len(gate._queue) == n + 1)
    for visitor in visitors:
        visitor.join(5)
    assert order == list(range(8))


@given(at_once=st.integers(1, 3), visitors=st.integers(1, 12), failing=st.booleans())
def test_never_more_are_inside_than_may_be(at_once: int, visitors: int, failing: bool) -> None:
    gate = Gate(at_once=at_once, waiting=100, patience=5)
    inside = most = 0

    async def visit(number: int) -> None:
        nonlocal inside, most
        async with gate.aplace():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1
            if failing and number % 2:
                raise RuntimeError

    async def all_of_them() -> None:
        await asyncio.gather(*map(visit, range(visitors)), return_exceptions=True)

    asyncio.run(all_of_them())
    assert most == min(at_once, visitors)
    assert gate._free == at_once


@given(when=st.integers(0, 4), visitors=st.integers(2, 6))
def test_who_goes_away_while_waiting_leaves_no_place_taken(when: int, visitors: int) -> None:
    gate = Gate(at_once=1, waiting=100, patience=5)

    async def visit() -> None:
        async with gate.aplace():
            await asyncio.sleep(0)

    async def go_away() -> None:
        tasks = [asyncio.create_task(visit()) for _ in range(visitors)]
        for _ in range(when):
            await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(go_away())
    assert gate._free == 1
    assert not gate._queue


def _pass_through(gate: Gate) -> None:
    with gate.place():
        pass


@given(st.lists(st.integers(0, MAX_HISTORY_CHARACTERS // 3), max_size=12))
def test_of_a_long_history_the_newest_is_kept(lengths: list[int]) -> None:
    history = [Message(role="user", content="x" * length) for length in lengths]
    kept = newest(history)
    assert kept == history[len(history) - len(kept) :]
    assert sum(len(m["content"]) for m in kept) <= MAX_HISTORY_CHARACTERS
    if len(kept) < len(history):  # no more would have gone in
        more = history[len(history) - len(kept) - 1 :]
        assert sum(len(m["content"]) for m in more) > MAX_HISTORY_CHARACTERS


def test_many_small_messages_are_cut_by_their_number() -> None:
    history = [Message(role="user", content=str(n)) for n in range(MAX_HISTORY_MESSAGES + 7)]
    assert newest(history) == history[7:]


def test_what_is_no_message_is_left_for_ask_to_name() -> None:
    strange: Any = ["no message", {"role": "user"}, None]
    assert newest(strange) == strange


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def _limited() -> TestClient:
    routes = [Route(path, _echo, methods=["POST"]) for path in ("/", "/upload", "/v1/x")]
    return TestClient(BodyLimit(Starlette(routes=routes), 100, {"/upload": 200}))


@pytest.mark.parametrize(("path", "most"), [("/", 100), ("/upload", 200), ("/v1/x", 100)])
def test_a_body_that_is_too_large_is_refused(path: str, most: int) -> None:
    client = _limited()
    assert client.post(path, content=b"x" * most).text == str(most)
    refused = client.post(path, content=b"x" * (most + 1))
    assert refused.status_code == 413
    assert f"{most}" in str(refused.json()["error"])


def test_a_body_that_does_not_say_its_size_is_counted() -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(11):
            yield b"x" * 10

    async def apieces() -> AsyncIterator[bytes]:
        for piece in pieces():
            yield piece

    assert _limited().post("/", content=pieces()).status_code == 413
    assert _limited().post("/upload", content=pieces()).text == "110"


def test_places_are_given_back_after_errors() -> None:
    gate = Gate(at_once=2, waiting=0)
    for _ in range(3):
        with pytest.raises(RuntimeError), gate.place():
            raise RuntimeError
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(gate.place())
        with pytest.raises(BusyError), gate.place():
            pass
