"""Questions to one index from every interface, within the same limits.

The page, the HTTP API, OpenAI's clients, MCP and Gradio's all ask through here: the same
question is answered the same, and no interface can starve another.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

import anyio.to_thread
from pydantic import BaseModel, ConfigDict, Field

import rag
from index.store import Index
from rag.models import Answer, Message
from rag.search import Hit, PlacedParagraph, read_paragraph, search
from ui.limits import MAX_HISTORY_CHARACTERS, Gate, newest

T = TypeVar("T")
_END = object()

Day = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
        description="Only articles of this day or later: 2025-12-30, 2025-12 or 2025.",
    ),
]


class HistoryMessage(BaseModel):
    """One message of the conversation so far."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    content: Annotated[str, Field(max_length=MAX_HISTORY_CHARACTERS)]


def as_messages(history: Iterable[HistoryMessage]) -> list[Message]:
    """The messages as `rag.ask` takes them."""
    return [Message(role=message.role, content=message.content) for message in history]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came, with all that bears on its answer."""

    question: str
    history: Sequence[Message] = ()
    files: Sequence[str] = ()
    mode: str = "auto"
    since: str | None = None


class Asking:
    """One index that visitors ask.

    Args:
        index: open, and kept open as long as anybody asks.
        gate: how many are answered at once.
    """

    def __init__(self, index: Index, gate: Gate | None = None) -> None:
        self.index = index
        self.gate = gate or Gate()

    def stream(
        self,
        question: str,
        history: Sequence[Message] = (),
        files: Sequence[str] = (),
        mode: str = "auto",
        since: str | None = None,
    ) -> Iterator[str | Answer]:
        """As `rag.stream`, after a wait for a place; the thread waits.

        Raises:
            FootnoteError: as `rag.stream`; `BusyError` if too many ask.
        """
        asked = Asked(question, history, files, mode, since)
        answer: Answer | None = None
        with self.gate.place(), closing(self._begin(asked)) as pieces:
            for piece in pieces:
                if isinstance(piece, Answer):
                    answer = piece
                else:
                    yield piece
        # The place is free again, whatever becomes of who reads the answer.
        if answer is not None:
            yield answer

    def ask(self, asked: Asked) -> Answer:
        """The answer, after a wait for a place; the thread waits."""
        *_, answer = self.stream(
            asked.question, asked.history, asked.files, asked.mode, asked.since
        )
        assert isinstance(answer, Answer)
        return answer

    async def aask(self, asked: Asked) -> Answer:
        """As `ask`, without blocking the event loop."""
        async with aclosing(self.astream(asked)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Answer):
                    return piece
        raise AssertionError("a stream ends with the answer")

    async def astream(self, asked: Asked) -> AsyncGenerator[str | Answer, None]:
        """As `stream`, without blocking the event loop."""
        answer: Answer | None = None
        async with self.gate.aplace():
            pieces = self._begin(asked)
            try:
                while (piece := await _in_thread(partial(next, pieces, _END))) is not _END:
                    if isinstance(piece, Answer):
                        answer = piece
                    else:
                        yield str(piece)
            finally:
                # Cheap, and a thread could not be waited for by who is cancelled.
                pieces.close()
        if answer is not None:
            yield answer

    async def asearch(self, query: str, files: Sequence[str], limit: int) -> list[Hit]:
        """The paragraphs that come nearest to a query."""
        async with self.gate.aplace():
            return await _in_thread(partial(search, query, self.index.path, files, limit))

    async def aread(self, file: str, paragraph: int) -> PlacedParagraph:
        """One paragraph of an article."""
        return await _in_thread(partial(read_paragraph, file, paragraph, self.index.path))

    def _begin(self, asked: Asked) -> Any:
        return rag.stream(
            asked.question,
            self.index.path,
            newest(asked.history),
            asked.files,
            asked.mode,
            asked.since,
        )


async def _in_thread(work: Callable[[], T]) -> T:
    return await anyio.to_thread.run_sync(work)
