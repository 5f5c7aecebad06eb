"""Passages of an article that can be read by themselves: what a summary is made of.

A sentence that leans on the one before it comes with it, and a quotation is never left
half open; where that would be too long, or there is nothing to lean on, the passage is a
poor one, taken only where there is no better.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from index.catalog import ChunkRow
from index.chunk import leans_on_previous, opens_quotation
from index.models import Article, Kind
from index.tokens import tokenize
from rag.claims import Passage

_MOST_SENTENCES = 3
_FEWEST_WORDS = 12  # fewer are joined with the sentence that follows
_MOST_WORDS = 60

# "According to him, …", or what remains of «“…,” he said» without the quotation: somebody
# is spoken of who has not been named.
_QUOTATION = re.compile(r"\"[^\"]*\"|[“«„][^”»“\"]*[”»“\"]")
_PRONOUN = re.compile(
    r"(?:^|[,;:–—])\W*(?:(?:according to|laut|según|selon|по словам)\s+)?"
    r"(?:he|she|they|him|her|them|er|sie|ihm|ihr|ihnen|él|ella|ellos|ellas|il|elle|ils|elles|"
    r"он|она|они|его|её|ее|их)\b",
    re.IGNORECASE,
)
_NAME_INSIDE = re.compile(r"(?<=[\w,]\s)[^\W\d_a-zà-öø-ÿа-яё]")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One sentence, and those around it without which it cannot be read."""

    core: ChunkRow
    """The sentence that it is about."""
    first: ChunkRow
    last: ChunkRow
    text: str
    words: int
    stands_alone: bool
    is_quotation: bool
    """It begins with a quotation mark: it illustrates rather than tells."""

    @property
    def passage(self) -> Passage:
        return Passage(self.first.file, self.first.paragraph, self.first.start, self.last.end)

    def overlaps(self, other: Excerpt) -> bool:
        return self.first.key <= other.last.key and other.first.key <= self.last.key


def excerpts(article: Article, rows: Sequence[ChunkRow]) -> list[Excerpt]:
    """One excerpt for each sentence of an article's body, in reading order.

    Args:
        article: the article.
        rows: its chunks, or those of some of its paragraphs, whole, in order.
    """
    return [
        excerpt
        for _, group in groupby(rows, key=lambda row: row.paragraph)
        for excerpt in _in_paragraph(article, list(group))
    ]


def _in_paragraph(article: Article, sentences: Sequence[ChunkRow]) -> list[Excerpt]:
    if sentences[0].kind is not Kind.BODY:
        return []
    start = article.paragraph(sentences[0].paragraph).start
    texts = [article.text[row.start : row.end] for row in sentences]
    leans = [
        leans_on_previous(text, article.text[start : row.start]) or _names_nobody(text)
        for text, row in zip(texts, sentences, strict=True)
    ]
    is_open = [opens_quotation(article.text[start : row.end]) for row in sentences]
    sizes = [count_words(text) for text in texts]

    def excerpt(place: int) -> Excerpt:
        first = last = place
        while first > 0 and leans[first] and last - first < _MOST_SENTENCES - 1:
            first -= 1
        while last + 1 < len(sentences) and last - first < _MOST_SENTENCES - 1:
            if not is_open[last] and sum(sizes[first : last + 1]) >= _FEWEST_WORDS:
                break
            last += 1
        words = sum(sizes[first : last + 1])
        return Excerpt(
            core=sentences[place],
            first=sentences[first],
            last=sentences[last],
            text=article.text[sentences[first].start : sentences[last].end],
            words=words,
            stands_alone=(
                _FEWEST_WORDS <= words <= _MOST_WORDS and not leans[first] and not is_open[last]
            ),
            is_quotation=texts[first][0] in "\"“„«‘'",
        )

    return [excerpt(place) for place in range(len(sentences))]


def _names_nobody(sentence: str) -> bool:
    """Whether its own words speak of "him" before they name anybody."""
    told = _QUOTATION.sub(" ", sentence).strip()
    pronoun = _PRONOUN.search(told)
    return pronoun is not None and not _NAME_INSIDE.search(told[: pronoun.start()])


def count_words(text: str) -> int:
    """The words of a text; where none are set apart, about as many as its characters."""
    return len(tokenize(text))
