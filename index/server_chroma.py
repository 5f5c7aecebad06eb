"""The vectors in a collection of a Chroma server. Embeddings are always passed.

Nothing goes stale over HTTP, and the server orders writes: readers and the writer share a
collection. What a reader has had before it need not ask for again: an id is made of the text,
so its vector never changes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

import numpy as np

from index.embed import Vectors
from index.server import Connection
from index.vectors import HNSW

_AT_ONCE: Final = 200  # vectors in one request: about a megabyte
_KEPT: Final = 8192  # vectors that a reader has at hand: 12 MB of 384 dimensions each


class ServerChroma:
    """A collection of vectors.

    Args:
        connection: to the server; it stays open when this is closed.
        name: of the collection.
        before: called before each write; raises if the right to write was lost.
    """

    def __init__(
        self, connection: Connection, name: str, before: Callable[[], None] = lambda: None
    ) -> None:
        self._connection = connection
        self._name = name
        self._before = before
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, Vectors] = OrderedDict()

    def create(self) -> None:
        """Make the collection, empty, in place of what a killed run may have left of it."""
        remove_collection(self._connection, self._name)
        space: dict[str, Any] = (
            {"spann": {"space": "cosine"}}
            if self._connection.server.is_cloud
            else {"hnsw": dict(HNSW)}
        )
        self._before()
        self._connection.ask(
            lambda client: client.get_or_create_collection(
                self._name, embedding_function=None, configuration=space
            )
        )

    def close(self) -> None:
        with self._lock:
            self._seen.clear()

    def settle(self) -> None:
        """Nothing to do: the server looks after its files."""

    def count(self) -> int:
        return int(self._connection.on(self._name, "count"))

    def nearest(self, query: Vectors, limit: int) -> list[tuple[str, float]]:
        found = self._connection.on(
            self._name,
            "query",
            query_embeddings=query[None, :],
            n_results=limit,
            include=["distances"],
        )
        distances = (found["distances"] or [[]])[0]
        return [(id_, 1.0 - d) for id_, d in zip(found["ids"][0], distances, strict=True)]

    def vectors(self, ids: Collection[str]) -> dict[str, Vectors]:
        with self._lock:
            found = {id_: self._seen[id_] for id_ in ids if id_ in self._seen}
            for id_ in found:
                self._seen.move_to_end(id_)
        wanted = [id_ for id_ in ids if id_ not in found]
        for part in batches(wanted, self._connection.server.page):
            got = self._connection.on(self._name, "get", ids=part, include=["embeddings"])
            if got["embeddings"] is None:
                continue
            for id_, vector in zip(got["ids"], got["embeddings"], strict=True):
                found[id_] = np.asarray(vector, dtype=np.float32)
        with self._lock:
            self._seen.update((id_, found[id_]) for id_ in wanted if id_ in found)
            while len(self._seen) > _KEPT:
                self._seen.popitem(last=False)
        return found

    def ids(self) -> set[str]:
        found: set[str] = set()
        page = self._connection.server.page
        for start in range(0, self.count(), page):
            got = self._connection.on(self._name, "get", include=[], limit=page, offset=start)
            found.update(got["ids"])
        return found

    def put(self, ids: Sequence[str], vectors: Vectors, texts: Sequence[str]) -> None:
        for start in range(0, len(ids), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            self._before()
            self._connection.on(
                self._name,
                "upsert",
                ids=list(ids[part]),
                embeddings=vectors[part],
                documents=[text.encode("utf-8", "replace").decode() for text in texts[part]],
            )

    def remove(self, ids: Collection[str]) -> None:
        for part in batches(ids, self._connection.server.page):
            self._before()
            self._connection.on(self._name, "delete", ids=part)


def remove_collection(connection: Connection, name: str) -> None:
    """Remove a collection, if it is there."""
    from chromadb.errors import NotFoundError

    connection.forget(name)
    with suppress(NotFoundError):
        connection.ask(lambda client: client.delete_collection(name))


def batches(items: Iterable[str], size: int) -> list[list[str]]:
    """The items, `size` at a time."""
    found = list(items)
    return [found[i : i + size] for i in range(0, len(found), size)]
