"""Judged answers made by hand, for the tests of what is computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.evaluate import Report
from rag.judge import Result, Sentence, judge
from rag.metrics import METRICS, OF_RETRIEVAL, measure, measure_intervals
from rag.models import NOT_IN_ARTICLES, Answer, Citation
from rag.questionset import Place
from rag.questionset import TestQuestion as Question

HERE: Place = ("a.txt", 1)
THERE: Place = ("b.txt", 2)


def a_question(id_: str = "q1", **changes: Any) -> Question:
    """An answerable question whose answer "roses" stands in the first paragraph of a.txt."""
    fields: dict[str, Any] = {
        "id": id_,
        "question": f"What of {id_}?",
        "answers": ("roses",),
        "evidence": frozenset({HERE}),
        "answerable": True,
    } | changes
    return Question(**fields)


def unanswerable(id_: str = "u1", **changes: Any) -> Question:
    return a_question(id_, answers=(), evidence=frozenset(), answerable=False, **changes)


def a_citation(place: Place = HERE, quote: str = "There are roses", **changes: Any) -> Citation:
    fields = {"number": 1, "file": place[0], "paragraph": place[1], "quote": quote, "start": 0}
    fields |= {"end": len(quote), "title": "", "support": 1.0} | changes
    return Citation(**fields)


def an_answer(*citations: Citation, confidence: float = 0.9, text: str | None = None) -> Answer:
    """One with these citations; without any and without a text, a refusal."""
    said = " ".join(f"“{c.quote}” [{c.number}]" for c in citations)
    return Answer(
        question="?",
        answered=bool(citations) or text is not None,
        text=text if text is not None else said or f"{NOT_IN_ARTICLES}.",
        mode="quote",
        confidence=confidence,
        citations=tuple(citations),
    )


def a_result(
    question: Question | None = None,
    answer: Answer | None = None,
    *,
    confidence: float = 0.9,
    rank: int | None = 1,
    milliseconds: float = 10.0,
    held_back: Sequence[Citation] | None = None,
    sentences: Sequence[tuple[int, bool]] = (),
    verbatim: bool = True,
) -> Result:
    """By default a question answered rightly."""
    return judge(
        question or a_question(),
        answer or an_answer(a_citation(), confidence=confidence),
        milliseconds=milliseconds,
        verbatim=verbatim,
        rank=rank,
        held_back=held_back,
        sentences=tuple(Sentence(*one) for one in sentences),
    )


def right(id_: str = "q1", **options: Any) -> Result:
    return a_result(a_question(id_), **options)


def wrong(id_: str = "q1", confidence: float = 0.9, **options: Any) -> Result:
    """Answered from another paragraph, without the answer."""
    answer = an_answer(a_citation(THERE, "There are tulips"), confidence=confidence)
    return a_result(a_question(id_), answer, **options)


def refused(id_: str = "q1", confidence: float = 0.1, **options: Any) -> Result:
    return a_result(a_question(id_), an_answer(confidence=confidence), **options)


def rightly_refused(id_: str = "u1", confidence: float = 0.05, **options: Any) -> Result:
    options = {"rank": None, "held_back": []} | options
    return a_result(unanswerable(id_), an_answer(confidence=confidence), **options)


def wrongly_answered(id_: str = "u1", confidence: float = 0.6) -> Result:
    return a_result(unanswerable(id_), an_answer(a_citation(), confidence=confidence), rank=None)


def a_report(results: list[Result], **changes: Any) -> Report:
    """A report of these results, as `evaluate` would make it."""
    names = OF_RETRIEVAL if results[0].answer is None else tuple(METRICS)
    types = sorted({r.question.type for r in results if r.question.type})
    of_type = {kind: [r for r in results if r.question.type == kind] for kind in types}
    fields: dict[str, Any] = {
        "results": tuple(results),
        "metrics": measure(results, names),
        "intervals": measure_intervals(results, names),
        "by_type": {kind: measure(some, names) for kind, some in of_type.items()},
        "intervals_by_type": {k: measure_intervals(some, names) for k, some in of_type.items()},
        "paragraphs": {HERE: "There are roses in the garden.\nAnd tulips."},
        "threshold": None if results[0].answer is None else 0.3,
    }
    return Report(**fields | changes)
