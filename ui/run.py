"""Running the server: it says where it is, and ends when it is told to."""

from __future__ import annotations

import logging
import socket
import sys
from typing import Final

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.routing import Mount

from ui.listen import Listener

_LAST_SECONDS: Final = 1  # for answers under way when the server is told to end


def run(app: FastAPI, listener: Listener) -> None:
    """Serve `app` until interrupted; Ctrl-C is how a person ends it, and no error."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    try:
        _Server(config, app, listener).run(sockets=[listener.socket])
    except KeyboardInterrupt:
        return


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: FastAPI, listener: Listener) -> None:
        super().__init__(config)
        self._app = app
        self._listener = listener

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"Footnote is at {self._listener.url}", file=sys.stderr, flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Each open page holds a connection that Gradio ends when it is told of the end.
        for route in self._app.routes:
            if isinstance(route, Mount) and isinstance(route.app, gr.routes.App):
                route.app.stop_event.set()
        # What is cut off because the server ends is no error.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)
