"""Status: what is indexed, and what has changed in the folder since."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index import store
from index.build import build_index
from index.catalog import Catalog
from index.errors import IndexStoreError
from index.status import read_status
from tests.fakes import FakeEmbedder, FakeError
from tests.index.articles import GARDEN, HARBOUR, TOWN, write_articles

LIMIT = 20_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_articles(tmp_path / "articles", TOWN)


@pytest.fixture
def index(folder: Path, tmp_path: Path) -> Path:
    build_index(folder, tmp_path / "index", FakeEmbedder())
    return tmp_path / "index"


def test_counts(index: Path, folder: Path) -> None:
    status = read_status(index, LIMIT)
    assert status.path == str(index)
    assert status.corpus == str(folder)
    assert status.model == "fake-1/hash"
    assert (status.files, status.paragraphs, status.chunks) == (3, 9, 9)
    assert status.size_mb > 0
    assert status.complete
    assert status.stale == []
    assert status.problem is None
    assert "stale       none" in str(status)


def test_added_changed_and_removed_files_are_stale(index: Path) -> None:
    folder = index.parent / "articles"
    write_articles(
        folder, {"harbour.txt": HARBOUR + "\nMore.", "garden.txt": GARDEN, "new.txt": HARBOUR}
    )
    status = read_status(index, LIMIT)
    assert status.stale == ["bridge.txt", "harbour.txt", "new.txt"]
    assert "bridge.txt, harbour.txt, new.txt" in str(status)
    build_index(folder, index, FakeEmbedder())
    assert read_status(index, LIMIT).stale == []


def test_a_file_that_cannot_be_indexed_is_not_stale(index: Path, folder: Path) -> None:
    (folder / "photo.txt").write_bytes(bytes(range(256)) * 4)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "large.txt").write_bytes(b"word " * 1000)
    build_index(folder, index, FakeEmbedder(), max_file_bytes=4000)
    assert read_status(index, 4000).stale == []


def test_a_folder_that_is_away_is_a_problem_and_nothing_is_stale(index: Path, folder: Path) -> None:
    shutil.rmtree(folder)
    status = read_status(index, LIMIT)
    assert status.problem is not None
    assert str(folder) in status.problem
    assert status.stale == []
    assert status.problem in str(status)


def test_an_unfinished_index_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FakeError):
        build_index(folder, tmp_path / "index", FakeEmbedder(fail_after=0))
    status = read_status(tmp_path / "index", LIMIT)
    assert not status.complete
    assert "complete" not in str(status).splitlines()[0]


def _lose(chroma: Path) -> None:
    (chroma / "chroma.sqlite3").unlink()


def _cut_off(chroma: Path) -> None:
    [graph] = chroma.glob("*/data_level0.bin")
    graph.write_bytes(graph.read_bytes()[:-1])


def _take_vectors(chroma: Path) -> None:
    with closing(sqlite3.connect(chroma / "chroma.sqlite3")) as db, db:
        db.execute("DELETE FROM embeddings WHERE id < 3")


@pytest.mark.parametrize("damage", [_lose, _cut_off, _take_vectors])
def test_vectors_that_are_missing_are_damage(index: Path, damage: Callable[[Path], None]) -> None:
    damage(index / "data-1" / "chroma")
    status = read_status(index, LIMIT)
    assert status.is_damaged
    assert not status.complete
    assert "the index is damaged" in (status.problem or "")
    assert "(damaged: run footnote index --rebuild)" in str(status).splitlines()[0]
    whole = json.loads(json.dumps(status.to_dict()))
    assert "is_damaged" not in whole
    assert (whole["complete"], whole["files"]) == (False, 3)


def test_a_writer_between_the_looks_is_no_damage(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalogue was read before an update, the vectors after it."""
    look = store.has_strays

    def late(path: Path, data: str, catalog: Catalog) -> bool:
        before = list(catalog.vector_ids())
        monkeypatch.setattr(store, "has_strays", look)
        write_articles(folder, TOWN | {"garden.txt": "All roses are gone, the museum said."})
        build_index(folder, path, FakeEmbedder())
        monkeypatch.setattr(catalog, "vector_ids", lambda: iter(before))
        return look(path, data, catalog)

    monkeypatch.setattr(store, "has_strays", late)
    assert not read_status(index, LIMIT).is_damaged


def test_a_database_that_is_being_written_is_no_damage(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.listed._PATIENCE", 1)
    with closing(sqlite3.connect(index / "data-1" / "chroma" / "chroma.sqlite3")) as db:
        db.execute("BEGIN EXCLUSIVE")
        assert read_status(index, LIMIT).complete


def test_no_index_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IndexStoreError, match="there is no index") as raised:
        read_status(tmp_path / "nothing", LIMIT)
    assert "footnote index" in raised.value.fix
    assert not (tmp_path / "nothing").exists()


def test_as_json(index: Path) -> None:
    status = read_status(index, LIMIT)
    assert json.loads(json.dumps(status.to_dict())) == {
        "path": str(index),
        "corpus": status.corpus,
        "model": "fake-1/hash",
        "files": 3,
        "paragraphs": 9,
        "chunks": 9,
        "size_mb": status.size_mb,
        "complete": True,
        "stale": [],
        "problem": None,
        "copies": 0,
        "rewrites": 0,
    }
