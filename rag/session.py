"""Indexes that stay open: a second question in the process costs only the question."""

from __future__ import annotations

import threading
from pathlib import Path

from index.embedders import embedder_for
from index.server import server_of
from index.settings import Settings, load_settings
from index.store import Index, is_missing
from rag.retrieve import Retriever

__all__ = ["close_indexes", "embedder_for", "open_index", "open_retriever"]

_open: dict[Path, Retriever] = {}
_lock = threading.Lock()


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
            server = server_of(settings)
            if path is None and is_missing(where, server):
                from index.build import build_index  # loads llama-index: seconds, once

                build_index(
                    settings.corpus,
                    where,
                    embedder_for(settings),
                    max_file_bytes=settings.max_file_bytes,
                    server=server,
                )
            _open[key] = Retriever(Index(where, embedder_for(settings, where), server))
        return _open[key]


def close_indexes() -> None:
    """Close every open index of this process."""
    with _lock:
        for retriever in _open.values():
            retriever.index.close()
        _open.clear()
