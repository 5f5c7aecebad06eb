"""The pipeline: make an index equal to a folder, whatever happened to either.

The order makes every moment safe to be killed at. New vectors go to Chroma first, under
ids made of their content, which the catalogue in force does not list; then one
transaction changes the catalogue; then vectors that nothing lists are removed. A first
index has its catalogue at once, so that it can be asked while its vectors arrive.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from index import store
from index.boilerplate import classify, find_author, find_title
from index.cache import VectorCache
from index.catalog import Catalog
from index.embed import Embedder, embedding_key
from index.errors import CorpusError, FootnoteError, ModelMismatchError, UnreadableFileError
from index.load import SourceFile, decode, digest, list_files, read_bytes
from index.models import Article, Chunk
from index.paragraphs import split_paragraphs
from index.vectors import VectorStore

_BATCH = 64  # chunks embedded between two writes: what a killed run loses at most
_MODEL_BATCH = 16  # larger batches are no faster on this model, and blur the progress

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why."""

    file: str
    reason: str


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


@dataclass(slots=True)
class _Scan:
    """The folder beside what is indexed of it."""

    changed: dict[str, Article] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)


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
        IndexStoreError: `path` is something else, damaged, or being written.
    """
    files = list_files(corpus)
    store.read_marker(path) if not rebuild else _marker_or_foreign(path)
    with store.writer_lock(path):
        marker = _marker_or_foreign(path) if rebuild else store.read_marker(path)
        _check_same_corpus(corpus, path, marker, replace)
        if marker is not None and not rebuild and marker.model != embedder.name:
            raise ModelMismatchError(
                f"the index was built with {marker.model}, not with {embedder.name}",
                "run footnote index --rebuild, or set FOOTNOTE_EMBEDDING as it was",
            )
        return _Build(corpus, path, embedder, files, max_file_bytes, progress).run(
            marker, rebuild, replace
        )


def _marker_or_foreign(path: Path) -> store.Marker | None:
    """The marker, even of a damaged index; what is not an index is still refused."""
    try:
        return store.read_marker(path)
    except FootnoteError:
        if not store.marker_path(path).exists():
            raise
        return None


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


def read_article(file: SourceFile, data: bytes) -> Article:
    """A file's bytes → the article: text, numbered paragraphs and what each is.

    Raises:
        UnreadableFileError: it is no text.
    """
    text = decode(file.name, data)
    paragraphs = classify(text, split_paragraphs(text))
    return Article(
        file=file.name,
        text=text,
        digest=digest(data),
        title=find_title(text, paragraphs),
        author=find_author(text, paragraphs),
        paragraphs=tuple(paragraphs),
    )


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
        fresh = marker is None or rebuild
        data = store.create_data(self._path, marker) if fresh else marker.data  # type: ignore[union-attr]
        catalog = store.open_catalog(self._path, data)
        try:
            before = catalog.digests()
            known = before if not fresh else self._known_before(marker)
            scan = self._scan(before)
            self._check_losses(set(known), scan, replace)
            if marker is None:
                self._put_in_force(data)
            self._update(catalog, data, scan, set(before) - scan.kept)
            if fresh or replace:
                self._put_in_force(data)
            store.remove_other_data(self._path, data)
            self._summary.articles = catalog.count("article")
            self._summary.paragraphs = catalog.count("paragraph")
            self._summary.chunks = catalog.count("chunk")
        finally:
            catalog.close()
        return self._summary

    def _known_before(self, marker: store.Marker | None) -> Iterable[str]:
        """The files of the index that a rebuild replaces, if it can still tell."""
        if marker is None:
            return ()
        try:
            catalog = store.open_catalog(self._path, marker.data)
        except FootnoteError:
            return ()
        try:
            return catalog.files()
        except FootnoteError:
            return ()
        finally:
            catalog.close()

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

    def _scan(self, before: dict[str, str]) -> _Scan:
        scan = _Scan()
        for done, file in enumerate(self._files, start=1):
            try:
                data = read_bytes(file, self._max_file_bytes)
                if before.get(file.name) == digest(data):
                    scan.kept.add(file.name)
                else:
                    scan.changed[file.name] = read_article(file, data)
            except UnreadableFileError as error:
                scan.skipped.append(Skipped(file.name, error.what))
            self._progress("reading", done, len(self._files))
        self._summary.skipped = scan.skipped
        return scan

    def _check_losses(self, known: set[str], scan: _Scan, replace: bool) -> None:
        present = scan.kept | set(scan.changed)
        if replace:
            return
        if not present and not known:
            reasons = "".join(f"; {item.reason}" for item in scan.skipped[:3])
            raise CorpusError(
                f"there is no article to index in {self._corpus}{reasons}",
                "put .txt files in it, or name another folder",
            )
        lost = len(known - present)
        if 2 * lost > len(known):
            raise CorpusError(
                f"{lost} of the {len(known)} indexed files are no longer in {self._corpus}",
                "check that the folder is whole and mounted; add --replace if they are meant to go",
            )

    def _update(self, catalog: Catalog, data: str, scan: _Scan, gone: set[str]) -> None:
        from index.nodes import SentenceChunkParser, as_document, chunk_of

        gone -= set(scan.changed)
        before = catalog.digests()
        self._summary.updated = len(scan.changed.keys() & before.keys())
        self._summary.added = len(scan.changed) - self._summary.updated
        self._summary.removed = len(gone)

        complete = catalog.get(store.COMPLETE) == "1"
        parser = SentenceChunkParser()
        chunks: dict[str, list[Chunk]] = {}
        for done, (name, article) in enumerate(scan.changed.items(), start=1):
            nodes = parser.get_nodes_from_documents([as_document(article)])
            chunks[name] = [chunk_of(node) for node in nodes]
            self._progress("splitting", done, len(scan.changed))

        vectors = store.open_vectors(self._path, data)
        try:
            if not complete:
                self._commit(catalog, scan.changed, chunks, gone, complete=False)
                self._embed(vectors, catalog.embedded_texts())
                self._commit(catalog, {}, {}, set(), complete=True)
            elif scan.changed or gone:
                new = {c.id: c.embedded for part in chunks.values() for c in part}
                self._embed(vectors, new)
                self._commit(catalog, scan.changed, chunks, gone, complete=True)
            self._sweep(catalog, vectors)
        finally:
            vectors.close()

    def _commit(
        self,
        catalog: Catalog,
        articles: dict[str, Article],
        chunks: dict[str, list[Chunk]],
        gone: set[str],
        *,
        complete: bool,
    ) -> None:
        catalog.begin()
        try:
            for done, (name, article) in enumerate(articles.items(), start=1):
                catalog.put_article(article, chunks[name])
                self._progress("writing", done, len(articles))
            for name in gone:
                catalog.remove_article(name)
            catalog.put(store.COMPLETE, "1" if complete else "0")
            catalog.put(store.GENERATION, str(int(catalog.get(store.GENERATION, "0")) + 1))
            catalog.commit()
        except BaseException:
            catalog.rollback()
            raise

    def _embed(self, vectors: VectorStore, texts: dict[str, str]) -> None:
        """Give every chunk its vector: from the cache, or computed; writing runs alongside."""
        from index.nodes import PassageEmbedding

        have = vectors.ids()
        missing = {id_: text for id_, text in texts.items() if id_ not in have}
        if not missing:
            return
        model = PassageEmbedding(self._embedder, embed_batch_size=_MODEL_BATCH)
        cache = VectorCache(self._path / store.CACHE)
        done = 0
        try:
            with ThreadPoolExecutor(max_workers=1) as writer:
                writing: Future[None] | None = None
                for batch in _batches(missing.items(), _BATCH):
                    keys = [embedding_key(self._embedder.name, text) for _, text in batch]
                    known = cache.get(keys)
                    new = {k: t for k, (_, t) in zip(keys, batch, strict=True) if k not in known}
                    if new:
                        computed = model.get_text_embedding_batch(list(new.values()))
                        fresh = dict(zip(new, np.asarray(computed, dtype=np.float32), strict=True))
                        cache.put(fresh.items())
                        known |= fresh
                        self._summary.embedded += len(fresh)
                    matrix = np.stack([known[key] for key in keys])
                    if writing is not None:
                        writing.result()
                    writing = writer.submit(_put, vectors, batch, matrix)
                    done += len(batch)
                    self._progress("embedding", done, len(missing))
                if writing is not None:
                    writing.result()
        finally:
            cache.close()

    def _sweep(self, catalog: Catalog, vectors: VectorStore) -> None:
        """Remove vectors that the catalogue does not list, left by this run or a killed one."""
        texts = catalog.embedded_texts()
        if vectors.count() == len(texts):
            return
        vectors.remove(sorted(vectors.ids() - texts.keys()))
        cache = VectorCache(self._path / store.CACHE)
        cache.keep_only(embedding_key(self._embedder.name, text) for text in texts.values())
        cache.close()


def _put(vectors: VectorStore, batch: list[tuple[str, str]], matrix: np.ndarray) -> None:
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
