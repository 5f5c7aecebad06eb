"""Rewrites: articles that tell one story in different words, told apart from a shared subject.

Sentences are aligned by their vectors. A sentence of one article is told again in the other
if each is the other's best match, and they are nearer to each other than 95 % of the pairs
of sentences inside the two articles: those share the subject as well, and say different
things. Nor may they differ in their numbers: a weekly report is no rewrite of the last one.
A rewrite tells most sentences of the shorter article again, in the same order, and
begins with the same news. Later articles on one event repeat its background, but not in the
same order, and begin with what is new. The yardstick comes from the articles themselves, so
it holds for any embedding model. Figures: docs/quality.md.

Whether two articles are a pair depends on these two alone, so that an index kept up to date
equals one built from scratch.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import Vectors
from index.tokens import tokenize

REWRITE = 0.55
"""The share of the shorter article's sentences that a rewrite tells again in order, at least."""

MOST_SENTENCES = 300
"""Sentences that are compared: longer texts are no news stories, and cost their square."""

LEAD = 3
"""Sentences in which the news of an article is expected."""

_INSIDE = 0.95  # of the pairs of sentences inside an article are less near
_MIN_ALIGNED = 4  # sentences: fewer agree by chance
_BLOCK = 128  # articles compared with all at once

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Story:
    """The sentences of an article's body, at most `MOST_SENTENCES`."""

    vectors: Vectors
    """Shape (sentences, dimensions), L2-normalised."""
    numbers: Sequence[frozenset[str]]
    """The numbers in each sentence."""

    def __len__(self) -> int:
        return len(self.numbers)


def numbers_in(sentence: str) -> frozenset[str]:
    """The numbers of a sentence written in digits, without their separators."""
    return frozenset(token for token in tokenize(sentence) if token[0].isdecimal())


def nearness(sentences: Vectors) -> float:
    """How near two sentences are that say the same, as against two of this article.

    Args:
        sentences: shape (sentences, dimensions), L2-normalised, at least two.
    """
    inside = sentences @ sentences.T
    return float(np.quantile(inside[np.triu_indices(len(sentences), 1)], _INSIDE))


def can_be_compared(story: Story) -> bool:
    """Whether an article has sentences enough to be told again."""
    return len(story) >= _MIN_ALIGNED


def same_news(
    leads: Sequence[Vectors], near: Sequence[float], fresh: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """The pairs of articles that begin with the same news, one of them fresh; some come twice.

    The first sentence of each has to be told in the lead of the other.

    Args:
        leads: of each article, its first sentences, shape (`LEAD`, dimensions).
        near: of each article, its `nearness`.
        fresh: the places of those to be compared with all.
    """
    if not fresh or len(leads) < 2:
        return
    lead = np.stack(leads)  # (articles, LEAD, dimensions)
    bar = np.asarray(near, dtype=np.float32)
    first = np.ascontiguousarray(lead[:, 0])
    for i in range(0, len(fresh), _BLOCK):
        block = np.asarray(fresh[i : i + _BLOCK])
        there = _best_of_lead(first[block], lead)
        back = _best_of_lead(first, lead[block]).T
        told = np.minimum(there, back) >= (bar[block][:, None] + bar[None, :]) / 2
        for row, column in np.argwhere(told):
            if block[row] != column:
                yield int(block[row]), int(column)


def _best_of_lead(first: Matrix, lead: Matrix) -> Matrix:
    """How near each first sentence is to the nearest of each lead: (firsts, leads)."""
    best: Matrix = np.max([first @ lead[:, place].T for place in range(LEAD)], axis=0)
    return best


def told_share(one: Story, other: Story, near: float) -> float:
    """The share of the shorter article's sentences that the other tells again, in order.

    Args:
        one: an article.
        other: another one.
        near: the mean of the two articles' `nearness`.
    """
    cosines = one.vectors @ other.vectors.T
    forth, back = cosines.argmax(axis=1), cosines.argmax(axis=0)
    aligned = [
        int(match)
        for place, match in enumerate(forth)
        if back[match] == place
        and cosines[place, match] >= near
        and not _differ(one.numbers[place], other.numbers[match])
    ]
    in_order = _longest_increase(aligned)
    return in_order / min(cosines.shape) if in_order >= _MIN_ALIGNED else 0.0


def _differ(numbers: frozenset[str], others: frozenset[str]) -> bool:
    return bool(numbers and others) and numbers.isdisjoint(others)


def _longest_increase(places: Sequence[int]) -> int:
    """The length of the longest increasing subsequence (patience sorting)."""
    tails: list[int] = []
    for place in places:
        at = bisect_left(tails, place)
        tails[at : at + 1] = [place]
    return len(tails)
