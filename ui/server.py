"""The server: the page at `/`, `/health` beside it, and the guard around both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response

import rag
from index.errors import FootnoteError, SettingsError
from index.settings import Settings, load_settings
from index.store import Index
from rag.models import Answer, Message
from rag.session import embedder_for, open_index
from ui.app import build_page, static, theme
from ui.guard import Guard, machine_names
from ui.listen import listen
from ui.policy import Policy
from ui.run import run
from ui.suggestions import Suggestions

Progress = Callable[[str, int, int], None]


def create_app(
    index: Index,
    *,
    hosts: Iterable[str] = (),
    any_address: bool = False,
    login: str | None = None,
) -> FastAPI:
    """The whole server for one index, as an ASGI application.

    Args:
        index: open, and kept open as long as the application is.
        hosts: names by which the server may be called, besides loopback.
        any_address: it may be called by any IP address.
        login: "user:password" that every request must carry.
    """

    def stream(question: str, history: Sequence[Message]) -> Iterator[str | Answer]:
        return rag.stream(question, index.path, history)

    def ask_in_quotes(question: str) -> Answer:
        return rag.ask(question, index.path, mode="quote")

    suggestions = Suggestions(index, ask_in_quotes)
    suggestions.current()  # begins to look for them, and so loads the model before a visitor asks
    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_api_route("/health", lambda: _health(index))
    app.add_api_route("/style.css", lambda: _file("style.css", "text/css"))
    app.add_api_route("/favicon.ico", lambda: _file("icon.svg", "image/svg+xml"))
    gr.mount_gradio_app(
        app,
        build_page(index, stream, suggestions),
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
        head='<link rel="stylesheet" href="/style.css">',
    )
    app.add_middleware(Policy)
    app.add_middleware(Guard, hosts=tuple(hosts), any_address=any_address, login=login)
    return app


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
    login = _login(settings)
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
    )


def _login(settings: Settings) -> str | None:
    """The login that the settings ask for, checked.

    Raises:
        SettingsError: it is not "user:password".
    """
    if settings.auth is None:
        return None
    login = settings.auth.get_secret_value()
    user, colon, password = login.partition(":")
    if not (user and colon and password):
        raise SettingsError(
            "FOOTNOTE_AUTH is not of the form user:password",
            "set it to a user name, a colon and a password, or unset it",
        )
    return login


def _health(index: Index) -> JSONResponse:
    try:
        with index.reading():
            articles = index.catalog.count("article")
            paragraphs = index.catalog.count("paragraph")
    except FootnoteError as error:
        return JSONResponse({"status": "error", "what": error.what, "fix": error.fix}, 503)
    return JSONResponse({"status": "ok", "articles": articles, "paragraphs": paragraphs})


def _file(name: str, media_type: str) -> Response:
    # Asked for anew each time, so that a page never wears an older version's style.
    return Response(static(name), media_type=media_type, headers={"Cache-Control": "no-cache"})
