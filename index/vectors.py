"""The vectors, in Chroma. Embeddings are always passed; Chroma never makes one."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from index.embed import Vectors
from index.errors import IndexStoreError

# Chroma counts its clients of a folder without a lock of its own.
_opening = threading.Lock()

_COLLECTION = "chunks"
_HNSW = {"space": "cosine", "ef_construction": 100, "ef_search": 100, "max_neighbors": 16}


class VectorStore:
    """One client of the embedded Chroma in a folder.

    A client goes stale when another process writes, and two writers lose vectors: readers
    open a new one for each generation of the index, and writers hold the index's lock.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        if not create and not (folder / "chroma.sqlite3").exists():
            raise _damaged("its vectors are missing")
        import chromadb  # 1.3 s, which `footnote --help` need not wait for
        from chromadb.config import Settings

        try:
            with _opening:
                self._client: Any = chromadb.PersistentClient(
                    path=str(folder), settings=Settings(anonymized_telemetry=False)
                )
            self._collection = (
                self._client.get_or_create_collection(
                    _COLLECTION,
                    embedding_function=None,
                    configuration=cast(Any, {"hnsw": _HNSW}),
                )
                if create
                else self._client.get_collection(_COLLECTION, embedding_function=None)
            )
        except Exception as error:  # Chroma raises what its Rust core does, of many types
            raise _damaged(str(error)) from error

    def close(self) -> None:
        with _opening:
            self._client.close()

    def count(self) -> int:
        return int(self._collection.count())

    def nearest(
        self, query: Vectors, limit: int, files: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """The chunks nearest to a question: (id, cosine), best first.

        Args:
            query: shape (dimensions,), L2-normalised.
            limit: how many, at most.
            files: only chunks of these, or None for all.
        """
        where = None if files is None else cast(Any, {"file": {"$in": list(files)}})
        try:
            found = self._collection.query(
                query_embeddings=cast(Any, query[None, :]),
                n_results=limit,
                where=where,
                include=["distances"],
            )
        except Exception as error:
            raise _damaged(str(error)) from error
        distances = (found["distances"] or [[]])[0]
        return [(id_, 1.0 - d) for id_, d in zip(found["ids"][0], distances, strict=True)]

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of these chunks; ids that are not there are left out."""
        if not ids:
            return {}
        try:
            found = self._collection.get(ids=list(ids), include=["embeddings"])
        except Exception as error:
            raise _damaged(str(error)) from error
        embeddings = found["embeddings"]
        if embeddings is None:
            return {}
        return {
            id_: np.asarray(vector, dtype=np.float32)
            for id_, vector in zip(found["ids"], embeddings, strict=True)
        }

    def ids(self) -> set[str]:
        return set(self._collection.get(include=[])["ids"])

    def put(
        self, ids: list[str], vectors: Vectors, places: list[tuple[str, int]], texts: list[str]
    ) -> None:
        """Add or replace vectors, with their file, paragraph and text, in batches."""
        batch = self._client.get_max_batch_size()
        for i in range(0, len(ids), batch):
            part = slice(i, i + batch)
            self._collection.upsert(
                ids=ids[part],
                embeddings=cast(Any, vectors[part]),
                metadatas=[{"file": file, "paragraph": n} for file, n in places[part]],
                documents=texts[part],
            )

    def remove(self, ids: Sequence[str]) -> None:
        batch = self._client.get_max_batch_size()
        for i in range(0, len(ids), batch):
            self._collection.delete(ids=list(ids[i : i + batch]))


def _damaged(reason: str) -> IndexStoreError:
    return IndexStoreError(f"the index is damaged: {reason}", "run footnote index --rebuild")
