"""Chroma's database beside the catalogue: what it has lost is told by the next run."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index import store
from index.build import build_index
from index.errors import IndexStoreError
from index.store import Index
from tests.fakes import FakeEmbedder
from tests.index.articles import GARDEN, TOWN, write_articles
from tests.index.contents import assert_same

CHANGED = TOWN | {"garden.txt": GARDEN.replace("4,711 roses", "4,712 tulips")}


def database(path: Path) -> Path:
    return path / "data-1" / "chroma" / "chroma.sqlite3"


def _halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _garble(path: Path) -> None:
    path.write_bytes(random.Random(0).randbytes(path.stat().st_size))


def _make_new(path: Path) -> None:
    """As Chroma makes one where there is none."""
    import chromadb

    path.unlink()
    client = chromadb.PersistentClient(
        str(path.parent), settings=chromadb.Settings(anonymized_telemetry=False)
    )
    client.close()


@pytest.mark.parametrize("damage", [Path.unlink, _halve, _empty, _garble, _make_new])
def test_a_lost_database_is_told_although_nothing_has_changed(
    town: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(database(town))
    for _ in range(2):
        with pytest.raises(IndexStoreError, match="the index is damaged") as raised:
            build_index(tmp_path / "articles", town, FakeEmbedder())
        assert "--rebuild" in raised.value.fix
    assert build_index(tmp_path / "articles", town, FakeEmbedder(), rebuild=True).embedded == 0
    build_index(tmp_path / "articles", tmp_path / "scratch", FakeEmbedder())
    assert_same(town, tmp_path / "scratch")


def test_a_database_of_a_state_before_is_told(town: Path, tmp_path: Path) -> None:
    shutil.copy(database(town), tmp_path / "older")
    write_articles(tmp_path / "articles", CHANGED)
    assert build_index(tmp_path / "articles", town, FakeEmbedder()).updated == 1
    shutil.copy(tmp_path / "older", database(town))
    for articles in [CHANGED, CHANGED | {"new.txt": "The tower is 63 metres high."}]:
        write_articles(tmp_path / "articles", articles)
        with pytest.raises(IndexStoreError, match="2 of 9 vectors are missing"):
            build_index(tmp_path / "articles", town, FakeEmbedder())


def test_a_database_of_another_index_is_told(town: Path, tmp_path: Path) -> None:
    build_index(tmp_path / "articles", tmp_path / "other", FakeEmbedder())
    shutil.copy(database(tmp_path / "other"), database(town))
    with pytest.raises(IndexStoreError, match="another index"):
        build_index(tmp_path / "articles", town, FakeEmbedder())


def test_a_vector_that_waits_in_the_log_and_was_wiped_is_told(town: Path, tmp_path: Path) -> None:
    write_articles(tmp_path / "articles", CHANGED)
    build_index(tmp_path / "articles", town, FakeEmbedder())
    with closing(sqlite3.connect(database(town))) as db, db:
        db.execute("UPDATE embeddings_queue SET vector = zeroblob(length(vector))")
    with pytest.raises(IndexStoreError, match="not what it was"):
        build_index(tmp_path / "articles", town, FakeEmbedder())


def test_vectors_that_nothing_lists_are_taken_out(town: Path, tmp_path: Path) -> None:
    """A database of the next state is as good as that of this one."""
    vectors = store.open_vectors(town, "data-1")
    vectors.put(["0" * 32], FakeEmbedder().embed_passages(["stray"]), ["stray"])
    vectors.close()
    summary = build_index(tmp_path / "articles", town, FakeEmbedder())
    assert (summary.updated, summary.embedded) == (0, 0)
    with closing(store.open_vectors(town, "data-1")) as vectors:
        assert vectors.count() == 9


def test_a_layout_that_is_not_known_is_left_to_chroma(town: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database(town))) as db, db:
        db.execute("ALTER TABLE max_seq_id RENAME TO other")
    build_index(tmp_path / "articles", town, FakeEmbedder())


def test_an_index_of_menus_has_no_vector_and_is_whole(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", {"a.txt": "Menu"})
    for _ in range(2):
        build_index(folder, tmp_path / "index", FakeEmbedder())
    Index(tmp_path / "index", FakeEmbedder()).close()
