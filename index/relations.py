"""Which articles are copies or rewrites of one another: found when indexing, kept beside them.

Only pairs with a new or changed article are compared; which articles those are the catalogue
knows by what it has not yet compared, also after a run that was killed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np

from index.catalog import Catalog, Gist, Relation
from index.copies import COPY, Shingles, copied_share, shingles, signature, similar_pairs
from index.models import Article, RelationKind
from index.rewrites import (
    LEAD,
    MOST_SENTENCES,
    REWRITE,
    Story,
    can_be_compared,
    nearness,
    numbers_in,
    same_news,
    told_share,
)
from index.scan import Progress
from index.vectors import VectorReader

_IN_MEMORY: Final = 1024  # articles whose sentences are kept at hand
_BYTES: Final = "<f4"


def relate(catalog: Catalog, vectors: VectorReader, progress: Progress) -> None:
    """Compare what has not been compared yet with everything, and keep what is related.

    Args:
        catalog: inside the transaction that the outcome belongs to.
        vectors: with those of all chunks that the catalogue lists.
        progress: told how many articles and pairs are compared.
    """
    fresh = catalog.files_without_gist()
    if not fresh:
        return

    @lru_cache(maxsize=1)  # asked for its words and its sentences in turn
    def article(file: str) -> Article:
        found = catalog.article(file)
        assert found is not None, "only files of the catalogue are compared"
        return found

    @lru_cache(maxsize=_IN_MEMORY)
    def words(file: str) -> Shingles:
        return shingles(article(file))

    @lru_cache(maxsize=_IN_MEMORY)
    def story(file: str) -> Story:
        rows = catalog.sentences(file, MOST_SENTENCES)
        found = vectors.vectors({row.vector for row in rows})
        text = article(file).text
        return Story(
            np.stack([found[row.vector] for row in rows]) if rows else np.empty((0, 0), np.float32),
            [numbers_in(text[row.start : row.end]) for row in rows],
        )

    for done, file in enumerate(fresh, start=1):
        catalog.put_gist(_gist(file, words(file), story(file)))
        progress("comparing", done, len(fresh))
    catalog.put_relations(_compare(catalog.gists(), set(fresh), words, story))


def _gist(file: str, words: Shingles, story: Story) -> Gist:
    if not can_be_compared(story):
        return Gist(file, signature(words), b"", 1.0)
    lead = story.vectors[:LEAD].astype(_BYTES).tobytes()
    return Gist(file, signature(words), lead, nearness(story.vectors))


def _compare(
    gists: list[Gist],
    fresh: set[str],
    words: Callable[[str], Shingles],
    story: Callable[[str], Story],
) -> list[Relation]:
    told = [gist for gist in gists if gist.lead]
    near = {gist.file: gist.nearness for gist in told}
    leads = [np.frombuffer(gist.lead, _BYTES).reshape(LEAD, -1) for gist in told]
    places = [place for place, gist in enumerate(told) if gist.file in fresh]
    news = {
        _pair(told[one].file, told[other].file)
        for one, other in same_news(leads, [gist.nearness for gist in told], places)
    }
    alike = similar_pairs({gist.file: gist.signature for gist in gists}, sorted(fresh))
    found: list[Relation] = []
    for one, other in sorted(news | {_pair(*pair) for pair in alike}):
        share = copied_share(words(one), words(other))
        if share >= COPY:
            found.append(Relation(one, other, RelationKind.COPY, round(share, 4)))
        elif (one, other) in news:
            share = told_share(story(one), story(other), (near[one] + near[other]) / 2)
            if share >= REWRITE:
                found.append(Relation(one, other, RelationKind.REWRITE, round(share, 4)))
    return found


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
