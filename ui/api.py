"""The HTTP API: `GET /health`, `POST /api/ask`, what describes them, and Gradio's endpoint `ask`.

The answer is the JSON of `rag.Answer`, the same as `footnote ask --json` prints.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from importlib.metadata import version
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from index.errors import FootnoteError
from index.settings import Mode
from rag.models import MAX_QUESTION_CHARACTERS, Answer
from ui.api_docs import as_page
from ui.asking import Asked, Asking, Day, HistoryMessage, as_messages
from ui.limits import MAX_GLOB_CHARACTERS, MAX_GLOBS, MAX_HISTORY_MESSAGES
from ui.problems import respond_to, unexpected

OPENAPI_PATH: Final = "/openapi.json"
DOCS_PATH: Final = "/docs"
_EVENTS: Final = "text/event-stream"
_ABOUT: Final = """
Answers questions about a folder of articles, and proves every sentence it says: each answer is
made of claims with citations to file and paragraph, and says so when the articles do not say.
"""


class Problem(BaseModel):
    """What is wrong, and the cure."""

    error: str
    fix: str


class Health(BaseModel):
    """The index can be read, and this is how much is in it."""

    status: Literal["ok"]
    articles: int
    paragraphs: int


class Unhealthy(Problem):
    """The index cannot be read."""

    status: Literal["error"]


class AskRequest(BaseModel):
    """A question, and what bears on its answer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"question": "Who is the Kremlin spokesperson?"}},
    )

    question: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MAX_QUESTION_CHARACTERS,
            pattern=r"\w",
            description="In any language.",
        ),
    ]
    history: Annotated[
        list[HistoryMessage],
        Field(max_length=MAX_HISTORY_MESSAGES, description="The messages before, oldest first."),
    ] = []
    files: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=MAX_GLOB_CHARACTERS)]],
        Field(
            max_length=MAX_GLOBS, description="Globs over the articles' file names; none for all."
        ),
    ] = []
    mode: Annotated[
        Mode,
        Field(description="quote: exact quotations; llm: written by an LLM; auto: as configured."),
    ] = Mode.AUTO
    since: Day | None = None
    stream: Annotated[
        bool,
        Field(
            description="Send server-sent events: `text` with each piece as it is ready, then "
            "`answer`, or `error`."
        ),
    ] = False

    def asked(self) -> Asked:
        return Asked(self.question, as_messages(self.history), self.files, self.mode, self.since)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI document: what a route answers besides success, any of these and usual."""
    about = {
        401: "A user name and a password, or a token, are needed.",
        403: "The `Host` or the `Origin` is not this server's.",
        413: "The request is too large.",
        422: "The question or its options cannot be used.",
        500: "Something went wrong inside Footnote.",
        503: "The index or the LLM cannot be used, or (with `Retry-After`) many others ask.",
    }
    return {
        status: {"model": Problem, "description": about[status]}
        for status in (401, 403, *statuses, 500)
    }


def router(asking: Asking) -> APIRouter:
    """`/health` and `/api/ask` for one index."""
    routes = APIRouter()

    @routes.get(
        "/health",
        tags=["health"],
        response_model=Health,
        responses={**problems(), 503: {"model": Unhealthy, "description": Unhealthy.__doc__}},
    )
    def health() -> JSONResponse:
        """Whether the index can be read, and how much is in it."""
        try:
            with asking.index.reading() as index:
                articles = index.catalog.count("article")
                paragraphs = index.catalog.count("paragraph")
        except FootnoteError as error:
            wrong = {"status": "error", "error": error.what, "fix": error.fix}
            return JSONResponse(wrong, 503)
        return JSONResponse({"status": "ok", "articles": articles, "paragraphs": paragraphs})

    @routes.post(
        "/api/ask",
        tags=["ask"],
        response_model=Answer,
        responses={
            200: {
                "content": {_EVENTS: {"schema": {"type": "string"}}},
                "description": "The answer; with `stream`, the events that lead to it.",
            },
            **problems(413, 422, 503),
        },
    )
    async def ask(question: AskRequest, request: Request) -> Any:
        """Answer a question from the articles, with citations, or say that they do not."""
        if not question.stream:
            answer = await asking.aask(question.asked())
            return JSONResponse(answer.to_dict())
        pieces = asking.astream(question.asked())
        try:
            # What is wrong with the question has its status; only what comes later is an event.
            first = await anext(pieces)
        except FootnoteError as error:
            return respond_to(request.url.path, error)
        return StreamingResponse(_events(first, pieces), media_type=_EVENTS)

    return routes


def describe(app: FastAPI, *, guarded: bool) -> None:
    """Serve the OpenAPI document of all of the application's routes, and a page made of it.

    Args:
        app: whose routes are described; those added later are too.
        guarded: a login is needed.
    """
    app.title = "Footnote"
    app.version = version("footnote")
    app.description = " ".join(_ABOUT.split())
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        if guarded:
            schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
            for name in ("basic", "bearer"):
                schemes[name] = {"type": "http", "scheme": name}
            document["security"] = [{"basic": []}, {"bearer": []}]
        return document

    app.openapi = openapi  # type: ignore[method-assign]
    app.add_api_route(
        OPENAPI_PATH, lambda: JSONResponse(app.openapi()), include_in_schema=False, name="openapi"
    )
    app.add_api_route(
        DOCS_PATH, lambda: HTMLResponse(as_page(app.openapi())), include_in_schema=False
    )


def gradio_endpoint(asking: Asking) -> None:
    """Add the documented endpoint `ask` to the Gradio page that is being built, or built again.

    To be called inside its `Blocks`. With Gradio's client:
    `Client(url).predict("Who …?", api_name="/ask")` gives the answer as a dictionary.
    """
    from gradio import Error
    from gradio.events import api

    def ask(
        question: str,
        history: list[dict[str, Any]] | None = None,
        files: list[str] | None = None,
        mode: str = "auto",
        since: str | None = None,
    ) -> dict[str, Any]:
        try:
            given: Any = history or ()
            return asking.ask(Asked(str(question), given, files or (), mode, since)).to_dict()
        except FootnoteError as error:
            raise Error(str(error), print_exception=False) from error

    api(
        ask,
        api_name="ask",
        api_description="Answer a question from the articles: the Answer as JSON.",
        # How many are answered at once, the gate decides, for all interfaces together.
        concurrency_limit=None,
    )


async def _events(
    first: str | Answer, rest: AsyncGenerator[str | Answer, None]
) -> AsyncIterator[str]:
    """The server-sent events of an answer, its first piece having come."""
    async with aclosing(rest):
        try:
            yield _event_of(first)
            async for piece in rest:
                yield _event_of(piece)
        except FootnoteError as error:
            yield _event("error", {"error": error.what, "fix": error.fix})
        except Exception as error:
            told = unexpected(error)
            yield _event("error", {"error": told.what, "fix": told.fix})


def _event_of(piece: str | Answer) -> str:
    if isinstance(piece, Answer):
        return _event("answer", piece.to_dict())
    return _event("text", {"text": piece})


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
