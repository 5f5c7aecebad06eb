"""The vectors of an index: what a store of them can do, whatever it is made of.

A vector is kept once for each text that is embedded, under an id made of that text
(`vector_id`): a thousand chunks that say the same have one vector, and the catalogue knows
which. Many equal vectors would tear holes into a graph of neighbours, where some are found by
no question; a moved file or paragraph needs no write at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Final, Protocol

from index.embed import Vectors

HNSW: Final = {"space": "cosine", "ef_construction": 200, "ef_search": 400, "max_neighbors": 64}
"""The graph of neighbours in which Chroma searches (Malkov & Yashunin 2018).

Of 39,931 real sentences it finds 99.7 % of the 30 nearest to a question, and by their own vector
all but 6; with Chroma's defaults (100, 100, 16) it found 86.5 % and all but 29, because vectors of
such a model lie close together. It costs 2 ms a question and 15 % more disk."""


def vector_id(text: str) -> str:
    """The id of the vector of a text: 128 bits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class VectorReader(Protocol):
    """Vectors by id, and by nearness; every method raises IndexStoreError."""

    def nearest(self, query: Vectors, limit: int) -> list[tuple[str, float]]:
        """The vectors nearest to a question: (id, cosine), best first.

        Args:
            query: shape (dimensions,), L2-normalised.
            limit: how many, at most.
        """
        ...

    def vectors(self, ids: Collection[str]) -> dict[str, Vectors]:
        """The stored vectors, of shape (dimensions,); ids that are not there are left out."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class VectorStore(VectorReader, Protocol):
    """A place that vectors are written to, by the one writer of an index."""

    def count(self) -> int:
        """How many there are."""
        ...

    def ids(self) -> set[str]:
        """The ids of all."""
        ...

    def put(self, ids: Sequence[str], vectors: Vectors, texts: Sequence[str]) -> None:
        """Add or replace vectors, each with the text that it is made of.

        Args:
            ids: as `vector_id` makes them, each once.
            vectors: shape (len(ids), dimensions), L2-normalised.
            texts: as many.
        """
        ...

    def remove(self, ids: Collection[str]) -> None:
        """Take vectors out; ids that are not there are passed over."""
        ...

    def settle(self) -> None:
        """Make what was written quick to open."""
        ...
