"""What an answer is made of: claims, each cited, and remarks from a fixed list.

A claim is a passage quoted whole. A remark says what no passage can: a fact about the
corpus, a part of the question that the articles do not answer, sources that differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.catalog import ArticleCache
from rag.models import Citation
from rag.phrase import Span, answer_phrases
from rag.question import Question


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring sentences of one paragraph, quoted together."""

    file: str
    paragraph: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A passage, and those in other articles that say the same in nearly the same words."""

    passage: Passage
    also: tuple[tuple[Passage, float], ...] = ()
    """Each with its similarity, from 0 to 1."""
    asks: Question | None = None
    """The question that it answers, if the words that do so are to be marked."""

    @property
    def passages(self) -> list[Passage]:
        return [self.passage, *(passage for passage, _ in self.also)]


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence of our own, uncited; `rag.remarks` has them all. No full stop at its end."""

    text: str


Statement = Claim | Remark


def cite(
    statements: Sequence[Statement], articles: ArticleCache
) -> tuple[str, list[Citation], list[str]]:
    """The text of an answer, its citations, numbered in order, and its remarks."""
    citations: list[Citation] = []
    remarks: list[str] = []
    parts: list[str] = []
    phrases = dict(_phrases(statements, articles))
    for statement in statements:
        if isinstance(statement, Remark):
            parts.append(f"{statement.text}.")
            remarks.append(statement.text)
            continue
        marks = ""
        for passage, support in [(statement.passage, 1.0), *statement.also]:
            citation = _citation(len(citations) + 1, passage, support, articles)
            citations.append(_marked(citation, phrases.get(passage)))
            marks += f"[{len(citations)}]"
        quote = _text(statement.passage, articles)
        parts.append(f"“{' '.join(quote.split())}” {marks}")
    return " ".join(parts), citations, remarks


def _citation(number: int, passage: Passage, support: float, articles: ArticleCache) -> Citation:
    article = articles[passage.file]
    return Citation(
        number=number,
        file=passage.file,
        paragraph=passage.paragraph,
        quote=_text(passage, articles),
        start=passage.start,
        end=passage.end,
        title=article.title,
        support=round(support, 4),
        page=article.page_at(passage.start),
        date=article.date,
    )


def _marked(citation: Citation, phrase: Span | None) -> Citation:
    if phrase is None:
        return citation
    start, end = phrase
    return replace(citation, answer_start=citation.start + start, answer_end=citation.start + end)


def _phrases(
    statements: Sequence[Statement], articles: ArticleCache
) -> Iterator[tuple[Passage, Span | None]]:
    """Where in the passages the answers stand: one phrase for each question."""
    asked: dict[Question, dict[Passage, None]] = {}
    for statement in statements:
        if isinstance(statement, Claim) and statement.asks is not None:
            asked.setdefault(statement.asks, {}).update(dict.fromkeys(statement.passages))
    for question, passages in asked.items():
        quotes = [_text(passage, articles) for passage in passages]
        yield from zip(passages, answer_phrases(question, quotes), strict=True)


def _text(passage: Passage, articles: ArticleCache) -> str:
    return articles[passage.file].text[passage.start : passage.end]


def remaining(claim: Claim, shown: Sequence[Passage], articles: ArticleCache) -> list[Claim]:
    """A claim without what is shown already: itself, the rest of it, or nothing."""
    passage = claim.passage
    for other in shown:
        if (other.file, other.paragraph) != (passage.file, passage.paragraph):
            continue
        if other.start <= passage.start < other.end:
            passage = replace(passage, start=other.end)
        elif passage.start < other.start < passage.end:
            passage = replace(passage, end=other.start)
    text = _text(passage, articles)
    if passage == claim.passage:
        return [claim]
    if not text.strip():
        return []
    start = passage.start + len(text) - len(text.lstrip())
    rest = replace(passage, start=start, end=start + len(text.strip()))
    return [replace(claim, passage=rest, also=())]
