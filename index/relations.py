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
from index.embed import Vectors
from index.models import RelationKind
from index.rewrites import (
    LEAD,
    MOST_SENTENCES,
    REWRITE,
    can_be_compared,
    nearness,
    same_news,
    told_share,
)
from index.scan import Progress
from index.vectors import VectorStore

_IN_MEMORY: Final = 1024  # articles whose sentences are kept at hand
_BYTES: Final = "<f4"


def relate(catalog: Catalog, vectors: VectorStore, progress: Progress) -> None:
    """Compare what has not been compared yet with everything, and keep what is related.

    Args:
        catalog: inside the transaction that the outcome belongs to.
        vectors: with those of all chunks that the catalogue lists.
        progress: told how many articles and pairs are compared.
    """
    fresh = catalog.files_without_gist()
    if not fresh:
        return

    @lru_cache(maxsize=_IN_MEMORY)
    def sentences(file: str) -> Vectors:
        ids = catalog.sentence_ids(file, MOST_SENTENCES)
        found = vectors.vectors(ids)
        return np.stack([found[id_] for id_ in ids]) if ids else np.empty((0, 0), np.float32)

    @lru_cache(maxsize=_IN_MEMORY)
    def words(file: str) -> Shingles:
        article = catalog.article(file)
        assert article is not None, "only files of the catalogue are compared"
        return shingles(article)

    for done, file in enumerate(fresh, start=1):
        catalog.put_gist(_gist(file, words(file), sentences(file)))
        progress("comparing", done, len(fresh))
    catalog.put_relations(_compare(catalog.gists(), set(fresh), words, sentences))


def _gist(file: str, words: Shingles, sentences: Vectors) -> Gist:
    if not can_be_compared(sentences):
        return Gist(file, signature(words), b"", 1.0)
    lead = sentences[:LEAD].astype(_BYTES).tobytes()
    return Gist(file, signature(words), lead, nearness(sentences))


def _compare(
    gists: list[Gist],
    fresh: set[str],
    words: Callable[[str], Shingles],
    sentences: Callable[[str], Vectors],
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
            share = told_share(sentences(one), sentences(other), (near[one] + near[other]) / 2)
            if share >= REWRITE:
                found.append(Relation(one, other, RelationKind.REWRITE, round(share, 4)))
    return found


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
