"""The seal of saved vectors: whatever is wrong with a file is told before Chroma opens it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index import seal, store
from index.build import build_index
from index.errors import IndexStoreError
from index.seal import SEAL, check_seal, write_seal
from index.store import Index
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, write_articles
from tests.index.contents import assert_same

Damage = Callable[[Path], object]

MANY = TOWN | {f"{n}.txt": f"Report {n} says that {n * 7} ships came to town." for n in range(300)}
FILES = ["header.bin", "length.bin", "data_level0.bin", "link_lists.bin", "index_metadata.pickle"]


def _halve(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _garble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(len(data) // 3, 2 * len(data) // 3 + 1):
        data[place] ^= 0x5A
    path.write_bytes(data)


def _lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


DAMAGES: dict[str, Damage] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "half": _halve,
    "garbled": _garble,
    "longer": _lengthen,
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles and their index. Only copy it."""
    place = tmp_path_factory.mktemp("prepared")
    build_index(write_articles(place / "articles", MANY), place / "index", FakeEmbedder())
    return place


def _assert_told_and_cured(place: Path) -> None:
    """Asking and indexing say that it is damaged, and a rebuild puts it right."""
    path, folder = place / "index", place / "articles"
    with pytest.raises(IndexStoreError, match="damaged") as raised:
        Index(path, FakeEmbedder())
    assert "footnote index --rebuild" in raised.value.fix
    with pytest.raises(IndexStoreError, match="damaged") as raised:
        build_index(folder, path, FakeEmbedder())
    assert "footnote index --rebuild" in raised.value.fix
    assert build_index(folder, path, FakeEmbedder(), rebuild=True).embedded == 0
    build_index(folder, place / "scratch", FakeEmbedder())
    assert_same(path, place / "scratch")


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_told(prepared: Path, tmp_path: Path, name: str, damage: str) -> None:
    place = shutil.copytree(prepared, tmp_path / "place")
    file = next((place / "index").rglob(name))
    if file.stat().st_size == 0 and damage in ("empty", "half", "garbled"):
        pytest.skip("it is empty when it is whole")
    DAMAGES[damage](file)
    with pytest.raises(IndexStoreError, match="damaged") as raised:
        store.check_vectors(place / "index", "data-1")
    assert "footnote index --rebuild" in raised.value.fix


@pytest.mark.slow
@pytest.mark.parametrize(
    "lost",
    ["data-1", "data-1/chroma", "data-1/chroma/seal.json", "graph", "data-1/catalog.sqlite3"],
)
def test_what_is_missing_is_told_and_a_rebuild_cures_it(
    prepared: Path, tmp_path: Path, lost: str
) -> None:
    place = shutil.copytree(prepared, tmp_path / "place")
    graph = next((place / "index").rglob("header.bin")).parent
    target = graph if lost == "graph" else place / "index" / lost
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink()
    if lost in ("data-1", "data-1/catalog.sqlite3"):  # told in other words
        with pytest.raises(IndexStoreError) as raised:
            Index(place / "index", FakeEmbedder())
        assert "footnote index --rebuild" in raised.value.fix
        build_index(place / "articles", place / "index", FakeEmbedder(), rebuild=True)
        return
    _assert_told_and_cured(place)


@pytest.mark.slow
def test_a_garbled_graph_ends_no_process(prepared: Path, tmp_path: Path) -> None:
    """Opened by Chroma it would."""
    place = shutil.copytree(prepared, tmp_path / "place")
    for name in FILES[:3]:
        _garble(next((place / "index").rglob(name)))
    _assert_told_and_cured(place)


def test_small_updates_leave_the_seal_as_it_is(prepared: Path, tmp_path: Path) -> None:
    place = shutil.copytree(prepared, tmp_path / "place")
    path, folder = place / "index", place / "articles"
    sealed = (path / "data-1" / "chroma" / SEAL).read_bytes()
    for number in range(4):
        write_articles(
            folder, MANY | {"new.txt": f"The new tower is {number} metres high, he says."}
        )
        assert build_index(folder, path, FakeEmbedder()).embedded == 1
        index = Index(path, FakeEmbedder())
        assert len(index.nearest(FakeEmbedder().embed_query("new tower"), 5)) == 5
        index.close()
    assert (path / "data-1" / "chroma" / SEAL).read_bytes() == sealed
    store.check_vectors(path, "data-1")


def test_a_large_file_is_read_in_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "_WHOLE", 1000)
    monkeypatch.setattr(seal, "_SAMPLE", 10)
    file = tmp_path / "sub" / "large.bin"
    file.parent.mkdir()
    file.write_bytes(bytes(range(256)) * 100)
    write_seal(tmp_path, [file])
    check_seal(tmp_path)
    for damage in (_halve, _garble, lambda path: path.write_bytes(b"x" + path.read_bytes()[1:])):
        whole = file.read_bytes()
        damage(file)
        with pytest.raises(IndexStoreError, match=r"large\.bin"):
            check_seal(tmp_path)
        file.write_bytes(whole)
    check_seal(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", '{"a": 7}', '{"a": [1]}', "\x00"])
def test_a_seal_that_makes_no_sense_is_damage(tmp_path: Path, text: str) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / SEAL).write_text(text)
    with pytest.raises(IndexStoreError, match="damaged"):
        check_seal(tmp_path)
