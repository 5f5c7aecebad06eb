"""The vectors of an index that is still being built, as they arrive in its cache.

Chroma's files belong to the writer alone until they are whole. What has been embedded is in the
cache already, which any number of processes may read: enough to rank what the words find.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from index.cache import VectorCache
from index.catalog import Catalog
from index.embed import Vectors, embedding_key


class ArrivingVectors:
    """A `VectorReader` that knows the vectors so far, and finds none by nearness.

    Args:
        cache: the file of vectors by content hash.
        catalog: of the index, open for as long.
        model: the embedder's name.
    """

    def __init__(self, cache: Path, catalog: Catalog, model: str) -> None:
        self._cache = VectorCache.reading(cache)
        self._catalog = catalog
        self._model = model

    def nearest(self, query: Vectors, limit: int) -> list[tuple[str, float]]:
        """Nothing: a search for neighbours needs all vectors."""
        return []

    def vectors(self, ids: Collection[str]) -> dict[str, Vectors]:
        """Those that have arrived."""
        if self._cache is None:
            return {}
        keys = {
            embedding_key(self._model, text): id_
            for id_, text in self._catalog.vector_texts(sorted(ids))
        }
        return {keys[key]: vector for key, vector in self._cache.get(list(keys)).items()}

    def close(self) -> None:
        """Close the cache."""
        if self._cache is not None:
            self._cache.close()
