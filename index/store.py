"""An index on disk: a marker, the data it points at, a lock, and the cache of vectors.

    PATH/footnote.json      what this folder is, and which data folder is in force
    PATH/data-N/            one whole index: catalog.sqlite3, chroma/ and chroma/seal.json
    PATH/embeddings.sqlite3 vectors by content hash, so that no text is embedded twice
    PATH/lock               held by the one writer

A rebuild or a large update fills a new data folder and then replaces the marker, in one atomic
step; a small update is a transaction in the folder in force. While a first index is being built,
its catalogue answers by words, with the vectors that have arrived in the cache.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import BaseFileLock, FileLock, Timeout

from index.arriving import ArrivingVectors
from index.catalog import ArticleCache, Catalog, ChunkRow
from index.embed import Embedder, Vectors
from index.errors import DamagedIndexError, IndexStoreError, ModelMismatchError, damaged
from index.faults import explain, is_full, unreadable
from index.listed import check_listed
from index.local_chroma import LocalChroma, copy_chroma, graph_files
from index.ours import CACHE, CATALOG, CHROMA, LOCK, MARKER, NEW_MARKER, is_all_ours
from index.seal import check_seal, write_seal
from index.vectors import VectorReader, VectorStore

if TYPE_CHECKING:
    from index.mirror import Mirror
    from index.server import Server

SCHEMA_VERSION: Final = 4
_DATA_NAME: Final = re.compile(r"(?:data-\d{1,9})?")

_REBUILD: Final = "run footnote index DIR --rebuild; what was embedded is not embedded again"

_LOCKINGS: Final = 100  # how often a folder that others remove is made again
_BETWEEN_LOCKINGS: Final = 0.01  # seconds
_LOOKS: Final = 5  # how often a reader follows rebuilds that overtake it
_MOST_NEAREST: Final = 4096  # vectors looked at in search of those that are listed
_FEW: Final = 2000  # chunks that are compared one by one where only some files are asked

# Keys of the catalogue's meta table.
GENERATION: Final = "generation"
COMPLETE: Final = "complete"
WORDS: Final = "words"  # "1": every article of the folder is in the catalogue
LOGGED: Final = "logged"  # writes to the vectors since they were settled, at most
SWEPT: Final = "swept"  # "0": there may be vectors that the catalogue does not list
STATE: Final = "state"  # which content of a server's index this is


@dataclass(frozen=True, slots=True)
class Marker:
    """What `footnote.json` says; `data` is empty until the first data folder is made."""

    footnote_index: int
    data: str
    model: str
    corpus: str
    corpus_relative: str
    server: str = ""
    """The Chroma server that the index is on, or nothing: the catalogue here is derived from it."""


def marker_path(path: Path) -> Path:
    return path / MARKER


def read_marker(path: Path, *, any_schema: bool = False) -> Marker | None:
    """What is at PATH: an index's marker, or None if PATH is free to become one.

    Args:
        path: an index's folder, or one that may become it.
        any_schema: accept an index of another schema, to be built anew.

    Raises:
        IndexStoreError: PATH belongs to something else, or its marker is damaged.
    """
    if (wrong := unreadable(path)) is not None:
        raise wrong
    if path.exists() and not path.is_dir():
        raise IndexStoreError(
            f"{path} is a file, not an index", "choose another --index, or move the file away"
        )
    try:
        marker = Marker(**json.loads(marker_path(path).read_text("utf-8")))
    except FileNotFoundError:
        if path.exists() and not all(map(_is_remains, path.iterdir())):
            if is_all_ours(path):
                raise IndexStoreError(
                    f"the index at {path} has lost its {MARKER}", _REBUILD
                ) from None
            raise IndexStoreError(
                f"{path} is not empty and is not an index of Footnote",
                "choose another --index, or an empty folder",
            ) from None
        return None
    except NotADirectoryError as error:
        raise IndexStoreError(
            f"{path} cannot be an index: a part of its path is a file", "choose another --index"
        ) from error
    except TypeError as error:
        raise _not_a_marker(path, "it is of something else") from error
    except (ValueError, OSError) as error:
        raise unreadable(marker_path(path)) or _not_a_marker(path, str(error)) from error
    texts = (marker.data, marker.model, marker.corpus, marker.corpus_relative, marker.server)
    is_number = type(marker.footnote_index) is int  # not of a text, nor of true
    if (
        not is_number
        or not all(isinstance(text, str) for text in texts)
        or not _DATA_NAME.fullmatch(marker.data)
    ):
        raise _not_a_marker(path, "its values make no sense")
    if marker.footnote_index != SCHEMA_VERSION and not any_schema:
        older = marker.footnote_index < SCHEMA_VERSION
        raise IndexStoreError(
            f"the index at {path} has schema {marker.footnote_index}, not {SCHEMA_VERSION}: "
            f"{'an older' if older else 'a newer'} Footnote made it",
            _REBUILD,
        )
    return marker


def marker_or_ruin(path: Path, *, rebuild: bool) -> Marker | None:
    """As `read_marker` of any schema; to be rebuilt, an index that lost its marker has none.

    Only a folder that holds nothing but an index is taken for one.
    """
    try:
        return read_marker(path, any_schema=True)
    except IndexStoreError:
        if rebuild and unreadable(marker_path(path)) is None and is_all_ours(path):
            return None
        raise


def _is_remains(item: Path) -> bool:
    """Whether a run that was killed before it wrote its first marker may have left this."""
    if item.name == LOCK:
        return item.is_file() and item.stat().st_size == 0
    return item.name == NEW_MARKER


def _not_a_marker(path: Path, reason: str) -> IndexStoreError:
    if is_all_ours(path):
        return IndexStoreError(f"{marker_path(path)} is damaged: {reason}", _REBUILD)
    return IndexStoreError(
        f"{marker_path(path)} is damaged, or not Footnote's: {reason}",
        "choose another --index, or move that folder away and run footnote index",
    )


def write_marker(path: Path, marker: Marker) -> None:
    """Replace the marker in one step, on disk before it returns."""
    temporary = path / NEW_MARKER
    values = asdict(marker)
    if not marker.server:
        del values["server"]
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(values, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(marker_path(path))


def check_place(path: Path, marker: Marker, *, is_on_server: bool) -> None:
    """See to it that an index is where it is looked for: on the disk, or on a server.

    Raises:
        IndexStoreError: it is not.
    """
    if marker.server and not is_on_server:
        raise IndexStoreError(
            f"the index at {path} is on the Chroma server at {marker.server}",
            "set FOOTNOTE_CHROMA_URL, choose another --index, or run footnote index --rebuild "
            "to have it on the disk",
        )
    if marker.data and not marker.server and is_on_server:
        raise IndexStoreError(
            f"the index at {path} is on the disk, and FOOTNOTE_CHROMA_URL names a server",
            "choose another --index, unset FOOTNOTE_CHROMA_URL, or run footnote index --rebuild "
            "to have it on the server",
        )


def corpus_of(path: Path, marker: Marker) -> Path:
    """The folder that an index stands for, also after both were moved together."""
    recorded = Path(marker.corpus)
    beside = Path(os.path.normpath(path.resolve() / marker.corpus_relative))
    return beside if not recorded.is_dir() and beside.is_dir() else recorded


def is_missing(path: Path, server: Server | None = None) -> bool:
    """Whether there is no index at PATH, nor on the server."""
    if server is not None:
        from index.mirror import head_of

        if head_of(server) is not None:
            return False
    marker = read_marker(path)
    return marker is None or not marker.data


def stands_for(path: Path, corpus: Path, server: Server | None = None) -> bool:
    """Whether PATH, or the server, has an index of this folder, or is free to become one."""
    if server is not None:
        from index.mirror import head_of

        if (head := head_of(server)) is not None:
            return corpus.is_dir() and str(corpus.resolve()) == head.corpus
    marker = read_marker(path)
    if marker is None:
        return True
    return corpus_of(path, marker).resolve() == corpus.resolve()


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the right to write; a second writer is told so at once.

    Raises:
        IndexStoreError: another process is writing, or PATH cannot be written.
    """
    lock = _acquire(path)
    try:
        yield
    finally:
        if marker_path(path).exists():
            lock.release()
        else:
            # Leave nothing behind of a run that was refused before it wrote. The file goes while
            # it is held: who opened it meanwhile finds that it has no name any more, and gets no
            # lock by it (`filelock` looks); removed after the release, it might be another's.
            (path / LOCK).unlink(missing_ok=True)
            lock.release()
            with suppress(OSError):
                path.rmdir()


def _acquire(path: Path) -> BaseFileLock:
    lock = FileLock(path / LOCK, timeout=0)
    for attempt in range(_LOCKINGS):
        try:
            path.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise IndexStoreError(
                f"another process is writing to the index {path}",
                "wait until it is done, then try again",
                retryable=True,
            ) from None
        except OSError as error:
            # Another writer, refused, may have removed the folder that was empty again.
            if isinstance(error, FileNotFoundError | FileExistsError) and attempt < _LOCKINGS - 1:
                time.sleep(_BETWEEN_LOCKINGS)
                continue
            if is_full(error):
                raise explain(str(path), error) from error
            raise IndexStoreError(
                f"cannot write to {path}: {error.strerror}",
                "make it writable, or choose another --index",
            ) from error
        else:
            break
    return lock


def create_data(path: Path, in_force: str) -> str:
    """Make the data folder that comes after the one in force ("" for none); return its name."""
    number = 1 + int(in_force.rpartition("-")[2]) if in_force else 1
    return create_named_data(path, f"data-{number}")


def create_named_data(path: Path, name: str) -> str:
    """Make a data folder of this name, without articles; returns the name."""
    _make_folder(path, name)
    with closing(Catalog(path / name / CATALOG, create=True)) as catalog:
        catalog.begin()
        for key in (GENERATION, COMPLETE, WORDS, LOGGED, SWEPT):
            catalog.put(key, "0")
        catalog.commit()
    return name


def copy_data(path: Path, in_force: str) -> str:
    """As `create_data`, with what the folder in force holds, to be changed further."""
    name = f"data-{1 + int(in_force.rpartition('-')[2])}"
    _make_folder(path, name)
    with closing(open_catalog(path, in_force)) as catalog:
        catalog.copy_to(path / name / CATALOG)
    copy_chroma(path / in_force / CHROMA, path / name / CHROMA)
    return name


def _make_folder(path: Path, name: str) -> None:
    shutil.rmtree(path / name, ignore_errors=True)
    (path / name / CHROMA).mkdir(parents=True)


def remove_other_data(path: Path, keep: str) -> None:
    """Remove data folders that are not in force."""
    for folder in path.glob("data-*"):
        if folder.name != keep and folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)


def open_catalog(path: Path, data: str) -> Catalog:
    """The catalogue of a data folder."""
    return Catalog(path / data / CATALOG)


def create_vectors(path: Path, data: str) -> VectorStore:
    """An empty store of vectors, in place of what a killed run may have left half written."""
    folder = path / data / CHROMA
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return LocalChroma(folder, create=True)


def open_vectors(path: Path, data: str) -> VectorStore:
    """The vectors of a data folder, for the writer; `check_vectors` first."""
    return LocalChroma(path / data / CHROMA)


def seal_vectors(path: Path, data: str) -> None:
    """Write down what the vectors' files are, once they are settled and closed."""
    folder = path / data / CHROMA
    write_seal(folder, graph_files(folder))


def check_vectors(path: Path, data: str) -> None:
    """Look whether the vectors' files are what they were.

    Raises:
        IndexStoreError: they are not.
    """
    check_seal(path / data / CHROMA)


def next_generation(catalog: Catalog) -> None:
    """Tell readers, once the transaction is committed, that there is something new to see."""
    catalog.put(GENERATION, str(catalog.number(GENERATION) + 1))


def damage_of(path: Path, data: str, catalog: Catalog) -> DamagedIndexError | None:
    """What a look at sizes and numbers finds wrong with the vectors of a complete index.

    Raises:
        IndexStoreError: they cannot be read.
    """
    before = catalog.number(GENERATION)
    try:
        check_seal(path / data / CHROMA, sizes_alone=True)
        has_strays(path, data, catalog)
    except DamagedIndexError as error:
        # A writer may have changed both, one after the other, between the two looks.
        is_still = catalog.get(SWEPT) == "1" and catalog.number(GENERATION) == before
        marker = read_marker(path)
        return error if is_still and marker is not None and marker.data == data else None
    except IndexStoreError as error:
        if not error.retryable:
            raise
    return None


def has_strays(path: Path, data: str, catalog: Catalog) -> bool:
    """Whether there are vectors that the catalogue does not list, once all is settled.

    Raises:
        IndexStoreError: vectors that it lists are missing.
    """
    return not check_listed(path / data / CHROMA, catalog)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a reader saw when it began: which data, which generation of it, and how whole."""

    data: str
    generation: int
    complete: bool
    has_all_words: bool = True
    """Whether every article is in the catalogue, so that words find it."""


@dataclass(slots=True)
class _Opened:
    """One data folder, open."""

    catalog: Catalog
    vectors: VectorReader
    snapshot: Snapshot


class Index:
    """An index open for questions. Follows other processes' updates; safe to use from threads.

    Every access happens inside `reading()`, which holds one consistent view.

    Args:
        path: its folder; of an index on a server, where what is derived from it is kept.
        embedder: the model that it was built with.
        server: the Chroma server that it is on, or None.
    """

    def __init__(self, path: Path, embedder: Embedder, server: Server | None = None) -> None:
        self.path = path
        self.embedder = embedder
        self._mirror: Mirror | None = None
        if server is not None:
            from index.mirror import Mirror  # not loaded where no server is configured

            self._mirror = Mirror(path, server, embedder)
        self._lock = threading.RLock()
        self._depth = 0
        self._opened: _Opened | None = None
        self._articles: ArticleCache | None = None
        try:
            with self.reading():
                pass  # the first look finds damage early
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._detach()
            if self._mirror is not None:
                self._mirror.close()

    @property
    def snapshot(self) -> Snapshot:
        """What the newest `reading()` saw."""
        return self._current.snapshot

    def overtaken(self) -> bool:
        """Whether a newer state is in force than the newest `reading()` saw, or none any more.

        What failed is then worth asking again: a rebuild removes the data that it replaces.
        """
        with self._lock:
            if self._opened is None:
                return False
            seen = self._opened.snapshot
        try:
            if self._mirror is not None and self._mirror.is_behind():
                return True
            marker = read_marker(self.path)
            if marker is None or marker.data != seen.data:
                return True
            with closing(open_catalog(self.path, seen.data)) as catalog:
                return catalog.number(GENERATION) != seen.generation
        except IndexStoreError:
            return True  # asking again tells why

    @property
    def catalog(self) -> Catalog:
        """The catalogue; only inside `reading()`."""
        return self._current.catalog

    @property
    def articles(self) -> ArticleCache:
        """Articles, each looked up once while a `reading()` lasts; only inside it."""
        if self._articles is None:
            self._articles = ArticleCache(self.catalog)
        return self._articles

    @contextmanager
    def reading(self) -> Iterator[Index]:
        """One consistent view of the newest committed state; others wait their turn."""
        with self._lock:
            if self._depth == 0:
                self._look()
            self._depth += 1
            try:
                yield self
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._articles = None  # the next state may have other ones
                    if self._opened is not None:
                        self._opened.catalog.rollback()

    def nearest(
        self, query: Vectors, limit: int, files: Sequence[str] | None = None
    ) -> list[tuple[ChunkRow, float]]:
        """The chunks nearest to a question, with their cosine, best first.

        Args:
            query: shape (dimensions,), L2-normalised.
            limit: how many, at most.
            files: only chunks of these, or None for all.
        """
        with self.reading():
            if files is None:
                return self._nearest(query, limit, None)
            few = self.catalog.chunks_of_files(files, _FEW + 1)
            if len(few) > _FEW:
                found = self._nearest(query, limit, set(files))
                if len(found) == limit:
                    return found
                few = self.catalog.chunks_of_files(files)
            cosines = self.cosines(query, few)
            ranked = sorted((row for row in few if row.key in cosines), key=lambda r: r.key)
            ranked.sort(key=lambda row: -cosines[row.key])
            return [(row, cosines[row.key]) for row in ranked[:limit]]

    def _nearest(
        self, query: Vectors, limit: int, files: set[str] | None
    ) -> list[tuple[ChunkRow, float]]:
        asked = limit
        while True:
            found = self._current.vectors.nearest(query, asked)
            rows = self.catalog.chunks_by_vector([id_ for id_, _ in found])
            listed = [
                (row, cosine)
                for id_, cosine in found
                for row in rows.get(id_, ())
                if files is None or row.file in files
            ]
            # Vectors that the catalogue does not list belong to an update under way: they
            # are passed over, and must not crowd out those that it does.
            if len(listed) >= limit or len(found) < asked or asked >= _MOST_NEAREST:
                return listed[:limit]
            asked = min(4 * asked, _MOST_NEAREST)

    def cosines(self, query: Vectors, rows: Sequence[ChunkRow]) -> dict[int, float]:
        """Chunk key → cosine with the question, of those that have a vector."""
        with self.reading():
            return {key: float(vector @ query) for key, vector in self.vectors_of(rows).items()}

    def vectors_of(self, rows: Sequence[ChunkRow]) -> dict[int, Vectors]:
        """Chunk key → its vector, of shape (dimensions,), of those that have one.

        Raises:
            IndexStoreError: one is missing from a complete index, which is damaged, or was
                overtaken by an update meanwhile (`overtaken` tells).
        """
        with self.reading():
            wanted = {row.vector for row in rows}
            vectors = self._current.vectors.vectors(wanted)
            if self.snapshot.complete and len(vectors) < len(wanted):
                raise damaged(f"{len(wanted) - len(vectors)} vectors are missing")
            return {row.key: vectors[row.vector] for row in rows if row.vector in vectors}

    @property
    def _current(self) -> _Opened:
        assert self._opened is not None, "only inside reading()"
        return self._opened

    def _require_marker(self) -> Marker:
        if self._mirror is not None:
            self._mirror.refresh()
        marker = read_marker(self.path)
        if marker is None or not marker.data:
            raise IndexStoreError(
                f"there is no index at {self.path}", "run footnote index DIR, or name one: --index"
            )
        check_place(self.path, marker, is_on_server=self._mirror is not None)
        if marker.model != self.embedder.name:
            raise ModelMismatchError(
                f"the index was built with {marker.model}, not with {self.embedder.name}",
                "run footnote index --rebuild, or set FOOTNOTE_EMBEDDING and "
                "FOOTNOTE_EMBEDDING_MODEL as they were",
            )
        return marker

    def _look(self) -> None:
        """Begin to read the newest state: of the data in force, by a client that is not stale."""
        for attempt in range(_LOOKS):
            marker = self._require_marker()
            try:
                self._attach(marker.data)
                return
            except IndexStoreError:
                self._detach()
                # A rebuild may have put other data in force meanwhile, and removed these.
                if attempt == _LOOKS - 1 or self._require_marker().data == marker.data:
                    raise

    def _attach(self, data: str) -> None:
        opened = self._opened
        if opened is not None and (opened.snapshot.data != data or opened.catalog.is_frozen):
            self._detach()
            opened = None
        catalog = opened.catalog if opened is not None else open_catalog(self.path, data)
        try:
            catalog.begin_reading()
            now = Snapshot(
                data,
                catalog.number(GENERATION),
                catalog.get(COMPLETE) == "1",
                catalog.get(WORDS) == "1",
            )
            if opened is None:
                opened = _Opened(catalog, self._open_vectors(now, catalog), now)
        except IndexStoreError:
            if opened is None:
                catalog.close()
            raise
        self._opened = opened
        before, opened.snapshot = opened.snapshot, now
        if now.complete and (not before.complete or now.generation != before.generation):
            # Another process has written: a client of Chroma that is open goes stale.
            opened.vectors.close()
            opened.vectors = self._open_vectors(now, catalog, is_known=before.complete)

    def _open_vectors(
        self, snapshot: Snapshot, catalog: Catalog, *, is_known: bool = False
    ) -> VectorReader:
        """The vectors of a state; `is_known`: their files were looked at before."""
        if not snapshot.complete:
            return ArrivingVectors(self.path / CACHE, catalog, self.embedder.name)
        if self._mirror is not None:
            return self._mirror.vectors(snapshot.data)
        if not is_known:
            check_vectors(self.path, snapshot.data)
        return LocalChroma(self.path / snapshot.data / CHROMA, copy_if_unwritable=True)

    def _detach(self) -> None:
        if self._opened is not None:
            self._opened.catalog.close()
            self._opened.vectors.close()
            self._opened = None
