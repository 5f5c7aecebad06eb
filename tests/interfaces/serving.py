"""The whole server on a free port of this machine, and every route that it has."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route

# A value for each parameter of a path; any will do where nothing is to be reached.
_PARAMETERS = {"rest": "x", "name": "footnote"}
_GRADIO = ("/", "/config", "/theme.css", "/gradio_api/info", "/gradio_api/queue/data")


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve the application in a thread; its address."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            for route in app.routes:
                stop: Any = getattr(getattr(route, "app", None), "stop_event", None)
                if stop is not None:
                    stop.set()
            server.should_exit = True
            thread.join(10)


def every_route(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of every route of the application, those of Gradio's page included."""
    found = [
        (method.upper(), _fill(path))
        for path, item in app.openapi()["paths"].items()
        for method in item
    ]
    found += [
        (method, _fill(route.path))
        for route in _flat(app.routes)
        for method in sorted(route.methods or ("GET", "POST"))
    ]
    found += [(method, path) for path in _GRADIO for method in ("GET", "POST")]
    return sorted(set(found))


def _flat(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """The routes, and those of what is mounted or included among them."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from _flat(included.routes)
        elif isinstance(route, Mount):
            yield from _flat(route.routes)


def _fill(path: str) -> str:
    return re.sub(r"{(\w+)(?::\w+)?}", lambda m: _PARAMETERS.get(m[1], "x"), path)
