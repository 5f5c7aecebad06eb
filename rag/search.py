"""Paragraphs instead of answers: those that come nearest to a query, and one by its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from index.catalog import ArticleCache
from index.errors import QuestionError
from index.models import Article
from rag.models import MAX_QUESTION_CHARACTERS
from rag.session import open_index, open_retriever

MAX_HITS: Final = 50


# Without slots: the MCP library would take what they put into the class for defaults.
@dataclass(frozen=True)
class PlacedParagraph:
    """A paragraph, and where it stands: `text[start:end]` of its file, in code points."""

    file: str
    paragraph: int
    """Its number, from 1 on."""
    paragraphs: int
    """How many its article has."""
    title: str
    kind: str
    text: str
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Hit(PlacedParagraph):
    """A paragraph that was found, and the sentence in it for which it was."""

    quote: str
    """The sentence: `text[quote_start:quote_end]` of the file."""
    quote_start: int
    quote_end: int
    score: float
    """Cosine of the sentence with the query, plus a little for shared words: higher is nearer."""


def search(
    query: str, index: str | Path | None = None, files: Sequence[str] = (), limit: int = 10
) -> list[Hit]:
    """The paragraphs that come nearest to a query by meaning and words, best first.

    Whether they answer it, nobody has decided: `ask` does.

    Args:
        query: a question or words, in any language.
        index: as for `ask`.
        files: globs over corpus-relative names; empty for all.
        limit: how many paragraphs at most, up to `MAX_HITS`.

    Raises:
        FootnoteError: the query, the limit or the index cannot be used.
    """
    text = " ".join(query.split())
    if not text or len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the query is empty, or longer than {MAX_QUESTION_CHARACTERS} characters",
            "search for a question or a few words",
        )
    if not 1 <= limit <= MAX_HITS:
        raise QuestionError(f"the limit {limit} is not in 1 to {MAX_HITS}", "choose one that is")
    retriever = open_retriever(index)
    with retriever.index.reading() as opened:
        articles = ArticleCache(opened.catalog)
        hits: dict[tuple[str, int], Hit] = {}
        for candidate in retriever.retrieve(text, files).candidates:
            row = candidate.row
            if len(hits) == limit:
                break
            if row.place not in hits:
                hits[row.place] = Hit(
                    **_place(articles[row.file], row.paragraph).to_dict(),
                    quote=candidate.text,
                    quote_start=row.start,
                    quote_end=row.end,
                    score=round(candidate.score, 4),
                )
    return list(hits.values())


def read_paragraph(file: str, paragraph: int, index: str | Path | None = None) -> PlacedParagraph:
    """One paragraph of an article.

    Args:
        file: the article's corpus-relative name.
        paragraph: its number, from 1 on.
        index: as for `ask`.

    Raises:
        QuestionError: there is no such article, or no such paragraph in it.
    """
    with open_index(index).reading() as opened:
        article = opened.catalog.article(file)
    if article is None:
        raise QuestionError(
            f"no article indexed is called {file}", "take the file name from an answer or a search"
        )
    if not 1 <= paragraph <= len(article.paragraphs):
        raise QuestionError(
            f"{file} has no paragraph {paragraph}",
            f"choose one from 1 to {len(article.paragraphs)}",
        )
    return _place(article, paragraph)


def _place(article: Article, number: int) -> PlacedParagraph:
    paragraph = article.paragraph(number)
    return PlacedParagraph(
        file=article.file,
        paragraph=number,
        paragraphs=len(article.paragraphs),
        title=article.title,
        kind=paragraph.kind.value,
        text=article.paragraph_text(number),
        start=paragraph.start,
        end=paragraph.end,
    )
