"""The word index: BM25 of paragraphs and of sentences, from one set of postings.

Source: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
2009; idf with 1 inside the logarithm, so that no word counts against a text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.catalog import PARAGRAPH_SHIFT, Catalog

K1 = 1.2
B = 0.75

# A word in more than this share of the chunks says nothing, and costs the most to look at.
_COMMON_SHARE = 0.25
_COMMON_FROM = 1000  # chunks: a word in fewer is never too common
_SHORTLIST = 200  # paragraphs and chunks whose length is looked up

Keys = NDArray[np.int64]
Scores = NDArray[np.float64]
_Part = tuple[Keys, Scores, float]
LengthLookup = Callable[[Sequence[int]], dict[int, int]]


@dataclass(frozen=True, slots=True)
class WordScore:
    """How well a text matches the question's words: both as shares of the best possible.

    `bm25` is BM25 divided by the idf of all terms of the question (it may pass 1); `cover` is
    the share of that idf which the text holds.
    """

    bm25: float
    cover: float


NO_WORDS = WordScore(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class WordScores:
    """By chunk key and by paragraph key; what is missing matches no word."""

    chunks: dict[int, WordScore]
    paragraphs: dict[int, WordScore]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sizes of the collection that BM25 needs."""

    paragraphs: int
    chunks: int
    tokens: int


def score_words(
    catalog: Catalog,
    terms: Sequence[frozenset[str]],
    totals: Totals,
    only: set[int] | None = None,
) -> WordScores:
    """Score every text that holds a word of the question.

    Args:
        catalog: inside a read transaction.
        terms: the question's terms, each a set of tokens that stand for the same.
        totals: of the whole collection.
        only: keys of the paragraphs that are asked about, or None for all.
    """
    allowed = None if only is None else np.fromiter(only, dtype=np.int64)
    chunk_parts: list[_Part] = []
    paragraph_parts: list[_Part] = []
    chunk_best = paragraph_best = 0.0
    for term in terms:
        keys, counts = _postings(catalog, term, totals)
        if keys is None or counts is None:
            continue
        paragraph_keys, sums = _sum_by(keys >> PARAGRAPH_SHIFT, counts)
        chunk_idf = _idf(totals.chunks, len(keys))
        paragraph_idf = _idf(totals.paragraphs, len(paragraph_keys))
        chunk_best += chunk_idf
        paragraph_best += paragraph_idf
        if allowed is not None:
            here = np.isin(keys >> PARAGRAPH_SHIFT, allowed)
            keys, counts = keys[here], counts[here]
            here = np.isin(paragraph_keys, allowed)
            paragraph_keys, sums = paragraph_keys[here], sums[here]
        chunk_parts.append((keys, counts, chunk_idf))
        paragraph_parts.append((paragraph_keys, sums, paragraph_idf))
    mean_paragraph = totals.tokens / max(1, totals.paragraphs)
    mean_chunk = totals.tokens / max(1, totals.chunks)
    return WordScores(
        chunks=_score(
            chunk_parts,
            chunk_best,
            mean_chunk,
            lambda keys: {k: row.tokens for k, row in catalog.chunks_by_key(keys).items()},
        ),
        paragraphs=_score(paragraph_parts, paragraph_best, mean_paragraph, catalog.lengths),
    )


def _postings(
    catalog: Catalog, term: frozenset[str], totals: Totals
) -> tuple[Keys, Scores] | tuple[None, None]:
    """The chunks that hold a term, with its counts; (None, None) for a word too common."""
    rows: list[tuple[int, int]] = []
    for token in sorted(term):
        limit = max(_COMMON_FROM, _COMMON_SHARE * totals.chunks)
        if totals.chunks > limit and catalog.frequency(token) > limit:
            return None, None
        rows.extend(catalog.postings(token))
    if not rows:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    array = np.array(rows, dtype=np.int64)
    return _sum_by(array[:, 0], array[:, 1].astype(np.float64))


def _sum_by(keys: Keys, values: Scores) -> tuple[Keys, Scores]:
    unique, inverse = np.unique(keys, return_inverse=True)
    sums = np.bincount(inverse, weights=values, minlength=len(unique))
    return unique, sums.astype(np.float64)


def _idf(total: int, holding: int) -> float:
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def _score(
    parts: list[_Part],
    best: float,
    mean_length: float,
    look_up_lengths: LengthLookup,
) -> dict[int, WordScore]:
    """BM25 and cover of the texts that match best, in two steps.

    The first step takes every text for one of average length; only the shortlist's lengths
    are looked up for the second.
    """
    if not parts or best == 0:
        return {}
    all_keys = np.concatenate([keys for keys, _, _ in parts])
    keys, inverse = np.unique(all_keys, return_inverse=True)
    idfs = np.concatenate([np.full(len(k), idf) for k, _, idf in parts])
    counts = np.concatenate([c for _, c, _ in parts])
    rough = np.bincount(inverse, weights=idfs * counts / (counts + K1), minlength=len(keys))
    cover = np.bincount(inverse, weights=idfs, minlength=len(keys)) / best

    short = np.argsort(-rough, kind="stable")[:_SHORTLIST]
    lengths = look_up_lengths([int(k) for k in keys[short]])
    length = np.full(len(keys), mean_length)
    length[short] = [lengths.get(int(k), mean_length) for k in keys[short]]
    damping = K1 * (1 - B + B * length[inverse] / max(mean_length, 1e-9))
    bm25 = np.bincount(
        inverse, weights=idfs * counts * (K1 + 1) / (counts + damping), minlength=len(keys)
    )
    return {int(keys[i]): WordScore(float(bm25[i] / best), float(cover[i])) for i in short}
