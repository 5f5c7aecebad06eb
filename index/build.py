"""The pipeline: make an index equal to a folder, whatever happened to either.

The order makes every moment safe to be killed at. New vectors go to Chroma first, under
ids made of their content, which the catalogue in force does not list; then one
transaction changes the catalogue; then vectors that nothing lists are removed. A first
index has its catalogue at once, so that it can be asked while its vectors arrive.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from index import store
from index.catalog import Catalog
from index.embed import Embedder
from index.errors import CorpusError, FootnoteError, ModelMismatchError
from index.faults import explain, is_full, is_read_only
from index.fill import fill_vectors, sweep
from index.load import SourceFile, list_files
from index.models import Article, Chunk
from index.relations import relate
from index.scan import Progress, Scan, Skipped, check_losses, scan_folder
from index.vectors import VectorStore


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

    Raises:
        CorpusError: the folder is wrong, empty, or not the one that the index stands for.
        IndexStoreError: `path` is something else, damaged, being written, or its disk is full.
    """
    files = list_files(corpus)
    store.read_marker(path, any_schema=rebuild)  # before a lock is put where it may not belong
    with store.writer_lock(path):
        marker = store.read_marker(path, any_schema=rebuild)
        _check_same_corpus(corpus, path, marker, replace)
        if marker is not None and not rebuild and marker.model != embedder.name:
            raise ModelMismatchError(
                f"the index was built with {marker.model}, not with {embedder.name}",
                "run footnote index --rebuild, or set FOOTNOTE_EMBEDDING and "
                "FOOTNOTE_EMBEDDING_MODEL as they were",
            )
        build = _Build(corpus, path, embedder, files, max_file_bytes, progress)
        try:
            return build.run(marker, rebuild, replace)
        except OSError as error:
            if is_full(error) or is_read_only(error):
                raise explain(str(path), error) from error
            raise


def _check_same_corpus(
    corpus: Path, path: Path, marker: store.Marker | None, replace: bool
) -> None:
    if marker is None or replace:
        return
    same = str(corpus.resolve()) == marker.corpus
    moved_along = _relative(corpus, path) == marker.corpus_relative
    if not same and not moved_along:
        raise CorpusError(
            f"the index at {path} stands for {marker.corpus}, not for {corpus}",
            "choose another --index, or add --replace if the folder has changed for good",
        )


def _relative(corpus: Path, path: Path) -> str:
    return os.path.relpath(corpus.resolve(), path.resolve())


class _Build:
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
        self._embedder = embedder
        self._files = files
        self._max_file_bytes = max_file_bytes
        self._progress = progress
        self._summary = Summary(corpus=corpus, path=path)

    def run(self, marker: store.Marker | None, rebuild: bool, replace: bool) -> Summary:
        in_force = marker.data if marker is not None else ""
        before = {} if rebuild else self._digests(in_force)
        scan = scan_folder(self._files, before, self._max_file_bytes, self._progress)
        self._summary.skipped = scan.skipped
        if not replace:
            known = self._digests(in_force, tolerant=True) if rebuild else before
            check_losses(self._corpus, set(known), scan)
        data = in_force
        if rebuild or not in_force:
            if not in_force:
                # Marked before anything is written: what a killed run leaves is known as ours.
                self._put_in_force("")
            data = store.create_data(self._path, in_force)
            if not in_force:
                # Nothing answers yet: let questions be asked while the vectors arrive.
                self._put_in_force(data)
        with closing(store.open_catalog(self._path, data)) as catalog:
            self._update(catalog, data, scan, before)
            if data != in_force or replace:
                self._put_in_force(data)
            store.remove_other_data(self._path, data)
            self._summary.articles = catalog.count("article")
            self._summary.paragraphs = catalog.count("paragraph")
            self._summary.chunks = catalog.count("chunk")
        return self._summary

    def _digests(self, data: str, *, tolerant: bool = False) -> dict[str, str]:
        """File → content hash of what is indexed; of a damaged index, nothing, if tolerant."""
        if not data:
            return {}
        try:
            with closing(store.open_catalog(self._path, data)) as catalog:
                return catalog.digests()
        except FootnoteError:
            if tolerant:
                return {}
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
            ),
        )

    def _update(self, catalog: Catalog, data: str, scan: Scan, before: Mapping[str, str]) -> None:
        gone = before.keys() - scan.present
        self._summary.updated = len(scan.changed.keys() & before.keys())
        self._summary.added = len(scan.changed) - self._summary.updated
        self._summary.removed = len(gone)

        complete = catalog.get(store.COMPLETE) == "1"
        chunks = self._split(scan.changed)
        cache = self._path / store.CACHE
        with closing(store.open_vectors(self._path, data)) as vectors:
            if not complete:
                self._commit(catalog, scan.changed, chunks, gone)
                self._fill(catalog.embedded_texts(), vectors, cache)
                self._commit(catalog, {}, {}, (), vectors)
            elif scan.changed or gone:
                new = {c.id: c.embedded for part in chunks.values() for c in part}
                self._fill(new, vectors, cache)
                self._commit(catalog, scan.changed, chunks, gone, vectors)
            sweep(vectors, catalog.embedded_texts(), self._embedder, cache)
            if not complete or scan.changed or gone:
                vectors.settle()

    def _split(self, articles: Mapping[str, Article]) -> dict[str, list[Chunk]]:
        if not articles:
            return {}
        from index.nodes import SentenceChunkParser, as_document, chunk_of

        parser = SentenceChunkParser()
        chunks: dict[str, list[Chunk]] = {}
        for done, (name, article) in enumerate(articles.items(), start=1):
            nodes = parser.get_nodes_from_documents([as_document(article)])
            chunks[name] = [chunk_of(node) for node in nodes]
            self._progress("splitting", done, len(articles))
        return chunks

    def _fill(self, texts: Mapping[str, str], vectors: VectorStore, cache: Path) -> None:
        self._summary.embedded += fill_vectors(
            vectors, texts, self._embedder, cache, self._progress
        )

    def _commit(
        self,
        catalog: Catalog,
        articles: Mapping[str, Article],
        chunks: Mapping[str, list[Chunk]],
        gone: Iterable[str],
        vectors: VectorStore | None = None,
    ) -> None:
        """Change the catalogue in one step: readers see all of it, or nothing.

        With the vectors, which have to be whole, articles are compared and the index is marked
        complete.
        """
        catalog.begin()
        try:
            for done, (name, article) in enumerate(articles.items(), start=1):
                catalog.put_article(article, chunks[name])
                self._progress("writing", done, len(articles))
            for name in gone:
                catalog.remove_article(name)
            if vectors is not None:
                relate(catalog, vectors, self._progress)
            catalog.put(store.COMPLETE, "0" if vectors is None else "1")
            catalog.put(store.GENERATION, str(int(catalog.get(store.GENERATION, "0")) + 1))
            catalog.commit()
        except BaseException:
            catalog.rollback()
            raise
