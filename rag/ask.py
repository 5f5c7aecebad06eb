"""`ask()`: a question → an `Answer` that cites file and paragraph, or an honest refusal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

from index.errors import IndexStoreError, QuestionError, SettingsError
from index.settings import Mode, Settings, load_settings
from rag.answering import Found, find
from rag.calibration import calibration_notes
from rag.claims import cite
from rag.conversation import check_history
from rag.independence import independence_note
from rag.models import MAX_QUESTION_CHARACTERS, NOT_IN_ARTICLES, Answer, Message
from rag.retrieve import Candidate, Retrieval, Retriever
from rag.session import open_retriever
from rag.since import Since, parse_since, since_note
from rag.when import date_notes, newest_first

if TYPE_CHECKING:
    from rag.llm import Writer

_NEAREST_NAMED = 2  # paragraphs that a refusal names
_NEAREST_CHARACTERS = 100  # shown of each
_LOOKS = 3  # how often a question that a rebuild overtakes is asked


def ask(
    question: str,
    index: str | Path | None = None,
    history: Sequence[Message] = (),
    files: Sequence[str] = (),
    mode: str = "auto",
    since: str | date | None = None,
) -> Answer:
    """Answer a question from the articles, or say that they do not.

    Args:
        question: in any language; at most 4,000 characters.
        index: an index's folder; None means the configured one, built from the configured
            corpus if there is none yet.
        history: the messages before, oldest first.
        files: globs over corpus-relative names; empty for all.
        mode: "auto", "quote" or "llm".
        since: only articles of this day or later: "2025-12-30", "2025-12", "2025", or a date.

    Raises:
        FootnoteError: the question, the settings or the index cannot be used; it says how to
            put it right.

    Example:
        >>> answer = ask("Who is the Kremlin spokesperson?")
        >>> answer.citations[0].paragraph
        8
    """
    *_, answer = stream(question, index, history, files, mode, since)
    assert isinstance(answer, Answer)
    return answer


def stream(
    question: str,
    index: str | Path | None = None,
    history: Sequence[Message] = (),
    files: Sequence[str] = (),
    mode: str = "auto",
    since: str | date | None = None,
) -> Iterator[str | Answer]:
    """As `ask`: yields the text in pieces as they are ready, and then the `Answer`.

    A piece is a sentence that has been checked: none is taken back, and joined they are
    `Answer.text`.
    """
    for part in _parts(question, index, history, files, mode, since):
        yield part if isinstance(part, str) else part[0]


def ask_and_find(
    question: str,
    index: str | Path | None = None,
    history: Sequence[Message] = (),
    files: Sequence[str] = (),
    mode: str = "auto",
    since: str | date | None = None,
) -> tuple[Answer, Found]:
    """As `ask`, with what was found on the way: for evaluation."""
    *_, last = _parts(question, index, history, files, mode, since)
    assert not isinstance(last, str)
    return last


def _parts(
    question: str,
    index: str | Path | None,
    history: Sequence[Message],
    files: Sequence[str],
    mode: str,
    since: str | date | None,
) -> Iterator[str | tuple[Answer, Found]]:
    """Pieces of the text, and then the answer with what was found on the way."""
    settings = load_settings()
    text = _check_question(question)
    before = check_history(history)
    if since is not None:
        files = (*files, parse_since(since))
    writer, notes = _choose_writer(mode, settings)
    retriever = open_retriever(index, settings)

    def quote(asked: str, earlier: Sequence[Message]) -> tuple[Answer, Found]:
        return _quote(question, asked, retriever, earlier, files, notes)

    if writer is None:
        answer, found = quote(text, before)
        yield answer.text
        yield _with_dates(answer), found
        return
    from rag.fluent import answer_fluently

    for part in answer_fluently(text, before, retriever, quote, writer):
        yield part if isinstance(part, str) else (_with_dates(part[0]), part[1])


def _with_dates(answer: Answer) -> Answer:
    """The answer with a note of each cited article whose words need its date beside them."""
    notes = date_notes(answer.citations)
    return replace(answer, notes=(*answer.notes, *notes)) if notes else answer


def _quote(
    question: str,
    text: str,
    retriever: Retriever,
    history: Sequence[Message],
    files: Sequence[str],
    notes: Sequence[str],
) -> tuple[Answer, Found]:
    """The keyless answer; looked for again if a rebuild overtakes it."""
    for attempt in range(_LOOKS):
        try:
            return _answer(question, text, retriever, history, files, notes)
        except IndexStoreError:
            # A rebuild may have put other data in force meanwhile, and removed what was read.
            if attempt == _LOOKS - 1 or not retriever.index.overtaken():
                raise
    raise AssertionError("the last look returns or raises")


def _answer(
    question: str,
    text: str,
    retriever: Retriever,
    history: Sequence[Message],
    files: Sequence[str],
    notes: Sequence[str],
) -> tuple[Answer, Found]:
    started = time.perf_counter()
    with retriever.index.reading():
        found = find(retriever, text, history, files)
        found = replace(found, statements=newest_first(found.statements, retriever.index.articles))
        retrieved = time.perf_counter()
        model = retriever.index.embedder.name
        notes = [*notes, *_state_notes(found.retrieval), *calibration_notes(model)]
        notes.extend(
            since_note(item, retriever.index.catalog) for item in files if isinstance(item, Since)
        )
        if found.with_history:
            notes.append(f"Understood together with the question before: {found.text}")
        if found.statements:
            body, citations, remarks = cite(found.statements, retriever.index.articles)
            notes.extend(remarks)
            sources = independence_note((c.file for c in citations), retriever.index.catalog)
            notes.extend([sources] if sources else [])
        else:
            body, citations = " ".join([f"{NOT_IN_ARTICLES}.", *map(_sentence, found.reasons)]), []
            notes.extend([*found.reasons, *_nearest_notes(found.retrieval.candidates)])
    answer = Answer(
        question=question,
        answered=bool(found.statements),
        text=body,
        mode="quote",
        confidence=round(found.confidence, 4),
        citations=tuple(citations),
        notes=tuple(notes),
        timings_ms={
            "retrieve": round((retrieved - started) * 1000, 1),
            "answer": round((time.perf_counter() - retrieved) * 1000, 1),
        },
    )
    return answer, found


async def aask(
    question: str,
    index: str | Path | None = None,
    history: Sequence[Message] = (),
    files: Sequence[str] = (),
    mode: str = "auto",
    since: str | date | None = None,
) -> Answer:
    """As `ask`, without blocking the event loop."""
    return await asyncio.to_thread(ask, question, index, history, files, mode, since)


def _state_notes(retrieval: Retrieval) -> list[str]:
    if retrieval.snapshot.complete:
        return []
    if retrieval.snapshot.has_all_words:
        return ["The index is still being built: so far the articles are searched by words alone"]
    return ["The index is still being built: this answer is from a part of the articles"]


def _nearest_notes(candidates: Sequence[Candidate]) -> list[str]:
    """Where a reader may look all the same, and what stands there."""
    nearest: dict[tuple[str, int], str] = {}
    for candidate in candidates:
        nearest.setdefault(candidate.row.place, candidate.text)
    return [
        f"Nearest passage: {file}, paragraph {paragraph}: {_short(text)}"
        for (file, paragraph), text in list(nearest.items())[:_NEAREST_NAMED]
    ]


def _sentence(text: str) -> str:
    return f"{text}."


def _short(text: str) -> str:
    return shorten(text, _NEAREST_CHARACTERS, placeholder=" …")


def _check_question(question: str) -> str:
    try:
        question.encode("utf-8")
    except UnicodeEncodeError:
        raise QuestionError("the question is not text", "write it in UTF-8") from None
    text = " ".join(question.split())
    if not text:
        raise QuestionError("the question is empty", "write a question")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {len(text)} characters, more than {MAX_QUESTION_CHARACTERS}",
            "ask it in fewer words",
        )
    return text


def _choose_writer(mode: str, settings: Settings) -> tuple[Writer | None, list[str]]:
    """The LLM that writes, or None for quotations; and notes on the choice.

    Raises:
        QuestionError: there is no such mode.
        SettingsError: an LLM is asked for, and none is configured.
    """
    try:
        wanted = Mode(mode)
    except ValueError:
        raise QuestionError(f"there is no mode {mode!r}", f"use one of {', '.join(Mode)}") from None
    if wanted is Mode.AUTO:
        wanted = settings.mode
    if wanted is Mode.QUOTE:
        return None, []
    if not settings.llm:
        if wanted is Mode.LLM:
            raise SettingsError("no LLM is configured", "set FOOTNOTE_LLM, or use mode quote")
        return None, []
    from rag.llm import writer_for

    try:
        return writer_for(settings), []
    except SettingsError as error:
        if wanted is Mode.LLM:
            raise
        return None, [f"{error.what}: the answer is in quotations (fix: {error.fix})"]
