"""Give every text its vector: from the cache, or computed once, while Chroma writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np

from index.cache import VectorCache
from index.catalog import Catalog
from index.embed import ConcurrentEmbedder, Embedder, Vectors, embedding_key
from index.scan import Progress
from index.vectors import VectorStore

_SPARE_BYTES = 5_000_000  # of a cache, whatever is in it
_BATCH = 64  # texts between two writes
_MODEL_BATCH = 16  # larger batches are no faster on most models


def fill_vectors(
    vectors: VectorStore,
    texts: Iterable[tuple[str, str]],
    total: int,
    embedder: Embedder,
    cache_path: Path,
    progress: Progress,
) -> int:
    """Store the vectors that are missing; memory stays bounded, however many there are.

    Args:
        vectors: where they go.
        texts: (id of a vector, the text to embed), of those that are missing, each once.
        total: how many they are.
        embedder: the model.
        cache_path: the file of vectors by content hash.
        progress: told how many texts have theirs.

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
    writing: Future[None] | None = None
    with closing(VectorCache(cache_path)) as cache, ThreadPoolExecutor(max_workers=1) as writer:

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
            if writing is not None:
                writing.result()
            writing = writer.submit(_put, vectors, batch, np.stack([known[key] for key in keys]))
            done += len(batch)
            progress("embedding", done, total)
        if writing is not None:
            writing.result()
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


def forget(catalog: Catalog, embedder: Embedder, cache_path: Path) -> None:
    """Take out of the cache what no chunk needs any more, once that is more than is needed.

    Not at once: a file that is moved may be gone for a moment before it is there again.
    """
    try:
        size = cache_path.stat().st_size
    except FileNotFoundError:
        return
    with closing(VectorCache(cache_path)) as cache:
        if size > _SPARE_BYTES + 2 * catalog.count_vectors() * cache.bytes_each():
            cache.keep_only(
                embedding_key(embedder.name, text) for _, text in catalog.vector_texts()
            )


def _put(vectors: VectorStore, batch: list[tuple[str, str]], matrix: Vectors) -> None:
    vectors.put([id_ for id_, _ in batch], matrix, [text for _, text in batch])


def _batches(items: Iterable[tuple[str, str]], size: int) -> Iterator[list[tuple[str, str]]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
