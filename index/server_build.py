"""Indexing into a Chroma server: the same pipeline, with another place for what it makes.

The catalogue here goes ahead in a transaction, or in a data folder that is not in force; then
vectors and articles are written to the server, where nothing lists them yet; then the head is
switched, in one request; then the transaction ends. A run that is cut off before the switch
changed nothing, after it everything: whoever reads next derives its catalogue from the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index import store
from index.build import Build, Summary, Survey, check_same_corpus
from index.catalog import Catalog
from index.embed import Embedder
from index.errors import IndexStoreError
from index.faults import explain, is_full, is_read_only
from index.fill import sweep
from index.head import (
    Head,
    ServerArticles,
    ServerLock,
    new_data,
    new_state,
    put_head,
    read_head,
    remove_other_data,
    vectors_name,
)
from index.load import SourceFile
from index.mirror import Ahead, Mirror, check_head, marker_of, put_state
from index.models import Article
from index.relations import relate
from index.scan import Progress, Scan
from index.server import WRITE_SECONDS, Connection, Server
from index.server_chroma import ServerChroma
from index.vectors import VectorReader, VectorStore, vector_id


def build_on_server(
    corpus: Path,
    path: Path,
    embedder: Embedder,
    server: Server,
    files: list[SourceFile],
    *,
    rebuild: bool,
    replace: bool,
    max_file_bytes: int,
    progress: Progress,
) -> Summary:
    """As `build_index`, on a server; `path` holds what is derived from it, and the cache.

    Raises:
        IndexStoreError: also: the server fails, or another process is writing to the index.
    """
    store.marker_or_ruin(path, rebuild=rebuild)  # before a lock is put where it may not belong
    connection = Connection(server, WRITE_SECONDS)
    try:
        with store.writer_lock(path), ServerLock(server) as lock:
            head = read_head(connection)
            marker = store.marker_or_ruin(path, rebuild=rebuild)
            if marker is not None and not rebuild and head is None:
                store.read_marker(path)  # refused if it is of another schema
            build = _ServerBuild(
                corpus, path, embedder, files, max_file_bytes, progress, connection, lock, head
            )
            if head is not None:
                check_same_corpus(corpus, path, marker_of(path, head, head.data, server), replace)
                if head.is_older and not rebuild:
                    build.summary.notes.append(
                        "an older Footnote made this index: it is built anew, and nothing is "
                        "embedded again"
                    )
                    rebuild = True
                if not rebuild:
                    marker = build.catch_up(head)
            else:
                check_same_corpus(corpus, path, marker, replace)
            if marker is not None and not rebuild:
                store.check_place(path, marker, is_on_server=True)
            if head is None and marker is not None and not rebuild and build.is_orphan(marker):
                build.summary.notes.append(
                    "the server has no index: it is built anew from what was embedded here"
                )
                rebuild = True
            try:
                return build.run(marker, rebuild, replace)
            except OSError as error:
                if is_full(error) or is_read_only(error):
                    raise explain(str(path), error) from error
                raise
    finally:
        connection.close()


class _ServerBuild(Build):
    """One run, under the folder's lock and the server's."""

    def __init__(
        self,
        corpus: Path,
        path: Path,
        embedder: Embedder,
        files: list[SourceFile],
        max_file_bytes: int,
        progress: Progress,
        connection: Connection,
        lock: ServerLock,
        head: Head | None,
    ) -> None:
        super().__init__(corpus, path, embedder, files, max_file_bytes, progress)
        self._connection = connection
        self._lock = lock
        self._head = head
        self._server = connection.server.url

    def catch_up(self, head: Head) -> store.Marker:
        """Bring the catalogue here to what is in force, before it is changed further."""
        check_head(head, self._embedder)
        mirror = Mirror(self._path, self._connection.server, self._embedder, self._connection)
        marker = store.read_marker(self._path, any_schema=True)
        if marker is not None:
            store.check_place(self._path, marker, is_on_server=True)
        if marker is None or marker.data != head.data or self._state(head.data) != head.state:
            if not mirror.derive(head):
                raise IndexStoreError(
                    "the index on the Chroma server is damaged: articles are missing in it",
                    "run footnote index --rebuild",
                )
            marker = store.read_marker(self._path)
        assert marker is not None, "a copy has a marker"
        self._articles(head.data).clear(head.generation)
        remove_other_data(self._connection, head.data)
        return marker

    def is_orphan(self, marker: store.Marker) -> bool:
        """Whether the catalogue here is whole, of an index that its server has no more."""
        if not marker.data:
            return False
        with closing(store.open_catalog(self._path, marker.data)) as catalog:
            return catalog.get(store.COMPLETE) == "1"

    def _state(self, data: str) -> str:
        with closing(store.open_catalog(self._path, data)) as catalog:
            return catalog.get(store.STATE)

    def _articles(self, data: str) -> ServerArticles:
        return ServerArticles(self._connection, data, self._lock.check)

    def _vectors(self, data: str) -> ServerChroma:
        return ServerChroma(
            self._connection, vectors_name(self._connection, data), self._lock.check
        )

    # -- places --------------------------------------------------------------------------

    def _create_data(self, in_force: str) -> str:
        return store.create_named_data(self._path, new_data())

    def _create_vectors(self, data: str) -> VectorStore:
        vectors = self._vectors(data)
        vectors.create()
        return vectors

    def _seal(self, data: str) -> None:
        """The server looks after its files."""

    def _to_compare(self, catalog: Catalog, vectors: VectorReader) -> VectorReader:
        return Ahead(vectors, catalog)

    def _answers_meanwhile(self, marker: store.Marker | None, is_complete: bool) -> bool:
        return self._head is not None

    def _put_in_force(self, data: str) -> None:
        head = self._head
        if head is not None and data == head.data and head.corpus != str(self._corpus.resolve()):
            self._switch(replace(head, corpus=str(self._corpus.resolve())))
        super()._put_in_force(data)

    def _remove_other_data(self, data: str) -> None:
        super()._remove_other_data(data)
        if self._head is not None:
            remove_other_data(self._connection, self._head.data)

    # -- steps ---------------------------------------------------------------------------

    def _close_catalog(self, catalog: Catalog, data: str) -> None:
        """Publish a whole catalogue, as the last thing before it is committed."""
        articles = self._articles(data)
        articles.create()
        generation = 1 + max(
            catalog.number(store.GENERATION),
            self._head.generation if self._head is not None else 0,
        )
        articles.put(_all_articles(catalog), generation)
        self._switch(self._next(catalog, data, generation))
        put_state(catalog, self._in_force)

    def _update(self, in_force: str, known: Mapping[str, str], survey: Survey) -> str:
        gone = known.keys() - survey.present
        with (
            closing(store.open_catalog(self._path, in_force)) as catalog,
            closing(self._vectors(in_force)) as vectors,
        ):
            old = self._change(catalog, in_force, known, survey, gone, vectors)
            if old:
                self._articles(in_force).clear(self._in_force.generation)
                vectors.remove(old - catalog.chunks_by_vector(sorted(old)).keys())
            sweep(vectors, catalog)
        return in_force

    def _change(
        self,
        catalog: Catalog,
        data: str,
        known: Mapping[str, str],
        survey: Survey,
        gone: Set[str],
        vectors: ServerChroma,
    ) -> set[str]:
        """Make what is in force equal to the folder; returns the vectors of what was there."""
        if not survey.changed and not gone:
            return set()
        articles = self._articles(data)
        generation = self._in_force.generation + 1
        old: set[str] = set()
        written: set[str] = set()  # which may be others than were seen before: folders change
        scans = self._scans(known) if survey.articles is None else [Scan(changed=survey.articles)]
        catalog.begin()
        try:
            for scan in scans:
                chunks = self._split(scan.changed)
                texts = {
                    vector_id(c.embedded): c.embedded for part in chunks.values() for c in part
                }
                new = texts.keys() - catalog.chunks_by_vector(sorted(texts)).keys()
                self._fill(((id_, texts[id_]) for id_ in sorted(new)), len(new), vectors)
                old |= _vectors_of(catalog, scan.changed.keys())
                self._write(catalog, scan.changed, chunks, known)
                articles.put(scan.changed.values(), generation)
                written |= scan.changed.keys()
            gone = gone - written
            old |= _vectors_of(catalog, gone)
            self._take_out(catalog, gone)
            relate(catalog, self._to_compare(catalog, vectors), self._progress)
            articles.retire((written & known.keys()) | gone, generation)
            self._switch(self._next(catalog, data, generation))
            put_state(catalog, self._in_force)
            catalog.commit()
        except BaseException:
            catalog.rollback()
            raise
        return old

    def _next(self, catalog: Catalog, data: str, generation: int) -> Head:
        return Head(
            data=data,
            generation=generation,
            state=new_state(),
            model=self._embedder.name,
            articles=catalog.count("article"),
            corpus=str(self._corpus.resolve()),
        )

    def _switch(self, head: Head) -> None:
        self._lock.confirm()
        put_head(self._connection, head)
        self._head = head

    @property
    def _in_force(self) -> Head:
        assert self._head is not None, "what is updated is in force"
        return self._head


def _vectors_of(catalog: Catalog, files: Set[str]) -> set[str]:
    return {row.vector for row in catalog.chunks_of_files(sorted(files))}


def _all_articles(catalog: Catalog) -> Iterator[Article]:
    for file in catalog.files():
        article = catalog.article(file)
        assert article is not None, "its own files are in a catalogue"
        yield article
