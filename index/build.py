"""The pipeline: make an index equal to a folder, whatever happened to either.

Every moment is safe to be killed at. A first index has its catalogue first, so that words find
answers within seconds; its vectors arrive in the cache, and Chroma's files are read only when
they are whole. A small update of a complete index puts new vectors into Chroma's log, under ids
that the catalogue in force does not list; then one transaction changes the catalogue; then what
nothing lists is removed. A rebuild or a large update fills a data folder of its own, and the
marker is replaced when that is whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index import store
from index.catalog import Catalog
from index.embed import Embedder
from index.errors import CorpusError, FootnoteError, ModelMismatchError
from index.faults import explain, is_full, is_read_only
from index.fill import fill_vectors, forget, missing_texts, sweep
from index.load import SourceFile, list_files
from index.local_chroma import LOG_ROOM
from index.models import Article, Chunk
from index.ours import CACHE
from index.relations import relate
from index.scan import FolderReader, Progress, Scan, Skipped, check_losses, scan_folder
from index.vectors import VectorReader, VectorStore, vector_id

if TYPE_CHECKING:
    from index.server import Server

_SLICE: Final = 128  # files that are read, split and written together
_AT_HAND: Final = 512  # changed articles kept in memory; more are read again when they are written


@dataclass(slots=True)
class Summary:
    """What a run of the indexer did."""

    corpus: Path
    path: Path
    articles: int = 0
    paragraphs: int = 0
    chunks: int = 0
    added: int = 0
    updated: int = 0
    removed: int = 0
    embedded: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What else a person should know."""

    def __str__(self) -> str:
        changes = f"{self.added} added, {self.updated} updated, {self.removed} removed"
        left_out = f"; {len(self.skipped)} left out" if self.skipped else ""
        return (
            f"{self.articles} articles, {self.paragraphs} paragraphs, {self.chunks} chunks in "
            f"{self.path}: {changes}, {self.embedded} embeddings computed{left_out}"
        )


def build_index(
    corpus: Path,
    path: Path,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    replace: bool = False,
    max_file_bytes: int = 20_000_000,
    progress: Progress = lambda what, done, total: None,
    server: Server | None = None,
) -> Summary:
    """Make the index at `path` equal to the folder `corpus`.

    Args:
        corpus: the folder of articles.
        path: the index's folder; made if it is not there.
        embedder: the model; an index keeps to the one that it was built with.
        rebuild: build from scratch; what is there answers until the new one is ready.
        replace: accept another folder than before, or the loss of most files.
        max_file_bytes: a larger file is left out, by name.
        progress: told what is done of the work.
        server: the Chroma server that the index is on; `path` then holds what is derived from it.

    Raises:
        CorpusError: the folder is wrong, empty, or not the one that the index stands for.
        IndexStoreError: `path` is something else, damaged, being written, or its disk is full.
    """
    files = list_files(corpus)
    if server is not None:
        from index.server_build import build_on_server  # not loaded where none is configured

        return build_on_server(
            corpus,
            path,
            embedder,
            server,
            files,
            rebuild=rebuild,
            replace=replace,
            max_file_bytes=max_file_bytes,
            progress=progress,
        )
    store.marker_or_ruin(path, rebuild=rebuild)  # before a lock is put where it may not belong
    with store.writer_lock(path):
        marker = store.marker_or_ruin(path, rebuild=rebuild)
        is_older = marker is not None and _is_older(marker)
        if marker is not None and not rebuild and not is_older:
            store.read_marker(path)
        check_same_corpus(corpus, path, marker, replace)
        if marker is not None and not rebuild:
            store.check_place(path, marker, is_on_server=False)
        if marker is not None and not rebuild and marker.model != embedder.name:
            raise ModelMismatchError(
                f"the index was built with {marker.model}, not with {embedder.name}",
                "run footnote index --rebuild, or set FOOTNOTE_EMBEDDING and "
                "FOOTNOTE_EMBEDDING_MODEL as they were",
            )
        build = Build(corpus, path, embedder, files, max_file_bytes, progress)
        if is_older and not rebuild:
            build.summary.notes.append(
                "an older Footnote made this index: it is built anew, from the vectors that it has"
            )
        try:
            return build.run(marker, rebuild or is_older, replace)
        except OSError as error:
            if is_full(error) or is_read_only(error):
                raise explain(str(path), error) from error
            raise


def check_same_corpus(corpus: Path, path: Path, marker: store.Marker | None, replace: bool) -> None:
    """See to it that an index stands for this folder, or `replace` says that it shall.

    Raises:
        CorpusError: it stands for another one.
    """
    if marker is None or replace:
        return
    same = str(corpus.resolve()) == marker.corpus
    moved_along = _relative(corpus, path) == marker.corpus_relative
    if not same and not moved_along:
        raise CorpusError(
            f"the index at {path} stands for {marker.corpus}, not for {corpus}",
            f"choose another --index, or run footnote index {corpus} --replace if the folder has "
            "changed for good",
        )


def _is_older(marker: store.Marker) -> bool:
    return marker.footnote_index < store.SCHEMA_VERSION


def _relative(corpus: Path, path: Path) -> str:
    return os.path.relpath(corpus.resolve(), path.resolve())


@dataclass(frozen=True, slots=True)
class Survey:
    """What a folder holds beside what is indexed of it."""

    present: frozenset[str]
    changed: frozenset[str]
    articles: dict[str, Article] | None
    """Those that changed, unless they are too many to keep."""


class Build:
    """One run, under the writer's lock."""

    def __init__(
        self,
        corpus: Path,
        path: Path,
        embedder: Embedder,
        files: list[SourceFile],
        max_file_bytes: int,
        progress: Progress,
    ) -> None:
        self._corpus = corpus
        self._path = path
        self._cache = path / CACHE
        self._embedder = embedder
        self._files = files
        self._max_file_bytes = max_file_bytes
        self._progress = progress
        self._written = 0
        self._chunks: dict[str, list[Chunk]] = {}  # of the last scan, if it split its articles
        self._server = ""
        self.summary = Summary(corpus=corpus, path=path)

    def run(self, marker: store.Marker | None, rebuild: bool, replace: bool) -> Summary:
        in_force = marker.data if marker is not None else ""
        known, is_complete = self._known(in_force, tolerant=rebuild)
        survey = self._survey(known) if known or is_complete else None
        if survey is not None and not replace:
            found = Scan(kept=set(survey.present), skipped=self.summary.skipped)
            check_losses(self._corpus, set(known), found)
        try:
            data = self._bring_up_to_date(marker, known, is_complete, survey, rebuild, replace)
        except BaseException:
            # Room for those who read what is in force: their database writes a little as well.
            now = store.marker_or_ruin(self._path, rebuild=rebuild)
            if now is not None and now.data:
                store.remove_other_data(self._path, now.data)
            raise
        if data != in_force or replace or self._has_moved(marker):
            self._put_in_force(data)
        self._remove_other_data(data)
        with closing(store.open_catalog(self._path, data)) as catalog:
            self.summary.articles = catalog.count("article")
            self.summary.paragraphs = catalog.count("paragraph")
            self.summary.chunks = catalog.count("chunk")
            if self.summary.removed or self.summary.updated or rebuild:
                forget(catalog, self._embedder, self._cache, self.summary.notes.append)
        return self.summary

    def _has_moved(self, marker: store.Marker | None) -> bool:
        """Whether the folder is elsewhere than recorded, as after a copy of it and its index."""
        return marker is not None and marker.corpus != str(self._corpus.resolve())

    def _known(self, data: str, *, tolerant: bool) -> tuple[dict[str, str], bool]:
        """File → content hash of what is indexed, and whether all of it has its vectors.

        Of a damaged index, nothing, if tolerant.
        """
        if not data:
            return {}, False
        try:
            with closing(store.open_catalog(self._path, data)) as catalog:
                return catalog.digests(), catalog.get(store.COMPLETE) == "1"
        except FootnoteError:
            if tolerant:
                return {}, False
            raise

    def _put_in_force(self, data: str) -> None:
        store.write_marker(
            self._path,
            store.Marker(
                footnote_index=store.SCHEMA_VERSION,
                data=data,
                model=self._embedder.name,
                corpus=str(self._corpus.resolve()),
                corpus_relative=_relative(self._corpus, self._path),
                server=self._server,
            ),
        )

    # -- places --------------------------------------------------------------------------

    def _create_data(self, in_force: str) -> str:
        return store.create_data(self._path, in_force)

    def _create_vectors(self, data: str) -> VectorStore:
        return store.create_vectors(self._path, data)

    def _seal(self, data: str) -> None:
        store.seal_vectors(self._path, data)

    def _answers_meanwhile(self, marker: store.Marker | None, is_complete: bool) -> bool:
        """Whether what is in force answers while other data is filled."""
        return is_complete and marker is not None and not _is_older(marker)

    def _to_compare(self, catalog: Catalog, vectors: VectorReader) -> VectorReader:
        """The vectors as they are read where articles are compared."""
        return vectors

    def _remove_other_data(self, data: str) -> None:
        store.remove_other_data(self._path, data)

    # -- reading -------------------------------------------------------------------------

    def _scans(self, indexed: Mapping[str, str]) -> Iterator[Scan]:
        """The folder, a slice at a time."""
        total = len(self._files)
        self.summary.skipped = []
        if isinstance(self._embedder, FolderReader):
            limit = self._max_file_bytes
            for scan in self._embedder.scans(self._files, indexed, limit, self._progress):
                self.summary.skipped.extend(scan.skipped)
                self._chunks = scan.chunks
                yield scan
            return
        for start in range(0, total, _SLICE):

            def progress(what: str, done: int, of: int, start: int = start) -> None:
                self._progress(what, start + done, total)

            part = self._files[start : start + _SLICE]
            scan = scan_folder(part, indexed, self._max_file_bytes, progress)
            self.summary.skipped.extend(scan.skipped)
            yield scan

    def _survey(self, known: Mapping[str, str]) -> Survey:
        present: set[str] = set()
        changed: set[str] = set()
        articles: dict[str, Article] | None = {}
        for scan in self._scans(known):
            present |= scan.present
            changed |= scan.changed.keys()
            if articles is not None:
                articles |= scan.changed
                if len(articles) > _AT_HAND:
                    articles = None
        return Survey(frozenset(present), frozenset(changed), articles)

    def _split(self, articles: Mapping[str, Article]) -> dict[str, list[Chunk]]:
        if not articles:
            return {}
        if articles.keys() <= self._chunks.keys():
            return {name: self._chunks[name] for name in articles}
        from index.nodes import SentenceChunkParser, as_document, chunk_of

        parser = SentenceChunkParser()
        return {
            name: [chunk_of(node) for node in parser.get_nodes_from_documents([as_document(made)])]
            for name, made in articles.items()
        }

    # -- the three ways ------------------------------------------------------------------

    def _bring_up_to_date(
        self,
        marker: store.Marker | None,
        known: Mapping[str, str],
        is_complete: bool,
        survey: Survey | None,
        rebuild: bool,
        replace: bool,
    ) -> str:
        """Do what is to be done; returns the data folder that is then right."""
        in_force = marker.data if marker is not None else ""
        if rebuild or not in_force:
            answers = self._answers_meanwhile(marker, is_complete)
            return self._build_anew(in_force, may_be_empty=replace, is_asked_at_once=not answers)
        if not is_complete:
            with closing(store.open_catalog(self._path, in_force)) as catalog:
                self._finish(catalog, in_force, known)
            return in_force
        assert survey is not None, "what is complete is always looked at"
        return self._update(in_force, known, survey)

    def _build_anew(self, in_force: str, *, may_be_empty: bool, is_asked_at_once: bool) -> str:
        """Fill a data folder from nothing; it answers meanwhile if nothing else does."""
        scans = self._scans({})
        read: list[Scan] = []
        for scan in scans:
            read.append(scan)
            if scan.changed:
                break
        else:
            if not may_be_empty:
                check_losses(self._corpus, set(), Scan(skipped=self.summary.skipped))
        if not in_force:
            # Marked before anything is written: what a killed run leaves is known as ours.
            self._put_in_force("")
        data = self._create_data(in_force)
        if is_asked_at_once:
            self._put_in_force(data)
        with closing(store.open_catalog(self._path, data)) as catalog:
            self._fill_catalog(catalog, read, {})
            self._fill_catalog(catalog, scans, {})
            self._complete(catalog, data, self._create_vectors(data))
        return data

    def _finish(self, catalog: Catalog, data: str, known: Mapping[str, str]) -> None:
        """Go on with a first index whose building was cut off."""
        present = self._fill_catalog(catalog, self._scans(known), known)
        self._remove(catalog, known.keys() - present)
        # What a killed run wrote to Chroma may be half of something; the cache has it all.
        self._complete(catalog, data, self._create_vectors(data))

    def _update(self, in_force: str, known: Mapping[str, str], survey: Survey) -> str:
        """Bring a complete index up to date; returns the data folder that is then right."""
        store.check_vectors(self._path, in_force)
        gone = known.keys() - survey.present
        with closing(store.open_catalog(self._path, in_force)) as catalog:
            if catalog.get(store.SWEPT) != "1" or store.has_strays(self._path, in_force, catalog):
                with closing(store.open_vectors(self._path, in_force)) as vectors:
                    self._sweep(catalog, vectors)
                store.has_strays(self._path, in_force, catalog)
            if not survey.changed and not gone:
                return in_force
            if survey.articles is not None and self._update_in_place(
                catalog, in_force, known, survey.articles, gone
            ):
                return in_force
        data = store.copy_data(self._path, in_force)
        with closing(store.open_catalog(self._path, data)) as catalog:
            catalog.begin()
            catalog.put(store.COMPLETE, "0")
            catalog.commit()
            scans = (
                self._scans(known) if survey.articles is None else [Scan(changed=survey.articles)]
            )
            present = self._fill_catalog(catalog, scans, known)
            # A file that could not be read before may be there now: folders change meanwhile.
            self._remove(catalog, gone - present)
            self._complete(catalog, data, store.open_vectors(self._path, data))
        return data

    def _update_in_place(
        self,
        catalog: Catalog,
        data: str,
        known: Mapping[str, str],
        articles: Mapping[str, Article],
        gone: Set[str],
    ) -> bool:
        """Whether the update was small enough to be one transaction in the data in force."""
        chunks = self._split(articles)
        texts = {vector_id(c.embedded): c.embedded for part in chunks.values() for c in part}
        new = texts.keys() - catalog.chunks_by_vector(sorted(texts)).keys()
        before = catalog.chunks_of_files(sorted((articles.keys() & known.keys()) | gone))
        old = {row.vector for row in before} - texts.keys()
        logged = catalog.number(store.LOGGED) + len(new) + len(old)
        if logged > LOG_ROOM:
            return False
        catalog.begin()
        catalog.put(store.LOGGED, str(logged))
        catalog.put(store.SWEPT, "0")
        catalog.commit()
        with closing(store.open_vectors(self._path, data)) as vectors:
            self._fill(((id_, texts[id_]) for id_ in sorted(new)), len(new), vectors)
            self._commit(catalog, articles, chunks, known, gone, vectors)
            vectors.remove(old - catalog.chunks_by_vector(sorted(old)).keys())
            self._sweep(catalog, vectors)
        return True

    # -- steps ---------------------------------------------------------------------------

    def _fill_catalog(
        self, catalog: Catalog, scans: Iterable[Scan], known: Mapping[str, str]
    ) -> set[str]:
        """Write articles and words, a transaction a slice; returns what the folder holds."""
        present: set[str] = set()
        for scan in scans:
            present |= scan.present
            if scan.changed:
                self._commit(catalog, scan.changed, self._split(scan.changed), known)
        return present

    def _remove(self, catalog: Catalog, gone: Set[str]) -> None:
        if gone:
            self._commit(catalog, {}, {}, {}, gone)

    def _complete(self, catalog: Catalog, data: str, vectors: VectorStore) -> None:
        """Give a catalogue that nobody takes for complete its vectors, and mark it so."""
        catalog.begin()
        catalog.put(store.WORDS, "1")
        store.next_generation(catalog)
        catalog.commit()
        with closing(vectors):
            have = vectors.ids()
            missing = sum(1 for _ in missing_texts(catalog, have))
            self._fill(missing_texts(catalog, have), missing, vectors)
            sweep(vectors, catalog)
            vectors.settle()
            catalog.begin()
            try:
                relate(catalog, self._to_compare(catalog, vectors), self._progress)
                catalog.commit()
            except BaseException:
                catalog.rollback()
                raise
        self._seal(data)
        catalog.begin()
        try:
            self._close_catalog(catalog, data)
            catalog.commit()
        except BaseException:
            catalog.rollback()
            raise

    def _close_catalog(self, catalog: Catalog, data: str) -> None:
        """Mark a catalogue as complete, inside a transaction."""
        for key, value in ((store.COMPLETE, "1"), (store.SWEPT, "1"), (store.LOGGED, "0")):
            catalog.put(key, value)
        store.next_generation(catalog)

    def _fill(self, texts: Iterable[tuple[str, str]], total: int, vectors: VectorStore) -> None:
        self.summary.embedded += fill_vectors(
            vectors,
            texts,
            total,
            self._embedder,
            self._cache,
            self._progress,
            self.summary.notes.append,
        )

    def _sweep(self, catalog: Catalog, vectors: VectorStore) -> None:
        sweep(vectors, catalog)
        catalog.begin()
        catalog.put(store.SWEPT, "1")
        catalog.commit()

    def _commit(
        self,
        catalog: Catalog,
        articles: Mapping[str, Article],
        chunks: Mapping[str, Sequence[Chunk]],
        known: Mapping[str, str],
        gone: Iterable[str] = (),
        vectors: VectorReader | None = None,
    ) -> None:
        """Change the catalogue in one step: readers see all of it, or nothing.

        With the vectors, which have to be whole, articles are compared with one another.
        """
        catalog.begin()
        try:
            self._write(catalog, articles, chunks, known)
            self._take_out(catalog, gone)
            if vectors is not None:
                relate(catalog, vectors, self._progress)
            store.next_generation(catalog)
            catalog.commit()
        except BaseException:
            catalog.rollback()
            raise

    def _write(
        self,
        catalog: Catalog,
        articles: Mapping[str, Article],
        chunks: Mapping[str, Sequence[Chunk]],
        known: Mapping[str, str],
    ) -> None:
        """Write articles, inside a transaction."""
        total = self._written + len(articles)
        updated = len(articles.keys() & known.keys())
        self.summary.updated += updated
        self.summary.added += len(articles) - updated
        for name, article in articles.items():
            catalog.put_article(article, chunks[name])
            self._written += 1
            self._progress("writing", self._written, total)

    def _take_out(self, catalog: Catalog, gone: Iterable[str]) -> None:
        """Remove articles, inside a transaction."""
        for name in gone:
            catalog.remove_article(name)
            self.summary.removed += 1
