"""A conversation: its turns, and how a question becomes one.

Nothing here knows of the page: a visitor's turns go in, and come out once for each step
that is worth showing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from index.errors import FootnoteError
from rag.models import MAX_QUESTION_CHARACTERS, Answer, Message

_PAUSE_SECONDS: Final = 0.08  # between two drafts shown: more often is not seen, but sent
_MOST_REMEMBERED: Final = 12  # turns passed on as history; a follow-up leans on the last ones
_UNEXPECTED: Final = FootnoteError(
    "something went wrong inside Footnote",
    "ask again; if it happens again, the server's log says more",
    retryable=True,
)
_log = logging.getLogger(__name__)


class Stream(Protocol):
    """Pieces of an answer's text, and then the answer: `rag.stream` over one index."""

    def __call__(
        self,
        question: str,
        history: Sequence[Message],
        files: Sequence[str] = (),
        mode: str = "auto",
    ) -> Iterator[str | Answer]: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what became of it: an answer, an error, or a draft, so far or for good."""

    question: str
    draft: str = ""
    answer: Answer | None = None
    error: FootnoteError | None = None
    stopped: bool = False
    """The visitor did not wait for the answer."""

    @property
    def is_pending(self) -> bool:
        return self.answer is None and self.error is None and not self.stopped


Turns = tuple[Turn, ...]


def history(turns: Turns) -> list[Message]:
    """The messages of the last turns that were answered, oldest first."""
    messages: list[Message] = []
    for turn in turns[-_MOST_REMEMBERED:]:
        if turn.answer is not None:
            messages.append({"role": "user", "content": turn.question})
            messages.append({"role": "assistant", "content": turn.answer.text})
    return messages


def converse(
    turns: Turns, question: str, stream: Stream, files: Sequence[str] = (), mode: str = "auto"
) -> Iterator[Turns]:
    """Ask, and yield the turns as they stand: searching, each draft, and the end.

    Never raises: what goes wrong is the turn's `error`. A blank question adds nothing.

    Args:
        turns: those before.
        question: as it was written.
        stream: answers it.
        files: globs over the articles to ask; empty for all.
        mode: "auto", "quote" or "llm".
    """
    question = question.strip()
    if not question:
        yield turns
        return
    asked = Turn(shorten(question, MAX_QUESTION_CHARACTERS))
    yield (*turns, asked)
    try:
        for turn in _follow(asked, stream(question, history(turns), files, mode)):
            yield (*turns, turn)
    except FootnoteError as error:
        yield (*turns, replace(asked, error=error))
    except Exception:
        # A visitor is not shown the insides; whoever runs the server is.
        _log.exception("a question failed")
        yield (*turns, replace(asked, error=_UNEXPECTED))


def stop(turns: Turns) -> Turns:
    """The turns with one under way ended as it stands."""
    if not turns or not turns[-1].is_pending:
        return turns
    return (*turns[:-1], replace(turns[-1], stopped=True))


def shorten(text: str, length: int) -> str:
    """At most `length` characters of a text, and an ellipsis if that is not all."""
    return text if len(text) <= length else text[:length].rstrip() + "…"


def _follow(turn: Turn, pieces: Iterator[str | Answer]) -> Iterator[Turn]:
    shown = 0.0  # the first piece is shown at once
    for piece in pieces:
        if isinstance(piece, Answer):
            yield replace(turn, draft="", answer=piece)
            return
        turn = replace(turn, draft=turn.draft + piece)
        if time.monotonic() - shown >= _PAUSE_SECONDS:
            shown = time.monotonic()
            yield turn
    raise RuntimeError("the stream ended without an answer")
