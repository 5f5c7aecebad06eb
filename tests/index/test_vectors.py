"""The vectors in Chroma: they come back as they went in, and one process may share them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import IndexStoreError
from index.local_chroma import LocalChroma, wipe_unwritten
from tests.fakes import embed

TEXTS = {
    "a.txt#1:0-9:0": "The harbour is open again.",
    "a.txt#2:11-30:0": "The bridge will be closed for three weeks.",
    "b.txt#1:0-9:0": "The garden has many roses.",
}


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[LocalChroma]:
    (tmp_path / "chroma").mkdir()
    store = LocalChroma(tmp_path / "chroma", create=True)
    store.put(
        list(TEXTS),
        np.stack([embed(text) for text in TEXTS.values()]),
        list(TEXTS.values()),
    )
    yield store
    store.close()


def test_vectors_come_back(vectors: LocalChroma) -> None:
    assert vectors.count() == 3
    assert vectors.ids() == set(TEXTS)
    found = vectors.vectors([*TEXTS, "no such id"])
    assert found.keys() == TEXTS.keys()
    for id_, text in TEXTS.items():
        assert found[id_] == pytest.approx(embed(text), abs=1e-6)
    assert vectors.vectors([]) == {}


def test_the_nearest_come_first_with_their_cosine(vectors: LocalChroma) -> None:
    query = embed("Is the bridge closed?")
    found = vectors.nearest(query, 3)
    expected = {id_: float(embed(text) @ query) for id_, text in TEXTS.items()}
    assert [id_ for id_, _ in found] == sorted(TEXTS, key=lambda id_: -expected[id_])
    for id_, cosine in found:
        assert cosine == pytest.approx(expected[id_], abs=1e-5)


def test_putting_again_replaces(vectors: LocalChroma) -> None:
    id_ = "b.txt#1:0-9:0"
    vectors.put([id_], embed("other")[None, :], ["other"])
    assert vectors.count() == 3
    assert vectors.vectors([id_])[id_] == pytest.approx(embed("other"), abs=1e-6)


def test_what_is_removed_is_gone(vectors: LocalChroma) -> None:
    vectors.remove(["a.txt#1:0-9:0"])
    vectors.remove([])
    assert vectors.ids() == set(TEXTS) - {"a.txt#1:0-9:0"}
    assert "a.txt#1:0-9:0" not in dict(vectors.nearest(embed("harbour"), 3))


def test_a_folder_without_vectors_is_not_made_one_by_looking(tmp_path: Path) -> None:
    with pytest.raises(IndexStoreError, match="its vectors are missing") as raised:
        LocalChroma(tmp_path)
    assert "--rebuild" in raised.value.fix
    assert not (tmp_path / "chroma.sqlite3").exists()


def test_threads_may_open_and_close_it_at_once(vectors: LocalChroma, tmp_path: Path) -> None:
    def look(_: int) -> int:
        store = LocalChroma(tmp_path / "chroma")
        try:
            return len(store.nearest(embed("harbour"), 3))
        finally:
            store.close()

    vectors.close()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(look, range(40))) == [3] * 40


# -- damage --------------------------------------------------------------------------------

MANY = 1100  # Chroma writes its graph to the disk from 1,000 vectors on

USES: dict[str, Callable[[LocalChroma], object]] = {
    "ids": LocalChroma.ids,
    "count": LocalChroma.count,
    "nearest": lambda store: store.nearest(embed("harbour"), 3),
    "vectors": lambda store: store.vectors([f"a.txt#{n}" for n in range(10)]),
    "put": lambda store: store.put(["b#1"], embed("b")[None, :], ["b"]),
    "remove": lambda store: store.remove(["a.txt#1"]),
}


class FakePanic(BaseException):
    """Stands for pyo3's PanicException, which is no `Exception` either."""


class FakeCollection:
    """A collection of which every use raises."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def use(*_: object, **__: object) -> None:
            raise self._error

        return use


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of Chroma's with all the kinds of file that it writes. Only copy it."""
    folder = tmp_path_factory.mktemp("large")
    store = LocalChroma(folder, create=True)
    matrix = np.random.default_rng(0).standard_normal((MANY, 48)).astype(np.float32)
    ids = [f"a.txt#{n}" for n in range(MANY)]
    store.put(ids, matrix, ids)
    store.settle()
    store.close()
    return folder


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _garble_second_half(path: Path) -> None:
    data = path.read_bytes()
    half = len(data) // 2
    path.write_bytes(data[:half] + b"\xff" * (len(data) - half))


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("header.bin", _empty),
        ("header.bin", Path.unlink),
        ("data_level0.bin", Path.unlink),
        ("index_metadata.pickle", _empty),
        ("index_metadata.pickle", _garble_second_half),
        ("length.bin", Path.unlink),
        ("chroma.sqlite3", _empty),
        ("chroma.sqlite3", _garble_second_half),
    ],
)
def test_damage_is_told_whatever_is_done(
    large: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    folder = shutil.copytree(large, tmp_path / "chroma")
    damage(next(folder.rglob(name)))
    told = []
    try:
        store = LocalChroma(folder)
    except IndexStoreError as error:
        told.append(error)
    else:
        for use in USES.values():
            try:
                use(store)
            except IndexStoreError as error:
                told.append(error)
        store.close()
    assert told
    assert all("damaged" in error.what and "--rebuild" in error.fix for error in told)


@pytest.mark.parametrize("use", USES)
def test_a_panic_of_the_store_is_an_error_for_a_person(vectors: LocalChroma, use: str) -> None:
    whole = vectors._collection
    vectors._collection = FakeCollection(FakePanic("index out of bounds"))
    with pytest.raises(IndexStoreError, match="index out of bounds") as raised:
        USES[use](vectors)
    assert isinstance(raised.value.__cause__, FakePanic)
    assert "--rebuild" in raised.value.fix
    vectors._collection = whole


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_request_to_stop_is_no_damage(vectors: LocalChroma, error: type[BaseException]) -> None:
    whole = vectors._collection
    vectors._collection = FakeCollection(error())
    with pytest.raises(error):
        vectors.count()
    vectors._collection = whole


def test_a_panic_while_it_is_opened(vectors: LocalChroma, monkeypatch: pytest.MonkeyPatch) -> None:
    import chromadb

    def panic(*_: object, **__: object) -> None:
        raise FakePanic

    monkeypatch.setattr(chromadb, "PersistentClient", panic)
    folder = Path(vectors._client._identifier)
    with pytest.raises(IndexStoreError, match="FakePanic"):
        LocalChroma(folder)


@pytest.mark.parametrize("damage", [_empty, lambda path: path.write_bytes(b"garbage" * 1000)])
def test_what_could_not_be_opened_can_be_once_it_is_whole(
    large: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    folder = shutil.copytree(large, tmp_path / "chroma")
    damage(folder / "chroma.sqlite3")
    with pytest.raises(IndexStoreError):
        LocalChroma(folder)
    shutil.copytree(large, folder, dirs_exist_ok=True)
    store = LocalChroma(folder)
    assert store.count() == MANY
    store.close()


# -- memory that was never written ---------------------------------------------------------

_FILES = ("length.bin", "data_level0.bin")


def _dirty(folder: Path, taken: int) -> None:
    """What Chroma saves where the memory that it allots held something before."""
    for name in _FILES:
        file = next(folder.rglob(name))
        data = file.read_bytes()
        size = len(data) // 100  # it allots places by the hundred
        rest = len(data) - taken * size
        file.write_bytes(data[: taken * size] + (b"Bearer sk-secret " * rest)[:rest])


@pytest.mark.parametrize("count", [3, 60, MANY, 2500])
def test_memory_that_was_never_written_is_not_kept(tmp_path: Path, count: int) -> None:
    matrix = np.random.default_rng(1).standard_normal((count, 48)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    ids = [f"a.txt#{n}" for n in range(count)]
    store = LocalChroma(tmp_path, create=True)
    store.put(ids, matrix, ids)
    store.settle()
    store.close()
    if count < 100:
        _dirty(tmp_path, taken=count)
        assert any(b"sk-secret" in path.read_bytes() for path in tmp_path.rglob("*.bin"))
    wipe_unwritten(tmp_path)
    assert not any(b"sk-secret" in path.read_bytes() for path in tmp_path.rglob("*.bin"))
    again = LocalChroma(tmp_path)
    found = again.vectors(ids)
    assert all(found[id_] == pytest.approx(matrix[n], abs=1e-6) for n, id_ in enumerate(ids))
    assert all(again.nearest(matrix[n], 1)[0][0] == ids[n] for n in range(0, count, 1 + count // 9))
    again.close()


def test_a_settled_graph_is_not_saved_by_those_who_read_it(
    vectors: LocalChroma, tmp_path: Path
) -> None:
    vectors.settle()
    vectors.close()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.bin")}
    assert len(before) == 4
    (lengths,) = (data for path, data in before.items() if path.name == "length.bin")
    assert not any(lengths[3 * 4 :])
    again = LocalChroma(tmp_path / "chroma")
    assert len(again.nearest(embed("harbour"), 3)) == 3
    assert again.ids() == set(TEXTS)
    again.close()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.bin")} == before


def test_nothing_can_be_settled(tmp_path: Path) -> None:
    store = LocalChroma(tmp_path, create=True)
    store.settle()
    assert store.count() == 0
    store.close()


def test_neighbours_that_lie_close_together_are_found(tmp_path: Path) -> None:
    """As the vectors of a language model do: with the defaults of Chroma 87 % would be."""
    noise = np.random.default_rng(2).standard_normal((6000, 384)).astype(np.float32)
    matrix = noise + 1.0
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    ids = [f"a.txt#{n}" for n in range(len(matrix))]
    store = LocalChroma(tmp_path, create=True)
    store.put(ids, matrix, ids)
    found = nearest = 0
    for n in range(0, len(ids), 60):
        exact = np.argsort(-(matrix @ matrix[n]))[:30]
        near = {id_ for id_, _ in store.nearest(matrix[n], 30)}
        assert ids[n] in near
        found += len(near & {ids[m] for m in exact})
        nearest += 30
    store.close()
    assert found / nearest > 0.97


def test_a_folder_that_a_rebuild_removed_goes_on_answering(tmp_path: Path) -> None:
    """Beside other work Chroma gives its connection back late, and would open the file anew."""
    folder = tmp_path / "chroma"
    folder.mkdir()
    with closing(LocalChroma(folder, create=True)) as made:
        made.put(["a", "b"], np.eye(2, dtype=np.float32), ["a", "b"])
        made.settle()
    with closing(LocalChroma(folder)) as vectors, ThreadPoolExecutor(4) as others:
        query = np.asarray([1, 0], dtype=np.float32)
        assert vectors.nearest(query, 1) == [("a", 1.0)]
        shutil.rmtree(folder)
        for _ in range(4):
            others.submit(lambda: [sum(n * n for n in range(2000)) for _ in range(3000)])
        for _ in range(500):
            assert vectors.nearest(query, 1) == [("a", 1.0)]
