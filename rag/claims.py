"""What an answer is made of: claims, each cited, and remarks from a fixed list.

A claim is a passage quoted whole. A remark says what no passage can: a fact about the
corpus, a part of the question that the articles do not answer, sources that differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.catalog import ArticleCache
from rag.models import Citation


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
    for statement in statements:
        if isinstance(statement, Remark):
            parts.append(f"{statement.text}.")
            remarks.append(statement.text)
            continue
        marks = ""
        for passage, support in [(statement.passage, 1.0), *statement.also]:
            citations.append(_citation(len(citations) + 1, passage, support, articles))
            marks += f"[{len(citations)}]"
        quote = _text(statement.passage, articles)
        parts.append(f"“{' '.join(quote.split())}” {marks}")
    return " ".join(parts), citations, remarks


def _citation(number: int, passage: Passage, support: float, articles: ArticleCache) -> Citation:
    return Citation(
        number=number,
        file=passage.file,
        paragraph=passage.paragraph,
        quote=_text(passage, articles),
        start=passage.start,
        end=passage.end,
        title=articles[passage.file].title,
        support=round(support, 4),
    )


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
    return [Claim(replace(passage, start=start, end=start + len(text.strip())))]
