"""Give every chunk its vector: from the cache, or computed once, while Chroma writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np

from index.cache import VectorCache
from index.embed import ConcurrentEmbedder, Embedder, Vectors, embedding_key
from index.scan import Progress
from index.vectors import VectorStore

_BATCH = 64  # chunks between two writes: what a killed run loses at most
_MODEL_BATCH = 16  # larger batches are no faster on this model


def fill_vectors(
    vectors: VectorStore,
    texts: Mapping[str, str],
    embedder: Embedder,
    cache_path: Path,
    progress: Progress,
) -> int:
    """Store the vectors that are missing.

    Args:
        vectors: where they go.
        texts: chunk id → the text to embed.
        embedder: the model.
        cache_path: the file of vectors by content hash.
        progress: told how many chunks have theirs.

    Returns:
        How many embeddings were computed.
    """
    have = vectors.ids()
    missing = {id_: text for id_, text in texts.items() if id_ not in have}
    if not missing:
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
        for batch in _batches(missing.items(), batch_size):
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
            progress("embedding", done, len(missing))
        if writing is not None:
            writing.result()
    return computed


def sweep(
    vectors: VectorStore, texts: Mapping[str, str], embedder: Embedder, cache_path: Path
) -> None:
    """Remove vectors that the catalogue does not list, left by this run or a killed one."""
    if vectors.count() == len(texts):
        return
    vectors.remove(sorted(vectors.ids() - texts.keys()))
    with closing(VectorCache(cache_path)) as cache:
        cache.keep_only(embedding_key(embedder.name, text) for text in texts.values())


def _put(vectors: VectorStore, batch: list[tuple[str, str]], matrix: Vectors) -> None:
    ids = [id_ for id_, _ in batch]
    vectors.put(ids, matrix, [_place(id_) for id_ in ids], [text for _, text in batch])


def _place(id_: str) -> tuple[str, int]:
    """File and paragraph, as a chunk's id tells them."""
    file, _, rest = id_.rpartition("#")
    return file, int(rest.split(":", 1)[0])


def _batches(items: Iterable[tuple[str, str]], size: int) -> Iterator[list[tuple[str, str]]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
