"""`/v1/chat/completions` and `/v1/models`, for OpenAI's client and every client like it.

The content is the answer's text with its citations as footnotes below it, in Markdown;
`message.citations` has them as data, and `footnote` the whole answer, word for word.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from index.errors import FootnoteError, QuestionError
from index.settings import Mode, load_settings
from rag.models import Answer, Citation, Message
from ui.asking import Asked, Asking
from ui.limits import newest
from ui.problems import OPENAI_PREFIX, body, respond, respond_to, status_of, unexpected

MODEL: Final = "footnote"
_MODES: Final = {MODEL: Mode.AUTO, f"{MODEL}-quote": Mode.QUOTE, f"{MODEL}-llm": Mode.LLM}
_OWNER: Final = "footnote"
_RULE: Final = "\n\n---\n\n"  # between the text and its footnotes
_DONE: Final = "data: [DONE]\n\n"
# A client shows Markdown; an article may not fetch a picture or bring markup of its own there.
_ACTIVE: Final = re.compile(r"(?<=!)\[|<(?=[A-Za-z/!?])")


class OpenAIError(BaseModel):
    """An error as OpenAI's API tells it."""

    error: dict[str, str | None]


class TextPart(BaseModel):
    """A part of a message; only text is read."""

    model_config = ConfigDict(extra="allow")

    type: str
    text: str | None = None


class ChatMessage(BaseModel):
    """A message; those of "user" and "assistant" are read, the others passed over."""

    model_config = ConfigDict(extra="allow")

    role: str
    content: str | list[TextPart] | None = None

    def as_text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.text is not None)
        return self.content or ""


class StreamOptions(BaseModel):
    model_config = ConfigDict(extra="allow")

    include_usage: bool | None = None


class ChatRequest(BaseModel):
    """The last message of the user is asked; settings of an LLM (temperature …) do nothing."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "model": MODEL,
                "messages": [{"role": "user", "content": "Who is the Kremlin spokesperson?"}],
            }
        },
    )

    model: str
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None

    def asked(self) -> Asked:
        """The question, with the messages before it.

        Raises:
            QuestionError: no message is the user's.
        """
        *before, last = self._until_question()
        history = [
            Message(role="user" if m.role == "user" else "assistant", content=_without_notes(m))
            for m in before
            if m.role in ("user", "assistant")
        ]
        return Asked(last.as_text(), newest(history), (), _MODES[self.model])

    def _until_question(self) -> list[ChatMessage]:
        places = [place for place, m in enumerate(self.messages) if m.role == "user"]
        if not places:
            raise QuestionError(
                "no message has the role user", "send the question as the last message, with it"
            )
        return self.messages[: places[-1] + 1]


def router(asking: Asking) -> APIRouter:
    """The routes under `/v1` for one index."""
    errors: dict[int | str, dict[str, Any]] = {
        status: {"model": OpenAIError, "description": about}
        for status, about in {
            400: "The request cannot be used.",
            401: "The key is not the server's password or token.",
            403: "The `Host` or the `Origin` is not this server's.",
            404: "There is no such model.",
            413: "The request is too large.",
            500: "Something went wrong inside Footnote.",
            503: "The index or the LLM cannot be used, or (with `Retry-After`) many others ask.",
        }.items()
    }
    routes = APIRouter(prefix=OPENAI_PREFIX, tags=["OpenAI"], responses=errors)

    @routes.get("/models")
    def models() -> dict[str, Any]:
        """The models: `footnote` answers as configured, `footnote-quote` in quotations."""
        return {"object": "list", "data": [_model(name) for name in _names()]}

    @routes.get("/models/{name}")
    def model(name: str) -> Any:
        """One model."""
        return _model(name) if name in _names() else _no_model(f"/v1/models/{name}", name)

    @routes.post(
        "/chat/completions",
        responses={
            200: {
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
                "description": "The answer; with `stream`, in chunks.",
            }
        },
    )
    async def complete(chat: ChatRequest, request: Request) -> Any:
        """Answer the last message of the user, with footnotes."""
        path = request.url.path
        if chat.model not in _names():
            return _no_model(path, chat.model)
        reply = _Reply(chat.model)
        if not chat.stream:
            return JSONResponse(reply.whole(await asking.aask(chat.asked())))
        pieces = asking.astream(chat.asked())
        try:
            # What is wrong with the question has its status; only what comes later is a chunk.
            first = await anext(pieces)
        except FootnoteError as error:
            return respond_to(path, error)
        with_usage = bool(chat.stream_options and chat.stream_options.include_usage)
        chunks = reply.chunks(path, first, pieces, with_usage=with_usage)
        return StreamingResponse(chunks, media_type="text/event-stream")

    return routes


def as_markdown(text: str) -> str:
    """A piece of an answer's text, unable to fetch a picture or to bring HTML of its own."""
    return _ACTIVE.sub(r"\\\g<0>", text)


def footnotes(answer: Answer) -> str:
    """What follows the text: a line for each citation, in Markdown; nothing if there is none.

    In quote mode the text has the quotations already; what an LLM wrote has them here.
    """
    if not answer.citations:
        return ""
    lines = [_footnote(citation, quoted=answer.mode != "quote") for citation in answer.citations]
    return _RULE + "\n\n".join(lines)


def _footnote(citation: Citation, *, quoted: bool) -> str:
    title = f"{' '.join(citation.title.split())}, " if citation.title else ""
    words = f": “{' '.join(citation.quote.split())}”" if quoted else ""
    line = f"{title}{citation.place}{words}"
    return f"[{citation.number}] {as_markdown(line)}"


def _without_notes(message: ChatMessage) -> str:
    """What was said, without the footnotes that were below it."""
    text = message.as_text()
    return text if message.role == "user" else text.partition(f"{_RULE}[1] ")[0]


def _names() -> list[str]:
    """The models that there are: one that needs an LLM only if one is configured."""
    return [name for name, mode in _MODES.items() if mode is not Mode.LLM or load_settings().llm]


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": _OWNER}


def _no_model(path: str, name: str) -> JSONResponse:
    there_are = f"use one of {', '.join(_names())}"
    return respond(path, 404, f"there is no model {name}", there_are, code="model_not_found")


class _Reply:
    """One completion, whole or in chunks."""

    def __init__(self, model: str) -> None:
        self._common = {
            "id": f"chatcmpl-{secrets.token_hex(12)}",
            "created": int(time.time()),
            "model": model,
        }

    def whole(self, answer: Answer) -> dict[str, Any]:
        plain = answer.to_dict()
        message = {
            "role": "assistant",
            "content": as_markdown(answer.text) + footnotes(answer),
            "refusal": None,
            "citations": plain["citations"],
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {
            **self._common,
            "object": "chat.completion",
            "choices": [choice],
            "usage": _usage(answer),
            "footnote": plain,
        }

    async def chunks(
        self,
        path: str,
        first: str | Answer,
        rest: AsyncGenerator[str | Answer, None],
        *,
        with_usage: bool,
    ) -> AsyncIterator[str]:
        async with aclosing(rest):
            try:
                yield self._chunk({"role": "assistant", "content": ""})
                for part in self._of(first, with_usage=with_usage):
                    yield part
                async for piece in rest:
                    for part in self._of(piece, with_usage=with_usage):
                        yield part
            except FootnoteError as error:
                yield _data(body(path, status_of(path, error), error.what, error.fix))
            except Exception as error:
                told = unexpected(error)
                yield _data(body(path, 500, told.what, told.fix))
            yield _DONE

    def _of(self, piece: str | Answer, *, with_usage: bool) -> list[str]:
        if isinstance(piece, str):
            return [self._chunk({"content": as_markdown(piece)})]
        plain = piece.to_dict()
        last = {"content": footnotes(piece), "citations": plain["citations"]}
        parts = [self._chunk(last), self._chunk({}, finish="stop", footnote=plain)]
        if with_usage:
            parts.append(_data({**self._head(), "choices": [], "usage": _usage(piece)}))
        return parts

    def _chunk(self, delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _data({**self._head(), "choices": [choice], **more})

    def _head(self) -> dict[str, Any]:
        return {**self._common, "object": "chat.completion.chunk"}


def _usage(answer: Answer) -> dict[str, int] | None:
    """No token of an LLM is used for quotations; how many another server used, it tells there."""
    if answer.model is not None:
        return None
    return {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def _data(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"
