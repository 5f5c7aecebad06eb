"""One answer held against what a reader expects: which citations are right, what was found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from rag.models import Answer, Citation
from rag.questionset import TestQuestion, parse_question

_CITATION_MARK: Final = re.compile(r"\[\d+\]")
_ANSWER_FIELDS: Final = frozenset(field.name for field in fields(Answer))
_CITATION_FIELDS: Final = frozenset(field.name for field in fields(Citation))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that retrieval ranked: its length in words, and whether it answers."""

    words: int
    holds: bool
    """Whether an accepted answer lies in it."""


@dataclass(frozen=True, slots=True)
class Result:
    """A question with its answer, judged; None where a verdict does not apply.

    `right` sums the others up: an answerable question came out right if a citation is among
    the evidence and an accepted answer is given, in a quote or, as whole words, in the rest of
    the text (a remark that counts articles, say; where a question has no evidence, the text
    alone decides); an unanswerable one if it was refused.
    """

    question: TestQuestion
    answer: Answer | None
    """None if retrieval alone was asked."""
    milliseconds: float
    rank: int | None = None
    """Of the first evidence paragraph in retrieval, from 1; 0 if it was not retrieved."""
    verbatim: bool | None = None
    first: bool | None = None
    hit: bool | None = None
    found: bool | None = None
    right: bool | None = None
    right_if_answered: bool | None = None
    """As `right`, but for an answer held back for want of confidence, as it would have come out;
    None for other refusals, which no threshold decides."""
    sentences: tuple[Sentence, ...] = ()
    """The best of retrieval, best first, of an answerable question."""
    faithful: bool | None = None
    """Whether an LLM thinks that the paragraphs cited bear the answer out (`rag.opinion`)."""
    relevant: bool | None = None
    """Whether it thinks that answer and paragraphs are to the question; None if it was not
    asked."""

    @property
    def answered(self) -> bool | None:
        """None if retrieval alone was asked."""
        return None if self.answer is None else self.answer.answered

    def to_dict(self) -> dict[str, Any]:
        answer = None if self.answer is None else self.answer.to_dict()
        return {
            **self.question.to_dict(),
            "type": self.question.type,
            "right": self.right,
            "first": self.first,
            "hit": self.hit,
            "found": self.found,
            "right_if_answered": self.right_if_answered,
            "verbatim": self.verbatim,
            "rank": self.rank,
            "sentences": [[s.words, s.holds] for s in self.sentences],
            "milliseconds": round(self.milliseconds, 1),
            "opinion": {"faithful": self.faithful, "relevant": self.relevant},
            "answer": answer,
        }


def judge(
    question: TestQuestion,
    answer: Answer,
    *,
    milliseconds: float,
    verbatim: bool | None,
    rank: int | None = None,
    held_back: Iterable[Citation] | None = None,
    sentences: tuple[Sentence, ...] = (),
) -> Result:
    """Hold an answer against its question.

    Args:
        question: with the evidence and the accepted answers.
        answer: what was answered.
        milliseconds: that it took.
        verbatim: whether its quotes are the words of the paragraphs cited.
        rank: of the first evidence paragraph in retrieval.
        held_back: of an answer held back for want of confidence, what would have been cited.
        sentences: the best of retrieval.
    """
    common: dict[str, Any] = {
        "question": question,
        "answer": answer,
        "milliseconds": milliseconds,
        "rank": rank,
        "verbatim": verbatim,
        "sentences": sentences,
    }
    if not question.answerable:
        decided = answer.answered or held_back is not None
        return Result(
            **common, right=not answer.answered, right_if_answered=False if decided else None
        )
    cited = answer.citations
    right = answer.answered and _is_right(question, cited, answer.text)
    if answer.answered:
        otherwise: bool | None = right
    else:
        otherwise = None if held_back is None else _is_right(question, tuple(held_back), "")
    return Result(
        **common,
        first=bool(cited) and _place(cited[0]) in question.evidence,
        hit=any(_place(citation) in question.evidence for citation in cited),
        found=any(holds(citation.quote, question.answers) for citation in cited),
        right=right,
        right_if_answered=otherwise,
    )


def _is_right(question: TestQuestion, cited: tuple[Citation, ...], text: str) -> bool:
    hit = any(_place(citation) in question.evidence for citation in cited)
    found = any(holds(citation.quote, question.answers) for citation in cited)
    return (hit or not question.evidence) and (found or _says(text, question.answers))


def holds(text: str, answers: Iterable[str]) -> bool:
    """Whether an accepted answer lies in a text, after NFKC and lower-casing."""
    normal = normalise(text)
    return any(normalise(answer) in normal for answer in answers)


def _says(text: str, answers: Iterable[str]) -> bool:
    """Whether a text has an accepted answer as whole words; the numbers of citations are none."""
    normal = normalise(without_marks(text))
    return any(
        re.search(rf"(?<!\w){re.escape(normalise(answer))}(?!\w)", normal) for answer in answers
    )


def without_marks(text: str) -> str:
    """The text of an answer without the numbers of its citations."""
    return _CITATION_MARK.sub(" ", text)


def is_precise(citation: Citation, question: TestQuestion) -> bool:
    """Whether a citation is in the evidence, or its quote holds an accepted answer."""
    return _place(citation) in question.evidence or holds(citation.quote, question.answers)


def _place(citation: Citation) -> tuple[str, int]:
    return citation.file, citation.paragraph


def normalise(text: str) -> str:
    """How words are compared: compatibility forms unified, in lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def result_from(item: Mapping[str, Any]) -> Result:
    """The result that `Result.to_dict` made a dictionary of, also by an earlier version.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    question = parse_question(item)
    common: dict[str, Any] = {
        "milliseconds": float(item["milliseconds"]),
        "rank": None if item["rank"] is None else int(item["rank"]),
        "verbatim": item.get("verbatim"),
        "sentences": tuple(Sentence(int(w), bool(h)) for w, h in item.get("sentences", ())),
    }
    if item["answer"] is None:
        return Result(question, None, **common)
    answer = _answer_from(item["answer"])
    result = judge(question, answer, **common)
    if result.right_if_answered is None:
        result = replace(result, right_if_answered=item.get("right_if_answered"))
    opinion = item.get("opinion", {})
    return replace(result, faithful=opinion.get("faithful"), relevant=opinion.get("relevant"))


def _answer_from(item: Mapping[str, Any]) -> Answer:
    plain = {name: value for name, value in item.items() if name in _ANSWER_FIELDS}
    cited = (
        Citation(**{name: value for name, value in citation.items() if name in _CITATION_FIELDS})
        for citation in item["citations"]
    )
    return Answer(**{**plain, "citations": tuple(cited), "notes": tuple(item["notes"])})
