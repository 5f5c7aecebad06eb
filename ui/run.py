"""Running the server: it says where it is, and ends when it is told to."""

from __future__ import annotations

import logging
import socket
import sys
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from ui.listen import Listener

_LAST_SECONDS: Final = 1  # for answers under way when the server is told to end


def run(app: Starlette, listener: Listener, path: str = "") -> None:
    """Serve `app` until interrupted; Ctrl-C is how a person ends it, and no error.

    Args:
        app: what to serve.
        listener: where.
        path: of the address that is told, if it is not the root that one opens.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    try:
        _Server(config, app, listener, path).run(sockets=[listener.socket])
    except KeyboardInterrupt:
        return


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, app: Starlette, listener: Listener, path: str
    ) -> None:
        super().__init__(config)
        self._app = app
        self._listener = listener
        self._path = path

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            where = f"{self._listener.url}{self._path}"
            print(f"Footnote is at {where}", file=sys.stderr, flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Each open page holds a connection that Gradio ends when it is told of the end.
        for route in self._app.routes:
            if isinstance(route, Mount) and (stop := getattr(route.app, "stop_event", None)):
                stop.set()
        # What is cut off because the server ends is no error.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)
