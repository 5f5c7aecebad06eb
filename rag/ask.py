"""`ask()`: a question → an `Answer` that cites file and paragraph, or an honest refusal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.catalog import ArticleCache
from index.errors import QuestionError, SettingsError
from index.settings import Mode, load_settings
from rag.authorship import cite_author, subject_of
from rag.claims import Statement, cite
from rag.confidence import calibration, features
from rag.conversation import with_subject
from rag.models import MAX_QUESTION_CHARACTERS, NOT_IN_ARTICLES, Answer, Message
from rag.question import Wants, analyse
from rag.quote import choose
from rag.retrieve import Candidate, Retrieval, Retriever
from rag.session import open_retriever

_NEAREST_NAMED = 2  # paragraphs that a refusal names
_PLAINLY_ANSWERED = 0.5  # confidence from which a follow-up is taken to stand alone


def ask(
    question: str,
    index: str | Path | None = None,
    history: Sequence[Message] = (),
    files: Sequence[str] = (),
    mode: str = "auto",
) -> Answer:
    """Answer a question from the articles, or say that they do not.

    Args:
        question: in any language; at most 4,000 characters.
        index: an index's folder; None means the configured one, built from the configured
            corpus if there is none yet.
        history: the messages before, oldest first.
        files: globs over corpus-relative names; empty for all.
        mode: "auto", "quote" or "llm".

    Raises:
        FootnoteError: the question, the settings or the index cannot be used; it says how to
            put it right.

    Example:
        >>> answer = ask("Who is the Kremlin spokesperson?")
        >>> answer.citations[0].paragraph
        8
    """
    *_, answer = stream(question, index, history, files, mode)
    assert isinstance(answer, Answer)
    return answer


def stream(
    question: str,
    index: str | Path | None = None,
    history: Sequence[Message] = (),
    files: Sequence[str] = (),
    mode: str = "auto",
) -> Iterator[str | Answer]:
    """As `ask`: yields the text in pieces as they are ready, and then the `Answer`."""
    started = time.perf_counter()
    text = _check_question(question)
    notes = _check_mode(mode)
    retriever = open_retriever(index)
    with retriever.index.reading():
        found = find(retriever, text, history, files)
        retrieved = time.perf_counter()
        articles = ArticleCache(retriever.index.catalog)
        notes.extend(_state_notes(found.retrieval))
        if found.with_history:
            notes.append(f"Understood together with the question before: {found.text}")
        if found.statements:
            body, citations, remarks = cite(found.statements, articles)
            notes.extend(remarks)
        else:
            body, citations = f"{NOT_IN_ARTICLES}.", []
            notes.extend(_nearest_notes(found.retrieval.candidates))
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
    yield body
    yield answer


async def aask(
    question: str,
    index: str | Path | None = None,
    history: Sequence[Message] = (),
    files: Sequence[str] = (),
    mode: str = "auto",
) -> Answer:
    """As `ask`, without blocking the event loop."""
    return await asyncio.to_thread(ask, question, index, history, files, mode)


@dataclass(frozen=True, slots=True)
class Found:
    """What was retrieved for a question, and what of it answers; no statements: refuse."""

    text: str
    retrieval: Retrieval
    statements: list[Statement]
    confidence: float
    with_history: bool = False


def find(
    retriever: Retriever, question: str, history: Sequence[Message], files: Sequence[str]
) -> Found:
    """Search for a question; for a follow-up, with the question before if it needs it.

    A question that leans on the conversation may still name its own subject: where it is
    plainly answered by itself, the old subject is not dragged in.
    """
    alone = _search(retriever, question, question, files)
    text = with_subject(question, history)
    if text is None or (alone.statements and alone.confidence >= _PLAINLY_ANSWERED):
        return alone
    return replace(_search(retriever, text, question, files), with_history=True)


def _search(retriever: Retriever, text: str, asked: str, files: Sequence[str]) -> Found:
    fitted = calibration(retriever.index.embedder.name)
    if analyse(asked).wants is Wants.AUTHOR:
        retrieval = retriever.retrieve(subject_of(text), files)
        confidence = fitted.probability(features(retrieval))
        claim = cite_author(retrieval.candidates, ArticleCache(retriever.index.catalog))
        statements: list[Statement] = [claim] if claim and confidence >= fitted.threshold else []
        return Found(text, retrieval, statements, confidence)
    retrieval = retriever.retrieve(text, files, asked)
    confidence = fitted.probability(features(retrieval))
    enough = bool(retrieval.candidates) and confidence >= fitted.threshold
    return Found(text, retrieval, [*choose(retrieval.candidates)] if enough else [], confidence)


def _state_notes(retrieval: Retrieval) -> list[str]:
    if retrieval.snapshot.complete:
        return []
    return ["The index is still being built: this answer is from a part of the articles"]


def _nearest_notes(candidates: Sequence[Candidate]) -> list[str]:
    """Where a reader may look all the same."""
    places = dict.fromkeys(c.row.place for c in candidates)
    return [
        f"Nearest passage: {file}, paragraph {paragraph}"
        for file, paragraph in list(places)[:_NEAREST_NAMED]
    ]


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


def _check_mode(mode: str) -> list[str]:
    """Notes on the mode; refuses one that does not exist or is not configured."""
    settings = load_settings()
    try:
        wanted = Mode(mode)
    except ValueError:
        raise QuestionError(f"there is no mode {mode!r}", f"use one of {', '.join(Mode)}") from None
    if wanted is Mode.AUTO:
        wanted = settings.mode
    if wanted is Mode.LLM:
        raise SettingsError(
            "this version answers in quotations alone, without an LLM", "use mode quote or auto"
        )
    if wanted is Mode.AUTO and settings.llm:
        return ["FOOTNOTE_LLM is set, but this version answers in quotations alone"]
    return []
