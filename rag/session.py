"""Indexes that stay open: a second question in the process costs only the question."""

from __future__ import annotations

import threading
from pathlib import Path

from index.embed import Embedder, local_embedder
from index.errors import SettingsError
from index.settings import Embedding, Settings, load_settings
from index.store import Index, read_marker
from rag.retrieve import Retriever

_open: dict[Path, Retriever] = {}
_lock = threading.Lock()


def embedder_for(settings: Settings) -> Embedder:
    """The embedding model that the settings name.

    Raises:
        SettingsError: it is one that this version does not have.
    """
    if settings.chroma_url:
        raise SettingsError(
            "FOOTNOTE_CHROMA_URL is set, and this version keeps its vectors on the disk alone",
            "unset FOOTNOTE_CHROMA_URL",
        )
    if settings.embedding is not Embedding.LOCAL or settings.embedding_model:
        raise SettingsError(
            "this version embeds with its own local model alone",
            "unset FOOTNOTE_EMBEDDING and FOOTNOTE_EMBEDDING_MODEL",
        )
    return local_embedder()


def open_index(path: str | Path | None = None) -> Index:
    """The index at `path`, opened once in a process and kept open.

    `None` means the configured index, built from the configured corpus if there is none yet.

    Raises:
        FootnoteError: there is no such index, or it cannot be used.
    """
    return open_retriever(path).index


def open_retriever(path: str | Path | None = None, settings: Settings | None = None) -> Retriever:
    """Retrieval over the index at `path`, kept open with it; as `open_index`.

    `settings` spares reading them again.
    """
    settings = settings or load_settings()
    where = Path(path) if path is not None else settings.index
    key = where.resolve()
    with _lock:
        if key not in _open:
            if path is None and ((marker := read_marker(where)) is None or not marker.data):
                from index.build import build_index  # loads llama-index: seconds, once

                build_index(
                    settings.corpus,
                    where,
                    embedder_for(settings),
                    max_file_bytes=settings.max_file_bytes,
                )
            _open[key] = Retriever(Index(where, embedder_for(settings)))
        return _open[key]


def close_indexes() -> None:
    """Close every open index of this process."""
    with _lock:
        for retriever in _open.values():
            retriever.index.close()
        _open.clear()
