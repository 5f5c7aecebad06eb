"""Measure answers with a set of test questions: citations, words found, refusals, time.

The definitions of the metrics are the contract of `footnote eval`; see `METRICS`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from index.errors import QuestionError
from rag.ask import ask, find
from rag.models import Answer, Citation, Message
from rag.session import open_retriever

METRICS: Final[dict[str, str]] = {
    "first": "the first citation is among the evidence",
    "hit": "any citation is among the evidence",
    "found": "an accepted answer lies in a quote",
    "answered": "answerable questions answered",
    "refused": "unanswerable questions refused",
    "verbatim": "answers whose quotes are the very words of the paragraph cited",
    "cites": "citations an answer, mean",
    "words": "words quoted an answer, mean",
    "precision": "citations in the evidence, or holding an accepted answer",
    "recall@1": "evidence paragraph ranked first by retrieval",
    "recall@3": "evidence paragraph among the first three",
    "recall@5": "evidence paragraph among the first five",
    "mrr": "mean reciprocal rank of the first evidence paragraph",
    "p50": "median time of an answer, ms",
    "p95": "95th percentile of it, ms",
}
_LOWER_IS_BETTER: Final = frozenset({"cites", "words", "p50", "p95"})

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class TestQuestion:
    """A line of a question file."""

    __test__ = False  # not a test case of pytest

    id: str
    question: str
    answers: tuple[str, ...]
    evidence: frozenset[Place]
    answerable: bool
    type: str = ""
    history: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A question with its answer, judged; None where a metric does not apply."""

    question: TestQuestion
    answer: Answer
    verbatim: bool
    rank: int | None
    """Of the first evidence paragraph in retrieval, from 1; 0 if it was not retrieved."""
    milliseconds: float
    first: bool | None = None
    hit: bool | None = None
    found: bool | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All results, and the metrics over them."""

    results: tuple[Result, ...]
    metrics: dict[str, float | None]
    by_type: dict[str, dict[str, float | None]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "metrics": self.metrics,
            "by_type": self.by_type,
            "questions": [_result_dict(result) for result in self.results],
        }


def read_questions(path: Path) -> list[TestQuestion]:
    """The questions of a JSON Lines file.

    Raises:
        QuestionError: the file cannot be read, or a line is not a question; it says which.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"cannot read {path}: {error}", "name a JSON Lines file") from error
    questions = [
        _parse(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()
    ]
    if not questions:
        raise QuestionError(f"there is no question in {path}", "write one a line, as JSON")
    return questions


def _parse(path: Path, number: int, line: str) -> TestQuestion:
    try:
        item = json.loads(line)
        if not isinstance(item["answerable"], bool):
            raise TypeError("answerable is true or false")
        if not isinstance(item["answers"], list):
            raise TypeError("answers is a list of texts")
        if not all(isinstance(answer, str) for answer in item["answers"]):
            raise TypeError("answers is a list of texts")
        return TestQuestion(
            id=str(item["id"]),
            question=str(item["question"]),
            answers=tuple(item["answers"]),
            evidence=frozenset((str(e["file"]), int(e["paragraph"])) for e in item["evidence"]),
            answerable=item["answerable"],
            type=str(item.get("type", "")),
            history=tuple(
                Message(role=m["role"], content=str(m["content"])) for m in item.get("history", ())
            ),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise QuestionError(
            f"{path}, line {number}, is not a question: {error!r}",
            'each line has "id", "question", "answers", "evidence", "answerable"',
        ) from error


def evaluate(
    questions: Sequence[TestQuestion],
    index: str | Path | None = None,
    mode: str = "auto",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Ask every question and judge the answers."""
    results: list[Result] = []
    for done, question in enumerate(questions, start=1):
        results.append(_judge(question, index, mode))
        progress(done, len(questions))
    types = sorted({result.question.type for result in results if result.question.type})
    return Report(
        results=tuple(results),
        metrics=_metrics(results),
        by_type={t: _metrics([r for r in results if r.question.type == t]) for t in types},
    )


def missed_gates(
    metrics: dict[str, float | None], gates: dict[str, float]
) -> list[tuple[str, float | None, float]]:
    """The gates not passed: (metric, value, wanted). A metric that does not apply is missed.

    For `cites`, `words`, `p50` and `p95` the gate is a maximum.
    """
    return [
        (name, metrics[name], wanted)
        for name, wanted in gates.items()
        if not _passes(name, metrics[name], wanted)
    ]


def _passes(name: str, value: float | None, wanted: float) -> bool:
    if value is None:
        return False
    return value <= wanted if name in _LOWER_IS_BETTER else value >= wanted


def _judge(question: TestQuestion, index: str | Path | None, mode: str) -> Result:
    answer = ask(question.question, index, history=question.history, mode=mode)
    milliseconds = sum(answer.timings_ms.values())
    common: dict[str, Any] = {
        "question": question,
        "answer": answer,
        "verbatim": _is_verbatim(answer, index),
        "rank": _rank(question, index) if question.answerable and question.evidence else None,
        "milliseconds": milliseconds,
    }
    if not question.answerable:
        return Result(**common)
    places = [(c.file, c.paragraph) for c in answer.citations]
    return Result(
        **common,
        first=bool(places) and places[0] in question.evidence,
        hit=any(place in question.evidence for place in places),
        found=any(_holds(c, question.answers) for c in answer.citations),
    )


def _is_verbatim(answer: Answer, index: str | Path | None) -> bool:
    """Whether each quote stands in the text at its offsets, inside its paragraph."""
    opened = open_retriever(index).index
    with opened.reading():
        for citation in answer.citations:
            article = opened.catalog.article(citation.file)
            if article is None:
                return False
            paragraph = article.paragraph(citation.paragraph)
            inside = paragraph.start <= citation.start < citation.end <= paragraph.end
            if not inside or article.text[citation.start : citation.end] != citation.quote:
                return False
    return True


def _rank(question: TestQuestion, index: str | Path | None) -> int:
    found = find(open_retriever(index), question.question, question.history, ())
    places = list(dict.fromkeys(c.row.place for c in found.retrieval.candidates))
    return next((i for i, place in enumerate(places, 1) if place in question.evidence), 0)


def _holds(citation: Citation, answers: Iterable[str]) -> bool:
    quote = _normal(citation.quote)
    return any(_normal(answer) in quote for answer in answers)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _metrics(results: Sequence[Result]) -> dict[str, float | None]:
    answerable = [r for r in results if r.question.answerable]
    unanswerable = [r for r in results if not r.question.answerable]
    answered = [r for r in answerable if r.answer.answered]
    ranks = [r.rank for r in results if r.rank is not None]
    cited = [(r, c) for r in answered for c in r.answer.citations]
    times = sorted(r.milliseconds for r in results)
    return {
        "first": _mean(bool(r.first) for r in answerable),
        "hit": _mean(bool(r.hit) for r in answerable),
        "found": _mean(bool(r.found) for r in answerable),
        "answered": _mean(r.answer.answered for r in answerable),
        "refused": _mean(not r.answer.answered for r in unanswerable),
        "verbatim": _mean(r.verbatim for r in results),
        "cites": _mean(len(r.answer.citations) for r in answered),
        "words": _mean(sum(len(c.quote.split()) for c in r.answer.citations) for r in answered),
        "precision": _mean(
            (c.file, c.paragraph) in r.question.evidence or _holds(c, r.question.answers)
            for r, c in cited
        ),
        **{f"recall@{k}": _mean(0 < rank <= k for rank in ranks) for k in (1, 3, 5)},
        "mrr": _mean(1 / rank if rank else 0.0 for rank in ranks),
        "p50": round(median(times), 1) if times else None,
        "p95": round(times[min(len(times) - 1, int(0.95 * len(times)))], 1) if times else None,
    }


def _mean(values: Iterable[float]) -> float | None:
    numbers = [float(value) for value in values]
    return round(sum(numbers) / len(numbers), 4) if numbers else None


def _result_dict(result: Result) -> dict[str, Any]:
    question = result.question
    return {
        "id": question.id,
        "question": question.question,
        "type": question.type,
        "answerable": question.answerable,
        "answers": list(question.answers),
        "evidence": [{"file": f, "paragraph": p} for f, p in sorted(question.evidence)],
        "first": result.first,
        "hit": result.hit,
        "found": result.found,
        "verbatim": result.verbatim,
        "rank": result.rank,
        "milliseconds": round(result.milliseconds, 1),
        "answer": result.answer.to_dict(),
    }
