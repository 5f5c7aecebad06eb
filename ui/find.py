"""Searching the text of the articles: words, or one passage exactly, wherever they stand.

Unlike an answer this finds what is written, not what is meant; every paragraph counts, the
captions and menus too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from index.catalog import Catalog
from index.errors import QuestionError
from index.models import Article
from index.store import Index

MAX_HITS: Final = 50
MAX_CHARACTERS: Final = 300
_MAX_WORDS: Final = 20
_AT_ONCE: Final = 50  # articles read before questions get their turn
_AROUND: Final = 90  # characters shown on each side


@dataclass(frozen=True, slots=True)
class Hit:
    """A paragraph with what was searched for: `text[start:end]` of its file, in code points."""

    file: str
    title: str
    paragraph: int
    start: int
    end: int
    before: str
    words: str
    after: str


def find_text(index: Index, query: str, *, exact: bool = False) -> list[Hit]:
    """The first `MAX_HITS` paragraphs that hold every word of a query, in order of the files.

    Args:
        index: what is searched.
        query: words, upper and lower case alike; each may begin a longer word.
        exact: the words stand as they are written, side by side, and as whole words.

    Raises:
        QuestionError: the query is empty or too long.
    """
    patterns = _patterns(query, exact)
    with index.reading():
        files = index.catalog.files()
    hits: list[Hit] = []
    for first in range(0, len(files), _AT_ONCE):
        # A part at a time: questions wait while the index is read.
        with index.reading():
            for article in _read(index.catalog, files[first : first + _AT_ONCE]):
                hits += _hits(article, patterns)
        if len(hits) >= MAX_HITS:
            break
    return hits[:MAX_HITS]


def _read(catalog: Catalog, files: list[str]) -> Iterator[Article]:
    for file in files:
        if (article := catalog.article(file)) is not None:
            yield article


def _patterns(query: str, exact: bool) -> list[re.Pattern[str]]:
    words = query.split()
    if not words or len(query) > MAX_CHARACTERS or len(words) > _MAX_WORDS:
        raise QuestionError(
            f"a search has 1 to {_MAX_WORDS} words, and at most {MAX_CHARACTERS} characters",
            "search for a few words",
        )
    if exact:
        phrase = r"\s+".join(map(re.escape, words))
        return [re.compile(f"{_edge(words[0][0])}{phrase}{_edge(words[-1][-1])}", re.IGNORECASE)]
    return [
        re.compile(f"{_edge(word[0])}{re.escape(word)}", re.IGNORECASE)
        for word in dict.fromkeys(words)
    ]


def _edge(letter: str) -> str:
    """Where a word begins or ends; scripts without capitals may be written without spaces."""
    return r"\b" if letter.isdigit() or letter.lower() != letter.upper() else ""


def _hits(article: Article, patterns: list[re.Pattern[str]]) -> Iterator[Hit]:
    if not all(pattern.search(article.text) for pattern in patterns):
        return
    for paragraph in article.paragraphs:
        matches = [
            pattern.search(article.text, paragraph.start, paragraph.end) for pattern in patterns
        ]
        found = [match for match in matches if match is not None]
        if len(found) < len(patterns):
            continue
        first = min(found, key=lambda match: match.start())
        start, end = first.span()
        left, right = max(paragraph.start, start - _AROUND), min(paragraph.end, end + _AROUND)
        yield Hit(
            article.file,
            article.title,
            paragraph.number,
            start,
            end,
            ("…" if left > paragraph.start else "") + article.text[left:start],
            article.text[start:end],
            article.text[end:right] + ("…" if right < paragraph.end else ""),
        )
