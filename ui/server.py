"""The server: the page at `/`, the interfaces for programs beside it, the guard around all.

Another interface is another router: a line in `_routers`, or `create_app(…, routers=[…])`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import gradio as gr
from fastapi import APIRouter, FastAPI
from fastapi.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

import rag
from index.server import server_of
from index.settings import Settings, load_settings
from index.store import Index
from rag.models import Answer
from rag.session import embedder_for, open_index
from ui import api, mcp_server, openai_api, problems
from ui.app import build_page, static, theme
from ui.asking import Asking
from ui.desk import Desk, make_desk
from ui.guard import Guard, login_from, machine_names
from ui.limits import AT_ONCE, WAITING, BodyLimit, Gate
from ui.listen import listen
from ui.policy import Policy
from ui.run import run
from ui.suggestions import Suggestions

Progress = Callable[[str, int, int], None]

# What lies below these is for programs, and never the page's.
_FOR_PROGRAMS: Final = (
    "/api",
    "/v1",
    "/health",
    mcp_server.MCP_PATH,
    api.OPENAPI_PATH,
    api.DOCS_PATH,
)
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Of the page's own: a visitor who waits for a turn holds one, and the others go on meanwhile.
_THREADS: Final = AT_ONCE + WAITING + 24


def create_app(
    index: Index,
    *,
    hosts: Iterable[str] = (),
    any_address: bool = False,
    login: str | None = None,
    gate: Gate | None = None,
    routers: Sequence[APIRouter] = (),
    larger: Mapping[str, int] | None = None,
    alone: bool = False,
) -> FastAPI:
    """The whole server for one index, as an ASGI application; to be started once.

    Args:
        index: open, and kept open as long as the application is.
        hosts: names by which the server may be called, besides loopback.
        any_address: it may be called by any IP address.
        login: "user:password" or a token, that every request must carry.
        gate: how many questions are answered at once, in all interfaces together.
        routers: more routes, described at `/docs` with the others.
        larger: paths whose requests may have more bytes than others, and how many.
        alone: nobody but who runs the server reaches it.
    """
    desk = make_desk(index, load_settings(), alone=alone)
    asking = Asking(index, gate)
    tools = mcp_server.build(asking)
    tools_over_http = mcp_server.http_route(tools)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with mcp_server.running(tools):
            yield

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    problems.install(app)
    for router in (*_routers(asking), *desk.routers, *routers):
        app.include_router(router)
    api.describe(app, guarded=login is not None)
    for path, name, media_type in (
        ("/style.css", "style.css", "text/css"),
        ("/desk.css", "desk.css", "text/css"),
        ("/favicon.ico", "icon.svg", "image/svg+xml"),
    ):
        app.add_api_route(path, _file(name, media_type), include_in_schema=False)
    app.router.routes.append(tools_over_http)
    nothing_else = _NothingElse(app.routes)
    for prefix in _FOR_PROGRAMS:
        for path in (prefix, f"{prefix}/{{rest:path}}"):
            app.router.routes.append(Route(path, nothing_else))
    _mount_page(app, asking, desk)
    app.add_middleware(Policy)
    app.add_middleware(BodyLimit, elsewhere={**desk.larger, **(larger or {})})
    app.add_middleware(Guard, hosts=tuple(hosts), any_address=any_address, login=login)
    return app


def _routers(asking: Asking) -> list[APIRouter]:
    """The routes of every interface for programs; the page's are Gradio's."""
    return [api.router(asking), openai_api.router(asking)]


def _mount_page(app: FastAPI, asking: Asking, desk: Desk) -> None:
    """The page, and Gradio's endpoint `ask`, at `/`: for all that nothing before it answers."""

    def ask_in_quotes(question: str) -> Answer:
        return rag.ask(question, asking.index.path, mode="quote")

    suggestions = Suggestions(asking.index, ask_in_quotes)
    suggestions.current()  # begins to look for them, and so loads the model before a visitor asks
    page = build_page(
        asking.index,
        asking.stream,
        suggestions,
        desk,
        endpoint=lambda: api.gradio_endpoint(asking),
    )
    page.max_threads = _THREADS
    page.queue(max_size=WAITING, api_open=False)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        app_kwargs={"openapi_url": None},
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        theme=theme(),
        js=static("page.js"),
        # Not Gradio's `css`, which takes selectors apart at their commas and renames them.
        head='<link rel="stylesheet" href="/style.css"><link rel="stylesheet" href="/desk.css">',
    )


def serve(
    index_path: Path | None = None,
    corpus: Path | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    allow_public: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> None:
    """Serve the page until interrupted; what is not given comes from the settings.

    Args:
        index_path: the index.
        corpus: the folder of articles to bring the index up to date with first; None takes
            the index as it is, and builds one only where there is none.
        host: the name or address to listen on.
        port: 0 takes any free one.
        allow_public: let other machines in without a password.
        progress: told how far indexing has come.

    Raises:
        FootnoteError: it cannot be served so; nothing was indexed in vain.
    """
    settings = load_settings()
    login = login_from(settings)
    listener = listen(
        settings.host if host is None else host,
        settings.port if port is None else port,
        may_be_public=allow_public or login is not None,
    )
    try:
        if corpus is not None:
            _bring_up_to_date(corpus, index_path or settings.index, settings, progress)
        app = create_app(
            open_index(index_path),
            hosts={listener.host, *(machine_names() if listener.everywhere else ())},
            any_address=listener.everywhere,
            login=login,
            alone=login is None and listener.is_loopback,
        )
        run(app, listener)
    finally:
        listener.socket.close()


def _bring_up_to_date(corpus: Path, path: Path, settings: Settings, progress: Progress) -> None:
    from index.build import build_index  # loads llama-index: seconds

    build_index(
        corpus,
        path,
        embedder_for(settings),
        max_file_bytes=settings.max_file_bytes,
        progress=progress,
        server=server_of(settings),
    )


class _NothingElse:
    """ASGI: what is asked for below a prefix and not there, or not by that method."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._routes = tuple(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        methods = {
            method
            for method in _METHODS
            for route in self._routes
            if route.matches({**scope, "method": method})[0] is Match.FULL
        }
        known = problems.not_allowed(path, methods) if methods else problems.not_found(path)
        await known(scope, receive, send)


def _file(name: str, media_type: str) -> Callable[[], Response]:
    def send() -> Response:
        # Asked for anew each time, so that a page never wears an older version's style.
        headers = {"Cache-Control": "no-cache"}
        return Response(static(name), media_type=media_type, headers=headers)

    return send
