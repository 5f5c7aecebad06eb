"""The vectors in Chroma: they come back as they went in, and one process may share them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexStoreError
from index.vectors import VectorStore
from tests.fakes import embed

TEXTS = {
    "a.txt#1:0-9:0": "The harbour is open again.",
    "a.txt#2:11-30:0": "The bridge will be closed for three weeks.",
    "b.txt#1:0-9:0": "The garden has many roses.",
}


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[VectorStore]:
    (tmp_path / "chroma").mkdir()
    store = VectorStore(tmp_path / "chroma", create=True)
    store.put(
        list(TEXTS),
        np.stack([embed(text) for text in TEXTS.values()]),
        [("a.txt", 1), ("a.txt", 2), ("b.txt", 1)],
        list(TEXTS.values()),
    )
    yield store
    store.close()


def test_vectors_come_back(vectors: VectorStore) -> None:
    assert vectors.count() == 3
    assert vectors.ids() == set(TEXTS)
    found = vectors.vectors([*TEXTS, "no such id"])
    assert found.keys() == TEXTS.keys()
    for id_, text in TEXTS.items():
        assert found[id_] == pytest.approx(embed(text), abs=1e-6)
    assert vectors.vectors([]) == {}


def test_the_nearest_come_first_with_their_cosine(vectors: VectorStore) -> None:
    query = embed("Is the bridge closed?")
    found = vectors.nearest(query, 3)
    expected = {id_: float(embed(text) @ query) for id_, text in TEXTS.items()}
    assert [id_ for id_, _ in found] == sorted(TEXTS, key=lambda id_: -expected[id_])
    for id_, cosine in found:
        assert cosine == pytest.approx(expected[id_], abs=1e-5)


def test_some_files_only(vectors: VectorStore) -> None:
    query = embed("Is the bridge closed?")
    assert [id_ for id_, _ in vectors.nearest(query, 3, ["b.txt"])] == ["b.txt#1:0-9:0"]


def test_putting_again_replaces(vectors: VectorStore) -> None:
    id_ = "b.txt#1:0-9:0"
    vectors.put([id_], embed("other")[None, :], [("b.txt", 1)], ["other"])
    assert vectors.count() == 3
    assert vectors.vectors([id_])[id_] == pytest.approx(embed("other"), abs=1e-6)


def test_what_is_removed_is_gone(vectors: VectorStore) -> None:
    vectors.remove(["a.txt#1:0-9:0"])
    vectors.remove([])
    assert vectors.ids() == set(TEXTS) - {"a.txt#1:0-9:0"}
    assert "a.txt#1:0-9:0" not in dict(vectors.nearest(embed("harbour"), 3))


def test_a_folder_without_vectors_is_not_made_one_by_looking(tmp_path: Path) -> None:
    with pytest.raises(IndexStoreError, match="its vectors are missing") as raised:
        VectorStore(tmp_path)
    assert "--rebuild" in raised.value.fix
    assert not (tmp_path / "chroma.sqlite3").exists()


def test_threads_may_open_and_close_it_at_once(vectors: VectorStore, tmp_path: Path) -> None:
    def look(_: int) -> int:
        store = VectorStore(tmp_path / "chroma")
        try:
            return len(store.nearest(embed("harbour"), 3))
        finally:
            store.close()

    vectors.close()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(look, range(40))) == [3] * 40
