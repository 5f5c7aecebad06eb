"""The words of a paragraph that may support a sentence: neighbouring sentences, likeliest first."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from index.catalog import ChunkRow
from index.embed import Vectors
from index.models import Article
from index.spelling import skeleton
from index.store import Index
from index.tokens import fold, stem
from rag.claims import Passage
from rag.terms import Term, terms

Place = tuple[str, int]
"""A file, and the number of a paragraph of it."""

_MOST_SENTENCES: Final = 3
_MOST_CLOSELY: Final = 2
_ALIKE: Final = 0.9  # the cosine of a sentence that is not embedded, as half of them have it
_LONGEST_PARAGRAPH: Final = 40  # sentences looked at
_LONGER: Final = 0.01  # what each sentence more must bring
_QUOTES: Final = str.maketrans(dict.fromkeys('"“”„«»‹›', " ") | {"’": "'", "‘": "'", "`": "'"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence to check, with what it costs to prepare."""

    text: str
    context: str
    """The sentence before it."""
    terms: tuple[Term, ...]
    weights: tuple[float, ...]
    vector: Vectors | None
    """None where its words alone tell what is near (`closely`): embedding takes longest."""

    @property
    def closely(self) -> bool:
        """Whether it must keep to the words of two neighbouring sentences at most."""
        return self.vector is None


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences of one paragraph."""

    passage: Passage
    text: str
    before: str
    """What stands before it and may explain its pronouns."""
    features: Mapping[str, float]


class Paragraphs:
    """Paragraphs of one state of the index, and what was read of them.

    Used inside `Index.reading()`.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self.articles = index.articles
        self._chunks = max(1, index.catalog.count("chunk"))
        self._keys: dict[str, list[int]] = {}
        self._weights: dict[str, float] = {}
        self._rows_of: dict[Place, list[ChunkRow]] = {}
        self._vectors: dict[int, Vectors] = {}
        self._contexts_of: dict[str, Mapping[str, str]] = {}
        self._seen: dict[str, Article] = {}

    def hold(self, places: Sequence[Place]) -> None:
        """Read all that is looked at in some paragraphs, their vectors in one look-up."""
        found = [place for place in dict.fromkeys(places) if self.article(place) is not None]
        rows = [row for place in found for row in self._rows(place)]
        self._vectors |= self._index.vectors_of([r for r in rows if r.key not in self._vectors])
        for file, _ in found:
            self._contexts(file)

    def prepare(self, text: str, context: str, *, closely: bool = False) -> Sentence:
        """What is looked for of a sentence."""
        found = terms(text)
        weights = tuple(self.weight(term) for term in found)
        plain = text.translate(_QUOTES)
        return Sentence(
            text=text,
            context=context,
            terms=found,
            weights=weights,
            vector=None if closely else self._index.embedder.embed_query(plain),
        )

    def weight(self, term: Term) -> float:
        """The idf of a term."""
        token = stem(term.word) if term.word else term.token
        if token not in self._weights:
            frequency = self._index.catalog.frequency(token)
            self._weights[token] = math.log(1 + self._chunks / (1 + frequency))
        return self._weights[token]

    def article(self, place: Place) -> Article | None:
        """The article of a paragraph, if there is such a paragraph."""
        file, number = place
        try:
            article = self.articles[file]
        except KeyError:
            return None
        self._seen[file] = article
        return article if 1 <= number <= len(article.paragraphs) else None

    def windows(self, sentence: Sentence, article: Article, place: Place) -> list[Window]:
        """The likeliest evidence of a paragraph, best first."""
        paragraph = article.paragraph(place[1])
        rows = self._rows(place)
        known = [row for row in rows if row.key in self._vectors]
        vector = sentence.vector
        cosines = {
            row.key: _ALIKE if vector is None else float(self._vectors[row.key] @ vector)
            for row in known
        }
        contexts = self._contexts(place[0])
        most = _MOST_CLOSELY if sentence.closely else _MOST_SENTENCES
        found: list[tuple[float, Window]] = []
        for first in range(len(rows)):
            for last in range(first, min(len(rows), first + most)):
                start, end = rows[first].start, rows[last].end
                text = article.text[start:end]
                cosine = max(cosines.get(row.key, 0.0) for row in rows[first : last + 1])
                before = (
                    f"{contexts.get(rows[first].id, '')} {article.text[paragraph.start : start]}"
                )
                cover = _cover(sentence, f"{text} {before}")
                own = _cover(sentence, text)
                rank = cosine + 0.5 * own + 0.1 * cover - _LONGER * (last - first)
                features = {"cosine": cosine, "cover": own, "cover_around": cover}
                window = Window(Passage(*place, start, end), text, before, features)
                found.append((rank, window))
        return [window for _, window in sorted(found, key=lambda item: -item[0])]

    def _rows(self, place: Place) -> list[ChunkRow]:
        file, number = place
        if place not in self._rows_of:
            if file not in self._keys:  # paragraphs get their keys in their order
                self._keys[file] = sorted(self._index.catalog.paragraph_keys([file]))
            self._rows_of[place] = self._index.catalog.chunks_of_paragraphs(
                [self._keys[file][number - 1]], _LONGEST_PARAGRAPH
            )
        return self._rows_of[place]

    def _contexts(self, file: str) -> Mapping[str, str]:
        """Chunk id → the sentence that explains its pronouns, with the chunk itself."""
        if file not in self._contexts_of:
            self._contexts_of[file] = self._index.catalog.embedded_texts([file])
        return self._contexts_of[file]

    def is_common(self, word: str) -> bool:
        """Whether the articles use a word in small letters: it is no name."""
        catalog = self._index.catalog
        small = re.compile(rf"\b{re.escape(word)}\b")
        if any(small.search(article.text) for article in self._seen.values()):
            return True
        if not catalog.frequency(stem(word)):
            return False
        return all(fold(form.word) != word for form in catalog.names_like(skeleton(word)[:3]))


def _cover(sentence: Sentence, text: str) -> float:
    """The share of the weight of a sentence's terms that a text holds."""
    return held(sentence.terms, sentence.weights, terms(text))


def held(found: Sequence[Term], weights: Sequence[float], there: Sequence[Term]) -> float:
    """The share of the weight of some terms that others hold; all of nothing."""
    total = sum(weights)
    if not total:
        return 1.0
    held = sum(
        weight
        for term, weight in zip(found, weights, strict=True)
        if any(term.matches(other) for other in there)
    )
    return held / total
