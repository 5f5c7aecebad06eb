"""The vectors in the embedded Chroma. Embeddings are always passed; Chroma never makes one.

Chroma keeps what is written in the log of its SQLite file, and saves its graph, in place and in
files of its own, once enough has come together. A graph that is being saved can be neither read
nor copied, and one whose saving was cut off is damaged. So the graph is saved only where nobody
reads: in a folder that no marker names yet. There the log then holds as much as fits before the
graph would be saved (`LOG_ROOM`); for more, `index.store` makes a new folder.
"""

from __future__ import annotations

import shutil
import sqlite3
import struct
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np

from index.embed import Vectors
from index.errors import damaged
from index.faults import explained, is_full, is_read_only, unreadable
from index.ours import DATABASE
from index.vectors import HNSW

# Chroma counts its clients of a folder without a lock of its own.
_opening = threading.Lock()

COLLECTION = "chunks"
# Writes before Chroma saves its graph: a save costs more the larger the graph is.
_FILLING = {"sync_threshold": 10_000, "batch_size": 100}
# An index of an earlier version may have been made with a narrower search.
_WAITING = {"sync_threshold": 1000, "batch_size": 100, "ef_search": HNSW["ef_search"]}
_AT_ONCE = {"sync_threshold": 2, "batch_size": 2}  # the fewest that it accepts

LOG_ROOM = 500
"""Writes that may wait in the log of a settled store: half of what Chroma saves its graph after.

Each costs those who open it 0.6 ms."""

# The head of the graph's files: version, offset, places allotted, places taken, bytes of each.
_HEADER = struct.Struct("<iQQQQ")
_HEADER_VERSION = 1
_LENGTH_BYTES = 4
PART = "its vectors"
_PATIENCE = 20  # times that a removed folder is asked again
_BETWEEN = 0.05  # seconds
_READ_AT_ONCE = 1000  # vectors asked for in one statement


class LocalChroma:
    """One client of the embedded Chroma in a folder.

    A client goes stale when another process writes, and two writers lose vectors: readers
    open a new one for each generation of the index, and writers hold the index's lock.

    Args:
        folder: where Chroma keeps its files.
        create: make it there.
        copy_if_unwritable: for readers: Chroma writes when it opens; where it cannot, because
            the folder is read-only or its disk full, open a temporary copy.

    Raises:
        IndexStoreError: it is not there, damaged, or cannot be written; as every method.
    """

    def __init__(
        self, folder: Path, *, create: bool = False, copy_if_unwritable: bool = False
    ) -> None:
        self._copy: TemporaryDirectory[str] | None = None
        self._place = folder
        self._has_written = False
        if not create and (wrong := unreadable(folder / DATABASE)) is not None:
            raise wrong
        if not create and not (folder / DATABASE).exists():
            raise damaged("its vectors are missing")
        with explained(PART):
            try:
                self._open(folder, create)
            except Exception as error:
                if not copy_if_unwritable or not (is_full(error) or is_read_only(error)):
                    raise
                self._copy = TemporaryDirectory(prefix="footnote-")
                _copy_to_write(folder, Path(self._copy.name))
                self._open(Path(self._copy.name), create)

    def _open(self, folder: Path, create: bool) -> None:
        import chromadb  # 1.3 s, which `footnote --help` need not wait for
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings

        with _opening:
            try:
                client: Any = chromadb.PersistentClient(
                    path=str(folder), settings=Settings(anonymized_telemetry=False)
                )
            except BaseException:
                # Chroma would go on to use what it could not start, also when it could again.
                if str(folder) not in SharedSystemClient._identifier_to_refcount:
                    SharedSystemClient._identifier_to_system.pop(str(folder), None)
                raise
            try:
                self._collection = (
                    client.get_or_create_collection(
                        COLLECTION,
                        embedding_function=None,
                        configuration=cast(Any, {"hnsw": HNSW | _FILLING}),
                    )
                    if create
                    else client.get_collection(COLLECTION, embedding_function=None)
                )
            except BaseException:
                client.close()
                raise
        self._client = client
        self._folder = folder

    def close(self) -> None:
        with _opening, explained(PART):
            self._client.close()
        if self._has_written:
            wipe_unwritten(self._place)
        if self._copy is not None:
            self._copy.cleanup()

    def settle(self) -> None:
        """Have Chroma save its graph as it is now.

        Else what waits is put into the graph anew by each client that opens it: 0.6 s for a
        thousand vectors. A graph that was never saved is saved empty by each of them, with what
        its process had in the memory before.
        """
        with explained(PART, self._folder):
            some = self._collection.get(limit=1, include=["embeddings", "documents"])
            if not some["ids"]:
                return
            self._collection.modify(configuration=cast(Any, {"hnsw": _AT_ONCE}))
            with _opening:
                self._client.close()
            self._open(self._folder, create=False)  # the new value holds from here on
            for _ in range(_AT_ONCE["sync_threshold"]):
                self._collection.upsert(
                    ids=some["ids"],
                    embeddings=some["embeddings"],
                    documents=some["documents"],
                )
            self._collection.modify(configuration=cast(Any, {"hnsw": _WAITING}))
        self._has_written = True

    def count(self) -> int:
        with explained(PART):
            return int(self._collection.count())

    def nearest(self, query: Vectors, limit: int) -> list[tuple[str, float]]:
        with explained(PART):
            found = self._asked(
                lambda: self._collection.query(
                    query_embeddings=cast(Any, query[None, :]),
                    n_results=limit,
                    include=["distances"],
                )
            )
            distances = (found["distances"] or [[]])[0]
            return [(id_, 1.0 - d) for id_, d in zip(found["ids"][0], distances, strict=True)]

    def _asked(self, ask: Callable[[], Any]) -> Any:
        """What Chroma answers, also from a folder that a rebuild has removed meanwhile.

        Its connection to the database has the file open. While that is not yet given back after
        the last question, Chroma would open another one, and finds no file.
        """
        for _ in range(_PATIENCE):
            try:
                return ask()
            except Exception:
                if (self._folder / DATABASE).exists():
                    raise
                time.sleep(_BETWEEN)
        return ask()

    def vectors(self, ids: Collection[str]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        for part in _batches(ids, _READ_AT_ONCE):
            with explained(PART):
                got = self._asked(partial(self._collection.get, ids=part, include=["embeddings"]))
                if got["embeddings"] is None:
                    continue
                for id_, vector in zip(got["ids"], got["embeddings"], strict=True):
                    found[id_] = np.asarray(vector, dtype=np.float32)
        return found

    def ids(self) -> set[str]:
        with explained(PART):
            return set(self._collection.get(include=[])["ids"])

    def put(self, ids: Sequence[str], vectors: Vectors, texts: Sequence[str]) -> None:
        self._has_written = True
        with explained(PART, self._folder):
            batch = self._client.get_max_batch_size()
            for i in range(0, len(ids), batch):
                part = slice(i, i + batch)
                self._collection.upsert(
                    ids=list(ids[part]),
                    embeddings=cast(Any, vectors[part]),
                    documents=list(texts[part]),
                )

    def remove(self, ids: Collection[str]) -> None:
        self._has_written = True
        with explained(PART, self._folder):
            for part in _batches(ids, self._client.get_max_batch_size()):
                self._collection.delete(ids=part)


def _copy_to_write(source: Path, target: Path) -> None:
    """Copy what is in a folder, but not who may write it: the copy is to be written."""
    for item in source.iterdir():
        if item.is_dir():
            (target / item.name).mkdir()
            _copy_to_write(item, target / item.name)
        else:
            shutil.copyfile(item, target / item.name)


def copy_chroma(source: Path, target: Path) -> None:
    """Copy a settled store, also while clients in other processes have it open.

    Raises:
        IndexStoreError: it cannot be read, or the copy not be written.
    """
    with explained(PART, target.parent):
        for item in source.iterdir():
            if item.is_dir():
                shutil.copytree(item, target / item.name)
        # Clients write a little into the database when they open it.
        with (
            closing(sqlite3.connect(source / DATABASE)) as old,
            closing(sqlite3.connect(target / DATABASE)) as new,
        ):
            old.backup(new)


def _batches(ids: Iterable[str], size: int) -> list[list[str]]:
    all_ids = list(ids)
    return [all_ids[i : i + size] for i in range(0, len(all_ids), size)]


def graph_files(folder: Path) -> list[Path]:
    """The files that Chroma keeps a saved graph in, by name."""
    return sorted(path for path in folder.glob("*/*") if path.is_file())


def wipe_unwritten(folder: Path) -> None:
    """Fill with zeros what Chroma saved of memory that it never wrote, when its client is closed.

    It allots places for vectors ahead of time and saves them all: those that hold none keep what
    the process had in that memory before, be it the header of a request with its key. Nothing
    reads them, so a run that is killed meanwhile does no harm.
    """
    for header in folder.glob("*/header.bin"):
        with suppress(OSError, struct.error):  # whoever opens the vectors says what is wrong
            version, _, _, taken, size = _HEADER.unpack_from(header.read_bytes())
            if version != _HEADER_VERSION:
                continue
            for name, each in (("length.bin", _LENGTH_BYTES), ("data_level0.bin", size)):
                _wipe_from(header.with_name(name), taken * each)


def _wipe_from(file: Path, start: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(start)
        rest = opened.read()
        if rest.strip(b"\0"):
            opened.seek(start)
            opened.write(bytes(len(rest)))
