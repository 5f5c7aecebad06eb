"""A full disk and a read-only folder: a clear error, and the last complete state answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index import cache, catalog, store
from index.build import build_index
from index.errors import FootnoteError, IndexStoreError
from index.ours import CACHE
from index.status import read_status
from index.store import Index
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, Articles, write_articles
from tests.index.contents import assert_same, read_contents

pytestmark = [pytest.mark.slow, pytest.mark.integration]

ROSES = "How many roses has the garden behind the museum?"
MORE: Articles = TOWN | {
    f"reports/{n}.txt": " ".join(
        f"The committee counted {n * 7} ships and {i * 31} barrels in year {n}." for i in range(40)
    )
    for n in range(60)
}


def mount(*arguments: str | Path) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"cannot mount: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, small enough to fill."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may mount a disk that can be filled")
    place = tmp_path / "disk"
    place.mkdir()
    mount("-t", "tmpfs", "-o", "size=3m", "tmpfs", place)
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_articles(tmp_path / "articles", TOWN)


def fill_up(disk: Path) -> Path:
    """Leave no byte free; the file to remove again."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 1024):
                pass
        except OSError:
            return filler
    raise AssertionError("the disk has no end")


def answer(path: Path) -> str:
    """The file that answers the question, in an index opened anew."""
    embedder = FakeEmbedder()
    with closing(Index(path, embedder)) as index:
        return index.nearest(embedder.embed_query(ROSES), 1)[0][0].file


def test_an_update_that_fills_the_disk(disk: Path, folder: Path, tmp_path: Path) -> None:
    path = disk / "index"
    build_index(folder, path, FakeEmbedder())
    before = read_contents(path)
    write_articles(folder, MORE)
    with pytest.raises(IndexStoreError, match="the disk is full") as raised:
        build_index(folder, path, FakeEmbedder())
    assert "free some space" in raised.value.fix
    assert read_contents(path) == before
    assert answer(path) == "garden.txt"
    mount("-o", "remount,size=60m", disk)
    build_index(folder, path, FakeEmbedder())
    build_index(folder, tmp_path / "scratch", FakeEmbedder())
    assert_same(path, tmp_path / "scratch")


def test_a_disk_without_a_free_byte(disk: Path, folder: Path) -> None:
    path = disk / "index"
    build_index(folder, path, FakeEmbedder())
    filler = fill_up(disk)
    assert answer(path) == "garden.txt"
    assert read_status(path, 10**6).complete
    write_articles(folder, MORE)
    for rebuild in [False, True]:
        with pytest.raises(IndexStoreError, match="the disk is full"):
            build_index(folder, path, FakeEmbedder(), rebuild=rebuild)
        assert answer(path) == "garden.txt"
    with pytest.raises(FootnoteError, match="the disk is full"):
        build_index(folder, disk / "another", FakeEmbedder())
    filler.unlink()
    write_articles(folder, TOWN)
    assert build_index(folder, path, FakeEmbedder()).embedded == 0  # the cache was kept
    assert build_index(folder, disk / "another", FakeEmbedder()).articles == len(TOWN)


def test_an_index_opened_on_a_full_disk_sees_what_is_indexed_when_it_no_longer_is(
    disk: Path, folder: Path
) -> None:
    path, embedder = disk / "index", FakeEmbedder()
    build_index(folder, path, embedder)
    filler = fill_up(disk)
    with closing(Index(path, embedder)) as index:
        query = embedder.embed_query("tower")
        assert index.catalog.is_frozen
        assert {row.file for row, _ in index.nearest(query, 20)} == TOWN.keys()
        filler.unlink()
        write_articles(folder, TOWN | {"tower.txt": "The tower is 63 metres high, they say."})
        build_index(folder, path, embedder)
        assert index.nearest(query, 1)[0][0].file == "tower.txt"
        assert not index.catalog.is_frozen


def test_a_read_only_disk(disk: Path, folder: Path, repository: Path) -> None:
    path = disk / "index"
    # In another process: Chroma keeps files open, and the disk stays writable until they go.
    code = (
        "import sys; from pathlib import Path; from index.build import build_index\n"
        "from tests.fakes import FakeEmbedder\n"
        "build_index(Path(sys.argv[1]), Path(sys.argv[2]), FakeEmbedder())"
    )
    subprocess.run([sys.executable, "-c", code, folder, path], cwd=repository, check=True)
    mount("-o", "remount,ro", disk)
    before = read_contents_frozen(path)
    assert answer(path) == "garden.txt"
    assert read_status(path, 10**6).complete
    for place in [path, disk / "another"]:
        with pytest.raises(IndexStoreError, match=r"cannot write to .*: Read-only") as raised:
            build_index(folder, place, FakeEmbedder(), rebuild=True)
        assert "--index" in raised.value.fix
    assert read_contents_frozen(path) == before
    mount("-o", "remount,rw", disk)
    assert build_index(folder, path, FakeEmbedder()).embedded == 0


def read_contents_frozen(path: Path) -> dict[str, str]:
    marker = store.read_marker(path)
    assert marker is not None
    with closing(store.open_catalog(path, marker.data)) as opened:
        assert opened.is_frozen
        return opened.digests()


def test_a_folder_that_must_not_be_written(folder: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    path = tmp_path / "index"
    build_index(folder, path, FakeEmbedder())
    places = [path, *(place for place in path.rglob("*") if place.is_dir())]
    for place in places:
        place.chmod(0o555)
    try:
        assert answer(path) == "garden.txt"
        write_articles(folder, MORE)
        with pytest.raises(IndexStoreError, match="cannot write"):
            build_index(folder, path, FakeEmbedder())
        assert answer(path) == "garden.txt"
    finally:
        for place in places:
            place.chmod(0o755)
    assert build_index(folder, path, FakeEmbedder()).added == len(MORE) - len(TOWN)


_ASK = """
import sys
from contextlib import closing
from pathlib import Path
from index.build import build_index
from index.errors import FootnoteError
from index.store import Index
from tests.fakes import FakeEmbedder
folder, path, model = Path(sys.argv[1]), Path(sys.argv[2]), FakeEmbedder()
try:
    if sys.argv[3] == "index":
        build_index(folder, path, model)
    with closing(Index(path, model)) as index:
        print(index.nearest(model.embed_query("How many roses has the garden?"), 1)[0][0].file)
except FootnoteError as error:
    print(error)
"""


@pytest.fixture
def told(folder: Path, tmp_path: Path, repository: Path) -> Callable[[str], str]:
    """What somebody is told who is no root and asks ("ask"), or indexes before ("index")."""
    build_index(folder, tmp_path / "index", FakeEmbedder())
    command = [sys.executable, "-c", _ASK, folder, tmp_path / "index"]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root may read and write everywhere")
        lost = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={lost}", f"--inh-caps={lost}", *command]

    def run(what: str) -> str:
        done = subprocess.run(
            [*command, what], cwd=repository, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.mark.parametrize("files_too", [True, False], ids=["all", "folders"])
def test_an_index_that_may_only_be_read_answers(
    tmp_path: Path, told: Callable[[str], str], files_too: bool
) -> None:
    path = tmp_path / "index"
    places = [path, *(place for place in path.rglob("*") if files_too or place.is_dir())]
    before = {place: place.stat().st_mode for place in places}
    for place in places:
        place.chmod(before[place] & ~0o222)
    try:
        assert told("ask") == "garden.txt"
    finally:
        for place in places:
            place.chmod(before[place])


@pytest.mark.parametrize(
    "part",
    [
        "footnote.json",
        "data-1",
        "data-1/catalog.sqlite3",
        "data-1/chroma/chroma.sqlite3",
        "data-1/chroma/seal.json",
        "data-1/chroma/*-*/header.bin",
    ],
)
def test_what_may_not_be_read_is_named_and_no_damage(
    tmp_path: Path, told: Callable[[str], str], part: str
) -> None:
    [place] = (tmp_path / "index").glob(part)
    mode = place.stat().st_mode
    place.chmod(0)
    try:
        for what in ["ask", "index"]:
            said = told(what)
            assert f"cannot read {place}" in said
            assert "make it readable" in said
            assert "rebuild" not in said
    finally:
        place.chmod(mode)


def test_a_cache_that_may_not_be_read_is_kept(
    folder: Path, tmp_path: Path, told: Callable[[str], str]
) -> None:
    place = tmp_path / "index" / CACHE
    before = place.read_bytes()
    write_articles(folder, TOWN | {"tower.txt": "The tower is 63 metres high, they say."})
    place.chmod(0)
    try:
        assert f"cannot read {place}" in told("index")
    finally:
        place.chmod(0o644)
    assert place.read_bytes() == before
    assert told("index") == "garden.txt"


def test_a_cache_on_a_full_disk_is_not_thrown_away(disk: Path) -> None:
    path = disk / "cache"
    with closing(cache.VectorCache(path)) as kept:
        kept.put([(b"key", FakeEmbedder().embed_query("text"))])
    filler = fill_up(disk)
    with pytest.raises(IndexStoreError, match="the disk is full"):
        cache.VectorCache(path)
    filler.unlink()
    with closing(cache.VectorCache(path)) as kept:
        assert kept.get([b"key"]).keys() == {b"key"}


def test_commits_that_wait_beside_a_catalogue_are_not_left_out(disk: Path, tmp_path: Path) -> None:
    """A killed writer's commits lie in the log alone: without it the catalogue is an old one."""
    path = disk / "catalog.sqlite3"
    source = tmp_path / "catalog.sqlite3"
    with closing(catalog.Catalog(source, create=True)) as writer:
        writer.put("key", "value")
        path.write_bytes(source.read_bytes())
        log = source.with_name("catalog.sqlite3-wal").read_bytes()
        path.with_name("catalog.sqlite3-wal").write_bytes(log)
    filler = fill_up(disk)
    with pytest.raises(IndexStoreError, match="the disk is full"):
        catalog.Catalog(path)
    filler.unlink()
    with closing(catalog.Catalog(path)) as whole:
        assert whole.get("key") == "value"
