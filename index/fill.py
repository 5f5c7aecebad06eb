"""Give every text its vector: from the cache, or computed once, while Chroma writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np

from index.cache import VectorCache
from index.catalog import Catalog
from index.embed import ConcurrentEmbedder, Embedder, Vectors, embedding_key
from index.scan import Progress
from index.vectors import VectorStore

_SPARE_BYTES = 5_000_000  # of a cache, whatever is in it
_BATCH = 64  # texts looked for in the cache, and embedded, at a time
_MODEL_BATCH = 16  # larger batches are no faster on most models
_WRITTEN_AT_ONCE = 1024  # vectors: Chroma takes them in half the time that batches of 64 need


def fill_vectors(
    vectors: VectorStore,
    texts: Iterable[tuple[str, str]],
    total: int,
    embedder: Embedder,
    cache_path: Path,
    progress: Progress,
    tell: Callable[[str], None] = lambda line: None,
) -> int:
    """Store the vectors that are missing; memory stays bounded, however many there are.

    Args:
        vectors: where they go.
        texts: (id of a vector, the text to embed), of those that are missing, each once.
        total: how many they are.
        embedder: the model.
        cache_path: the file of vectors by content hash.
        progress: told how many texts have theirs.
        tell: called with a line for a person where the cache was damaged.

    Returns:
        How many embeddings were computed.
    """
    if not total:
        return 0
    from index.nodes import PassageEmbedding  # llama-index: seconds, only where there is work

    at_once, batch_size = _MODEL_BATCH, _BATCH
    if isinstance(embedder, ConcurrentEmbedder):
        at_once = batch_size = embedder.window
    name = embedder.name
    computed = done = 0
    with closing(VectorCache(cache_path, tell)) as cache, _Writer(vectors) as writer:

        def keep(texts: list[str], made: Vectors) -> None:
            """At once: what comes after may fail, and this may be paid for."""
            nonlocal computed
            keys = [embedding_key(name, text) for text in texts]
            cache.put(zip(keys, made, strict=True))
            computed += len(texts)

        model = PassageEmbedding(embedder, keep, embed_batch_size=at_once)
        for batch in _batches(texts, batch_size):
            keys = [embedding_key(name, text) for _, text in batch]
            known = cache.get(keys)
            new = {k: text for k, (_, text) in zip(keys, batch, strict=True) if k not in known}
            if new:
                made = model.get_text_embedding_batch(list(new.values()))
                known |= dict(zip(new, np.asarray(made, dtype=np.float32), strict=True))
            writer.put(batch, np.stack([known[key] for key in keys]))
            done += len(batch)
            progress("embedding", done, total)
        if cache.damaged:
            tell(f"{cache.damaged} vectors in {cache_path.name} were damaged and are made anew")
    return computed


def missing_texts(catalog: Catalog, have: Set[str]) -> Iterator[tuple[str, str]]:
    """(id, text) of the vectors that the catalogue lists and a store does not have."""
    return (item for item in catalog.vector_texts() if item[0] not in have)


def sweep(vectors: VectorStore, catalog: Catalog) -> None:
    """Remove vectors that the catalogue does not list, left by this run or a killed one."""
    if vectors.count() == catalog.count_vectors():
        return
    unlisted = vectors.ids() - {id_ for id_, _ in catalog.vector_texts()}
    vectors.remove(sorted(unlisted))


def forget(
    catalog: Catalog, embedder: Embedder, cache_path: Path, tell: Callable[[str], None]
) -> None:
    """Take out of the cache what no chunk needs any more, once that is more than is needed.

    Not at once: a file that is moved may be gone for a moment before it is there again.
    """
    try:
        size = cache_path.stat().st_size
    except FileNotFoundError:
        return
    with closing(VectorCache(cache_path, tell)) as cache:
        if size > _SPARE_BYTES + 2 * catalog.count_vectors() * cache.bytes_each():
            cache.keep_only(
                embedding_key(embedder.name, text) for _, text in catalog.vector_texts()
            )


class _Writer:
    """Writes while the next vectors are made; what it still holds is written on the way out."""

    def __init__(self, vectors: VectorStore) -> None:
        self._vectors = vectors
        self._items: list[tuple[str, str]] = []
        self._rows: list[Vectors] = []
        self._writing: Future[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *rest: object) -> None:
        with self._thread:
            if failed is None:
                self._flush()
                self._wait()

    def put(self, items: list[tuple[str, str]], rows: Vectors) -> None:
        """Take (id, text) and as many rows, and write once enough have come together."""
        self._items += items
        self._rows.append(rows)
        if len(self._items) >= _WRITTEN_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._wait()
        if not self._items:
            return
        ids, texts = zip(*self._items, strict=True)
        self._writing = self._thread.submit(
            self._vectors.put, ids, np.concatenate(self._rows), texts
        )
        self._items, self._rows = [], []

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()


def _batches(items: Iterable[tuple[str, str]], size: int) -> Iterator[list[tuple[str, str]]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
