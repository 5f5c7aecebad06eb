"""Measure answers with a set of test questions: citations, words found, refusals, time.

The definitions of the metrics are the contract of `footnote eval`; see `rag.metrics.METRICS`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rag.answering import Found, find
from rag.ask import ask_and_find
from rag.claims import cite
from rag.compare import Comparison
from rag.confidence import calibration
from rag.judge import Result, Sentence, holds, judge
from rag.metrics import METRICS, OF_RETRIEVAL, Intervals, Metrics, measure, measure_intervals
from rag.models import Answer, Citation
from rag.questionset import Place, TestQuestion, read_questions
from rag.quote import choose
from rag.retrieve import Retriever
from rag.session import open_retriever

__all__ = ["METRICS", "Report", "Result", "TestQuestion", "evaluate", "read_questions"]

_SENTENCES: Final = 6  # of retrieval's best, for the curve of found against words


@dataclass(frozen=True, slots=True)
class Report:
    """All results, and the metrics over them with their 95 % confidence intervals."""

    results: tuple[Result, ...]
    metrics: Metrics
    intervals: Intervals
    by_type: dict[str, Metrics] = field(default_factory=dict)
    intervals_by_type: dict[str, Intervals] = field(default_factory=dict)
    paragraphs: Mapping[Place, str] = field(default_factory=dict)
    """The words of the evidence, for the page; a place that is not indexed has none."""
    threshold: float | None = None
    """The confidence below which answers were refused; None if retrieval alone was asked."""
    against: Comparison | None = None
    notes: tuple[str, ...] = ()
    """Of an LLM's opinion: whose it is, and of how many answers."""

    @property
    def retrieval_only(self) -> bool:
        return self.threshold is None

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON; `questions` holds all that a later `--against` needs."""
        return {
            "metrics": self.metrics,
            "intervals": self.intervals,
            "by_type": self.by_type,
            "intervals_by_type": self.intervals_by_type,
            "threshold": self.threshold,
            "notes": list(self.notes),
            "against": None if self.against is None else self.against.to_dict(),
            "questions": [result.to_dict() for result in self.results],
        }


def evaluate(
    questions: Sequence[TestQuestion],
    index: str | Path | None = None,
    mode: str = "auto",
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    retrieval_only: bool = False,
) -> Report:
    """Ask every question and judge the answers.

    Args:
        questions: of a set.
        index: an index's folder; None for the configured one.
        mode: as for `ask`.
        progress: called with the number of questions done, and of all.
        retrieval_only: rank the paragraphs and do not answer; the report then has the metrics
            of `OF_RETRIEVAL` alone.
    """
    results: list[Result] = []
    for done, question in enumerate(questions, start=1):
        if retrieval_only:
            results.append(_retrieve(question, index))
        else:
            results.append(_answer(question, index, mode))
        progress(done, len(questions))
    names = OF_RETRIEVAL if retrieval_only else tuple(METRICS)
    types = sorted({question.type for question in questions if question.type})
    of_type = {kind: [r for r in results if r.question.type == kind] for kind in types}
    return Report(
        results=tuple(results),
        metrics=measure(results, names),
        intervals=measure_intervals(results, names),
        by_type={kind: measure(some, names) for kind, some in of_type.items()},
        intervals_by_type={kind: measure_intervals(some, names) for kind, some in of_type.items()},
        paragraphs=_paragraphs(questions, index),
        threshold=None if retrieval_only else _threshold(index),
    )


def _answer(question: TestQuestion, index: str | Path | None, mode: str) -> Result:
    answer, found = ask_and_find(question.question, index, question.history, mode=mode)
    retriever = open_retriever(index)
    held_back = not answer.answered and found.confidence < _threshold(index)
    return judge(
        question,
        answer,
        milliseconds=sum(answer.timings_ms.values()),
        verbatim=_is_verbatim(answer, retriever),
        rank=_rank(question, found),
        held_back=_held_back(found, retriever) if held_back else None,
        sentences=_sentences(question, found),
    )


def _retrieve(question: TestQuestion, index: str | Path | None) -> Result:
    retriever = open_retriever(index)
    started = time.perf_counter()
    found = find(retriever, question.question, question.history, ())
    milliseconds = (time.perf_counter() - started) * 1000
    return Result(
        question=question,
        answer=None,
        milliseconds=milliseconds,
        rank=_rank(question, found),
        sentences=_sentences(question, found),
    )


def _rank(question: TestQuestion, found: Found) -> int | None:
    if not (question.answerable and question.evidence):
        return None
    places = dict.fromkeys(candidate.row.place for candidate in found.retrieval.candidates)
    return next((i for i, place in enumerate(places, 1) if place in question.evidence), 0)


def _held_back(found: Found, retriever: Retriever) -> list[Citation]:
    """What would have been cited, had the confidence sufficed."""
    if not found.retrieval.candidates:
        return []
    with retriever.index.reading():
        claims = choose(found.retrieval.candidates)
        return cite(claims, retriever.index.articles)[1]


def _sentences(question: TestQuestion, found: Found) -> tuple[Sentence, ...]:
    if not question.answerable:
        return ()
    return tuple(
        Sentence(len(candidate.text.split()), holds(candidate.text, question.answers))
        for candidate in found.retrieval.candidates[:_SENTENCES]
    )


def _is_verbatim(answer: Answer, retriever: Retriever) -> bool:
    """Whether each quote stands in the text at its offsets, inside its paragraph."""
    with retriever.index.reading():
        for citation in answer.citations:
            article = retriever.index.catalog.article(citation.file)
            if article is None:
                return False
            paragraph = article.paragraph(citation.paragraph)
            inside = paragraph.start <= citation.start < citation.end <= paragraph.end
            if not inside or article.text[citation.start : citation.end] != citation.quote:
                return False
    return True


def _paragraphs(questions: Sequence[TestQuestion], index: str | Path | None) -> dict[Place, str]:
    """The words of every evidence paragraph that is indexed."""
    retriever = open_retriever(index)
    places = sorted({place for question in questions for place in question.evidence})
    with retriever.index.reading():
        articles = {file: retriever.index.catalog.article(file) for file, _ in places}
    return {
        (file, number): article.paragraph_text(number)
        for file, number in places
        if (article := articles[file]) is not None and 1 <= number <= len(article.paragraphs)
    }


def _threshold(index: str | Path | None) -> float:
    return calibration(open_retriever(index).index.embedder.name).threshold
