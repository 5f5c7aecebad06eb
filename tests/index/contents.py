"""All that an index says, read past the code under test, so that two can be compared."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import store
from index.embed import Vectors


@dataclass(frozen=True)
class Contents:
    """What a catalogue says, without the keys that depend on its history."""

    articles: dict[str, tuple[object, ...]]
    """File → digest, text, title, author."""
    paragraphs: dict[tuple[str, int], tuple[object, ...]]
    """File, number → start, end, kind, tokens."""
    chunks: dict[str, tuple[object, ...]]
    """Id → file, paragraph, start, end, what was embedded, tokens, kind."""
    words: set[tuple[str, str, int]]
    """Term, chunk id, count."""
    names: set[tuple[str, str, str, int]]
    """Skeleton, word, file, count."""
    relations: set[tuple[str, str, str, float]]
    """Two files, what they are to each other, and how much."""
    compared: set[str]
    """The files that were compared with all others."""
    complete: bool


def read_contents(path: Path) -> Contents:
    """What the catalogue in force says."""
    database = sqlite3.connect(path / _data(path) / "catalog.sqlite3")
    try:
        articles = database.execute("SELECT file, digest, text, title, author FROM article")
        paragraphs = database.execute(
            "SELECT file, number, start, end, kind, tokens FROM paragraph"
        )
        chunks = database.execute(
            "SELECT id, file, paragraph, start, end, embedded, tokens, kind FROM chunk"
        )
        words = database.execute(
            "SELECT term, id, count FROM posting LEFT JOIN chunk ON chunk.key = posting.chunk"
        )
        names = database.execute("SELECT skeleton, word, file, count FROM name")
        relations = database.execute("SELECT file_a, file_b, kind, similarity FROM relation")
        compared = database.execute("SELECT file FROM gist")
        complete = database.execute("SELECT value FROM meta WHERE key = 'complete'")
        return Contents(
            articles={row[0]: row[1:] for row in articles},
            paragraphs={row[:2]: row[2:] for row in paragraphs},
            chunks={row[0]: row[1:] for row in chunks},
            words=set(words),
            names=set(names),
            relations=set(relations),
            compared={file for (file,) in compared},
            complete=complete.fetchone() == ("1",),
        )
    finally:
        database.close()


def read_vectors(path: Path) -> dict[str, Vectors]:
    """Id → vector, of all that Chroma holds for an index."""
    store.check_vectors(path, _data(path))
    with closing(store.open_vectors(path, _data(path))) as vectors:
        return vectors.vectors(vectors.ids())


def listed_vectors(path: Path) -> set[str]:
    """The ids of the vectors that the catalogue in force lists."""
    with closing(store.open_catalog(path, _data(path))) as catalog:
        return {id_ for id_, _ in catalog.vector_texts()}


def assert_same(one: Path, other: Path) -> None:
    """Two indexes say the same: same articles, ids, texts and words, vectors within 1e-4."""
    assert read_contents(one) == read_contents(other)
    vectors, others = read_vectors(one), read_vectors(other)
    assert vectors.keys() == others.keys() == listed_vectors(one)
    for id_, vector in vectors.items():
        assert np.abs(vector - others[id_]).max() < 1e-4, f"another vector: {id_}"


def _data(path: Path) -> str:
    marker = store.read_marker(path)
    assert marker is not None, f"there is no index at {path}"
    return marker.data
