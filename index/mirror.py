"""The local copy of an index on a Chroma server: the catalogue, derived from what is there.

Before each question one request tells whether the copy is of what is in force. If it is not,
the articles that differ are fetched, split again as the indexer does, and committed in one
transaction. The folder of articles is not needed, nor what another machine keeps.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from index import store
from index.catalog import Catalog
from index.chunk import chunk_article
from index.embed import Embedder, Vectors
from index.errors import IndexStoreError, ModelMismatchError
from index.faults import explain
from index.head import (
    Head,
    ServerArticles,
    read_head,
    vectors_name,
)
from index.relations import relate
from index.server import Connection, Server
from index.server_chroma import ServerChroma
from index.vectors import VectorReader

_LOOKS: Final = 5  # how often updates on the server that overtake this are followed
_WAIT_SECONDS: Final = 120.0  # for another process that brings the same copy up to date
_BETWEEN: Final = 0.05  # seconds
_FETCHED: Final = 5000  # vectors that are asked for before articles are compared


class Mirror:
    """What a process knows of a server's index, and its copy in a folder.

    Args:
        path: the folder.
        server: which.
        embedder: the model that it is asked with.
        connection: to the server, or None for one of its own.
    """

    def __init__(
        self,
        path: Path,
        server: Server,
        embedder: Embedder,
        connection: Connection | None = None,
    ) -> None:
        self._path = path
        self._server = server
        self._embedder = embedder
        self._connection = connection or Connection(server)
        self._state = ""  # of the copy, as far as this process knows

    def close(self) -> None:
        self._connection.close()

    def vectors(self, data: str) -> ServerChroma:
        """The vectors of data on the server."""
        return ServerChroma(self._connection, vectors_name(self._connection, data))

    def is_behind(self) -> bool:
        """Whether the server has another state than the copy; no, if it does not tell."""
        if self._connection.has_just_failed:
            return False
        try:
            head = read_head(self._connection)
        except IndexStoreError:
            return False
        return head is not None and head.state != self._state

    def refresh(self) -> None:
        """Make the copy what is in force on the server.

        Raises:
            IndexStoreError: the server cannot be asked, or has no index that can be used.
        """
        if self._is_current():
            return
        with self._alone() as is_mine:
            if is_mine:
                self._follow()

    def _is_current(self) -> bool:
        head = read_head(self._connection)
        if head is None:
            if self._is_being_built():
                return True
            raise IndexStoreError(
                f"there is no index {self._server.collection} on the Chroma server at "
                f"{self._server}, or its building is not finished",
                "run footnote index DIR, or name another: FOOTNOTE_CHROMA_COLLECTION",
                retryable=True,
            )
        check_head(head, self._embedder)
        if head.state != self._state and self._local_state(head) == head.state:
            self._state = head.state
        return head.state == self._state

    def _is_being_built(self) -> bool:
        """Whether a first index is being made in this folder: its words answer meanwhile."""
        marker = store.read_marker(self._path)
        if marker is None or not marker.data or not marker.server:
            return False
        with closing(store.open_catalog(self._path, marker.data)) as catalog:
            return catalog.get(store.COMPLETE) != "1"

    def _local_state(self, head: Head) -> str:
        marker = store.read_marker(self._path)
        if marker is not None:
            store.check_place(self._path, marker, is_on_server=True)
        if marker is None or marker.data != head.data:
            return ""
        with closing(store.open_catalog(self._path, head.data)) as catalog:
            return catalog.get(store.STATE)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Hold the folder's lock; false if another process did the work meanwhile."""
        until = time.monotonic() + _WAIT_SECONDS
        while True:
            lock = store.writer_lock(self._path)
            try:
                lock.__enter__()
                break
            except IndexStoreError as error:
                if not error.retryable or time.monotonic() > until:
                    raise
            time.sleep(_BETWEEN)
            if self._is_current():
                yield False
                return
        try:
            yield True
        finally:
            lock.__exit__(None, None, None)

    def _follow(self) -> None:
        for _ in range(_LOOKS):
            if self._is_current():
                return
            head = read_head(self._connection)
            try:
                if head is not None and self.derive(head):
                    return
            except IndexStoreError:
                # An update meanwhile removes what it replaces.
                now = read_head(self._connection)
                if now is None or head is None or now.state == head.state:
                    raise
        raise IndexStoreError(
            f"the index on the Chroma server at {self._server} changes faster than it can be "
            "read, or is damaged",
            "ask again in a moment; if it stays, run footnote index --rebuild",
            retryable=True,
        )

    def derive(self, head: Head) -> bool:
        """Make the copy what the head says; whoever calls holds the folder's lock.

        Returns:
            Whether the head was still in force at the end; if not, the copy is as it was.
        """
        marker = store.read_marker(self._path, any_schema=True)
        if (
            marker is None
            or marker.data != head.data
            or marker.footnote_index != store.SCHEMA_VERSION
        ):
            if marker is None:
                # Marked before anything is written: what a killed run leaves is known as ours.
                self._put_marker(head, "")
            store.create_named_data(self._path, head.data)
        with closing(store.open_catalog(self._path, head.data)) as catalog:
            catalog.begin()
            try:
                if not self._fill(catalog, head):
                    catalog.rollback()
                    return False
                catalog.commit()
            except BaseException:
                catalog.rollback()
                raise
        self._put_marker(head, head.data)
        store.remove_other_data(self._path, head.data)
        self._state = head.state
        return True

    def _fill(self, catalog: Catalog, head: Head) -> bool:
        articles = ServerArticles(self._connection, head.data)
        listing = articles.listing(head.generation)
        if len(listing) != head.articles:
            return False
        have = catalog.digests()
        for file in have.keys() - listing.keys():
            catalog.remove_article(file)
        changed = [one for file, one in sorted(listing.items()) if have.get(file) != one.digest]
        for article in articles.fetch(changed):
            catalog.put_article(article, chunk_article(article))
        if changed:
            with closing(self.vectors(head.data)) as vectors:
                relate(catalog, Ahead(vectors, catalog), lambda what, done, total: None)
        put_state(catalog, head)
        now = read_head(self._connection)
        return now is not None and now.state == head.state

    def _put_marker(self, head: Head, data: str) -> None:
        try:
            store.write_marker(self._path, marker_of(self._path, head, data, self._server))
        except OSError as error:
            raise explain(str(self._path), error) from error


def mirrored(path: Path, server: Server, embedder: Embedder) -> None:
    """Bring the copy in a folder up to date.

    Raises:
        IndexStoreError: as `Mirror.refresh`.
    """
    mirror = Mirror(path, server, embedder)
    try:
        mirror.refresh()
    finally:
        mirror.close()


def head_of(server: Server) -> Head | None:
    """What is in force on a server.

    Raises:
        IndexStoreError: the server cannot be asked.
    """
    connection = Connection(server)
    try:
        return read_head(connection)
    finally:
        connection.close()


def check_head(head: Head, embedder: Embedder) -> None:
    """See to it that an index on a server can be read and asked with this model.

    Raises:
        IndexStoreError: another Footnote made it, or another model.
    """
    if head.is_newer or head.is_older:
        raise IndexStoreError(
            f"{'a newer' if head.is_newer else 'an older'} Footnote made the index on the server",
            "install that version here" if head.is_newer else "run footnote index DIR",
        )
    if head.model != embedder.name:
        raise ModelMismatchError(
            f"the index was built with {head.model}, not with {embedder.name}",
            "run footnote index --rebuild, or set FOOTNOTE_EMBEDDING and "
            "FOOTNOTE_EMBEDDING_MODEL as they were",
        )


def put_state(catalog: Catalog, head: Head) -> None:
    """Write down in a catalogue, inside a transaction, which state it holds."""
    for key in (store.COMPLETE, store.WORDS, store.SWEPT):
        catalog.put(key, "1")
    catalog.put(store.GENERATION, str(head.generation))
    catalog.put(store.STATE, head.state)


def marker_of(path: Path, head: Head, data: str, server: Server) -> store.Marker:
    """The marker of a copy."""
    return store.Marker(
        footnote_index=store.SCHEMA_VERSION,
        data=data,
        model=head.model,
        corpus=head.corpus,
        corpus_relative=os.path.relpath(head.corpus, path.resolve()),
        server=server.url,
    )


class Ahead:
    """A `VectorReader` of the articles that are compared: asked for many at a time, and all there.

    Args:
        vectors: on the server.
        catalog: inside the transaction.
    """

    def __init__(self, vectors: VectorReader, catalog: Catalog) -> None:
        self._vectors = vectors
        self._catalog = catalog
        self._fresh = iter(catalog.files_without_gist())
        self._near: dict[str, Vectors] = {}

    def nearest(self, query: Vectors, limit: int) -> list[tuple[str, float]]:
        return self._vectors.nearest(query, limit)

    def vectors(self, ids: Collection[str]) -> dict[str, Vectors]:
        if not self._near.keys() >= set(ids):
            self._near = self._vectors.vectors(self._next() | set(ids))
        if missing := sum(id_ not in self._near for id_ in ids):
            raise IndexStoreError(
                f"the Chroma server does not have all vectors: {missing} of {len(ids)} are missing",
                "ask again; if it stays, run footnote index --rebuild",
                retryable=True,
            )
        return {id_: self._near[id_] for id_ in ids}

    def _next(self) -> set[str]:
        """The vectors of as many of the next articles as may be asked for."""
        ids: set[str] = set()
        for file in self._fresh:
            ids |= {row.vector for row in self._catalog.chunks_of_files([file])}
            if len(ids) >= _FETCHED:
                break
        return ids

    def close(self) -> None:
        self._vectors.close()
