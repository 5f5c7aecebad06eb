"""The folder of an index: what is ours is told by its marker, and nothing else is touched."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import ours, store
from index.build import build_index
from index.errors import FootnoteError, IndexStoreError, ModelMismatchError
from index.ours import CACHE
from index.store import Index, Marker, read_marker, write_marker, writer_lock
from index.vectors import vector_id
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, write_articles

MARKER = Marker(store.SCHEMA_VERSION, "data-1", "fake-1/hash", "/articles", "../articles")
FOREIGN = {
    "a file": lambda path: path.write_text("mine"),
    "a folder of files": lambda path: _write(path / "letter.doc", "mine"),
    "a folder with hidden files": lambda path: _write(path / ".config", "mine"),
    "a folder of folders": lambda path: _write(path / "data-1" / "thesis.txt", "mine"),
    "a folder with a file called lock": lambda path: _write(path / "lock", "mine"),
    "a broken marker": lambda path: _write(path / ours.MARKER, '{"footnote_index": 1, "da'),
    "an empty marker": lambda path: _write(path / ours.MARKER, ""),
    "a marker of others": lambda path: _write(path / ours.MARKER, '{"notes": ["mine"]}'),
    "a marker that is a list": lambda path: _write(path / ours.MARKER, "[]"),
    "a marker that is a folder": lambda path: _write(path / ours.MARKER / "a.txt", "mine"),
    "a database called as a cache": lambda path: _make_database(path / CACHE),
    "a file called as a cache": lambda path: _write(path / CACHE, "mine"),
    "a marker in no encoding": lambda path: _write_bytes(path / ours.MARKER, b"\xff\x00"),
}


def _write(path: Path, text: str) -> None:
    _write_bytes(path, text.encode())


def _make_database(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE mine (key, value)")


def _write_bytes(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    # Whatever else is in the folder may be mistaken for an index's own.
    for name in ["data-1/thesis.txt", "data-7/thesis.txt"]:
        other = path.parent / name
        if path.name == ours.MARKER and not other.exists():
            other.parent.mkdir(exist_ok=True)
            other.write_text("mine")


def everything_below(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


# -- the marker ----------------------------------------------------------------------------


def test_a_marker_comes_out_as_it_went_in(tmp_path: Path) -> None:
    write_marker(tmp_path, MARKER)
    assert read_marker(tmp_path) == MARKER
    write_marker(tmp_path, replace(MARKER, data="data-2"))
    assert read_marker(tmp_path) == replace(MARKER, data="data-2")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [ours.MARKER]


def test_a_path_that_is_free_has_no_marker(tmp_path: Path) -> None:
    assert read_marker(tmp_path / "nothing") is None
    (tmp_path / "empty").mkdir()
    assert read_marker(tmp_path / "empty") is None


def test_a_path_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(IndexStoreError, match="a part of its path is a file") as raised:
        read_marker(tmp_path / "file" / "index")
    assert "--index" in raised.value.fix


def test_an_index_of_another_schema_is_told(tmp_path: Path) -> None:
    write_marker(tmp_path, replace(MARKER, footnote_index=99))
    with pytest.raises(IndexStoreError, match="schema 99") as raised:
        read_marker(tmp_path)
    assert "--rebuild" in raised.value.fix


@pytest.mark.parametrize("schema", ["4", None, True, [4], 4.0])
def test_a_schema_that_is_no_number_is_damage(tmp_path: Path, schema: object) -> None:
    write_marker(tmp_path, MARKER)
    marker = json.loads((tmp_path / ours.MARKER).read_text())
    _write(tmp_path / ours.MARKER, json.dumps(marker | {"footnote_index": schema}))
    for any_schema in [False, True]:
        with pytest.raises(IndexStoreError, match="is damaged"):
            read_marker(tmp_path, any_schema=any_schema)


@pytest.mark.parametrize("rebuild", [False, True], ids=["index", "rebuild"])
@pytest.mark.parametrize("foreign", FOREIGN)
def test_what_is_not_ours_is_refused_and_not_touched(
    tmp_path: Path, foreign: str, rebuild: bool
) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    place = tmp_path / "place"
    place.mkdir()
    FOREIGN[foreign](place / "index")
    before = everything_below(place)
    with pytest.raises(FootnoteError) as raised:
        build_index(corpus, place / "index", FakeEmbedder(), rebuild=rebuild, replace=rebuild)
    assert isinstance(raised.value, IndexStoreError)
    assert raised.value.fix
    assert everything_below(place) == before


@pytest.mark.parametrize("foreign", FOREIGN)
def test_what_is_not_ours_cannot_be_asked_and_is_not_touched(tmp_path: Path, foreign: str) -> None:
    place = tmp_path / "place"
    place.mkdir()
    FOREIGN[foreign](place / "index")
    before = everything_below(place)
    with pytest.raises(IndexStoreError):
        Index(place / "index", FakeEmbedder())
    assert everything_below(place) == before


@pytest.mark.parametrize(
    "data", ["data-x", "data", "../other/data-1", "/etc", "data-1/../../other", 7, None]
)
@pytest.mark.parametrize("rebuild", [False, True], ids=["index", "rebuild"])
def test_a_marker_that_points_elsewhere_is_refused(
    tmp_path: Path, data: object, rebuild: bool
) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    _write(tmp_path / "other" / "data-1" / "thesis.txt", "mine")
    path = tmp_path / "index"
    build_index(corpus, path, FakeEmbedder())
    marker = json.loads((path / ours.MARKER).read_text())
    _write(path / ours.MARKER, json.dumps(marker | {"data": data}))
    with pytest.raises(IndexStoreError):
        build_index(corpus, path, FakeEmbedder(), rebuild=rebuild)
    assert (tmp_path / "other" / "data-1" / "thesis.txt").read_text() == "mine"
    assert (path / "data-1" / "catalog.sqlite3").exists()


_WRONG = {
    "lost": lambda marker: marker.unlink(),
    "empty": lambda marker: marker.write_bytes(b""),
    "zeroed": lambda marker: marker.write_bytes(bytes(154)),
    "cut off": lambda marker: marker.write_bytes(marker.read_bytes()[:40]),
    "of another type": lambda marker: marker.write_text('{"footnote_index": null}'),
}


@pytest.mark.parametrize("has_data", [True, False], ids=["with data", "cache alone"])
@pytest.mark.parametrize("wrong", _WRONG)
def test_an_index_whose_marker_is_lost_or_damaged_is_rebuilt_from_its_vectors(
    tmp_path: Path, wrong: str, has_data: bool
) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    path = tmp_path / "index"
    build_index(corpus, path, FakeEmbedder())
    build_index(corpus, path, FakeEmbedder(), rebuild=True)  # data-2
    if not has_data:
        shutil.rmtree(path / "data-2")
    _WRONG[wrong](path / ours.MARKER)
    before = everything_below(path)
    for use in (
        lambda: build_index(corpus, path, FakeEmbedder()),
        lambda: build_index(corpus, path, FakeEmbedder(), replace=True),
        lambda: Index(path, FakeEmbedder()),
    ):
        with pytest.raises(IndexStoreError, match=r"lost its footnote\.json|is damaged") as raised:
            use()
        assert "footnote index DIR --rebuild" in raised.value.fix
        assert everything_below(path) == before
    summary = build_index(corpus, path, FakeEmbedder(), rebuild=True)
    assert (summary.articles, summary.embedded) == (3, 0)
    Index(path, FakeEmbedder()).close()
    assert len(list(path.glob("data-*"))) == 1


def test_a_rebuild_of_a_ruin_that_is_refused_leaves_it(tmp_path: Path) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    path = tmp_path / "index"
    build_index(corpus, path, FakeEmbedder())
    (path / ours.MARKER).unlink()
    before = everything_below(path)
    write_articles(corpus, {})
    with pytest.raises(FootnoteError, match="no article to index"):
        build_index(corpus, path, FakeEmbedder(), rebuild=True)
    after = everything_below(path)
    after.pop("lock", None)
    before.pop("lock", None)
    assert after == before


@pytest.mark.parametrize(
    "other",
    [
        "thesis.txt",
        "data-1/thesis.txt",
        "data-1/chroma/thesis.txt",
        "data-1/chroma/0b1d5c2e-0000-4000-8000-000000000000/thesis.txt",
        "data-7/thesis.txt",
        "data-x/catalog.sqlite3",
        "lock",
        ".config",
    ],
)
def test_a_ruin_with_other_files_is_not_touched(tmp_path: Path, other: str) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    path = tmp_path / "index"
    build_index(corpus, path, FakeEmbedder())
    (path / ours.MARKER).write_bytes(b"")
    (path / other).parent.mkdir(exist_ok=True)
    (path / other).write_text("mine")
    before = everything_below(path)
    with pytest.raises(IndexStoreError, match="or not Footnote's"):
        build_index(corpus, path, FakeEmbedder(), rebuild=True, replace=True)
    assert everything_below(path) == before


def test_an_index_of_another_schema_can_be_rebuilt(tmp_path: Path) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    path = tmp_path / "index"
    build_index(corpus, path, FakeEmbedder())
    marker = json.loads((path / ours.MARKER).read_text())
    _write_bytes(path / ours.MARKER, json.dumps(marker | {"footnote_index": 99}).encode())
    with pytest.raises(IndexStoreError, match="schema"):
        build_index(corpus, path, FakeEmbedder())
    summary = build_index(corpus, path, FakeEmbedder(), rebuild=True)
    assert summary.articles == len(TOWN)
    assert read_marker(path) is not None


# -- the folder it stands for --------------------------------------------------------------


def test_the_folder_is_the_one_recorded(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    marker = replace(MARKER, corpus=str(tmp_path / "articles"), corpus_relative="../elsewhere")
    assert store.corpus_of(tmp_path / "index", marker) == tmp_path / "articles"


def test_an_index_moved_with_its_folder_still_finds_it(tmp_path: Path) -> None:
    (tmp_path / "new" / "articles").mkdir(parents=True)
    marker = replace(MARKER, corpus=str(tmp_path / "old" / "articles"))
    found = store.corpus_of(tmp_path / "new" / "index", marker)
    assert found == tmp_path / "new" / "articles"


def test_a_folder_that_is_nowhere_is_still_named(tmp_path: Path) -> None:
    marker = replace(MARKER, corpus=str(tmp_path / "gone"))
    assert store.corpus_of(tmp_path / "index", marker) == tmp_path / "gone"


# -- one writer ----------------------------------------------------------------------------


def test_a_second_writer_is_told_so_at_once(tmp_path: Path) -> None:
    with writer_lock(tmp_path / "index"):
        with (
            pytest.raises(IndexStoreError, match="another process is writing") as raised,
            writer_lock(tmp_path / "index"),
        ):
            pytest.fail("two writers")
        assert raised.value.retryable
        assert "again" in raised.value.fix
    with writer_lock(tmp_path / "index"):
        pass


def test_a_writer_in_another_process_is_noticed(tmp_path: Path, repository: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.store import writer_lock\n"
        "with writer_lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "index")],
        cwd=repository,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(IndexStoreError, match="another process"),
            writer_lock(tmp_path / "index"),
        ):
            pytest.fail("two writers")
        holder.kill()  # a killed writer holds nothing
        holder.wait()
        with writer_lock(tmp_path / "index"):
            pass
    finally:
        holder.kill()
        holder.communicate()


def test_the_lock_is_given_back_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writer_lock(tmp_path / "index"):
        raise ZeroDivisionError
    with writer_lock(tmp_path / "index"):
        pass


def test_a_refused_run_leaves_nothing(tmp_path: Path) -> None:
    with writer_lock(tmp_path / "index"):
        assert (tmp_path / "index").is_dir()
    assert not (tmp_path / "index").exists()


_CONTENDER = """
import sys, time
from pathlib import Path
from index.errors import IndexStoreError
from index.store import writer_lock
path, witness, until = Path(sys.argv[1]), Path(sys.argv[2]), time.monotonic() + 2.0
held = 0
while time.monotonic() < until:
    try:
        with writer_lock(path):
            witness.mkdir()  # raises if another one is in here
            held += 1
            witness.rmdir()
    except IndexStoreError as error:
        assert error.retryable, error
print(held)
"""


@pytest.mark.slow
def test_runs_that_are_refused_never_let_two_writers_in(tmp_path: Path, repository: Path) -> None:
    """They remove the lock's file again and again, while others reach for it."""
    contenders = [
        subprocess.Popen(
            [sys.executable, "-c", _CONTENDER, str(tmp_path / "index"), str(tmp_path / "inside")],
            cwd=repository,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for contender in contenders:
        out, err = contender.communicate(timeout=60)
        assert contender.returncode == 0, err
        assert int(out) > 0


def test_a_path_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with (
        pytest.raises(IndexStoreError, match="cannot write to"),
        writer_lock(tmp_path / "file" / "index"),
    ):
        pytest.fail("wrote below a file")


# -- an open index -------------------------------------------------------------------------


def test_there_must_be_an_index(tmp_path: Path) -> None:
    with pytest.raises(IndexStoreError, match="there is no index at") as raised:
        Index(tmp_path / "nothing", FakeEmbedder())
    assert "footnote index" in raised.value.fix
    assert not (tmp_path / "nothing").exists()


def test_an_index_is_never_asked_with_another_model(town: Path) -> None:
    with pytest.raises(ModelMismatchError, match=r"fake-1/hash.*fake-2/hash") as raised:
        Index(town, FakeEmbedder("fake-2/hash"))
    assert "--rebuild" in raised.value.fix


def test_an_open_index_notices_that_its_model_was_changed(town: Path, tmp_path: Path) -> None:
    index = Index(town, FakeEmbedder())
    build_index(tmp_path / "articles", town, FakeEmbedder("fake-2/hash"), rebuild=True)
    with pytest.raises(ModelMismatchError), index.reading():
        pytest.fail("asked with another model")
    index.close()


def test_the_nearest_chunks_are_the_nearest(town: Path) -> None:
    embedder = FakeEmbedder()
    index = Index(town, embedder)
    query = embedder.embed_query("How many roses are in the garden behind the museum?")
    found = index.nearest(query, 3)
    assert len(found) == 3
    assert found[0][0].file == "garden.txt"
    cosines = [cosine for _, cosine in found]
    assert cosines == sorted(cosines, reverse=True)
    exact = index.cosines(query, [row for row, _ in found])
    for row, cosine in found:
        assert exact[row.key] == pytest.approx(cosine, abs=1e-5)
    assert {row.file for row, _ in index.nearest(query, 9, ["bridge.txt"])} == {"bridge.txt"}
    index.close()


def test_vectors_of_an_unfinished_update_hide_no_others(town: Path) -> None:
    embedder = FakeEmbedder()
    query = embedder.embed_query("How many roses are in the garden behind the museum?")
    index = Index(town, embedder)
    expected = index.nearest(query, 5)
    index.close()
    vectors = store.open_vectors(town, "data-1")
    strays = [vector_id(f"new {n}") for n in range(100)]
    # Nearer than all others, yet no two the same: Chroma's graph falls apart at equal vectors.
    noise = np.random.default_rng(0).standard_normal((100, len(query)))
    near = (query + 0.01 * noise).astype(np.float32)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    vectors.put(strays, near, ["new"] * 100)
    vectors.close()
    index = Index(town, embedder)
    assert index.nearest(query, 5) == expected
    index.close()


def test_vectors_are_those_that_were_embedded(town: Path) -> None:
    embedder = FakeEmbedder()
    index = Index(town, embedder)
    with index.reading():
        texts = index.catalog.embedded_texts()
        rows = list(index.catalog.chunks_by_id(list(texts)).values())
        query = embedder.embed_query("Who opened the museum?")
        cosines = index.cosines(query, rows)
        for row in rows:
            expected = embedder.embed_passages([texts[row.id]])[0] @ query
            assert cosines[row.key] == pytest.approx(expected, abs=1e-6)
    index.close()


def test_a_question_under_way_outlives_a_rebuild(town: Path, tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    index = Index(town, embedder)
    query = embedder.embed_query("roses in the garden")
    before = index.nearest(query, 3)
    with index.reading():
        build_index(tmp_path / "articles", town, embedder, rebuild=True)
        assert index.nearest(query, 3) == before
        assert len(index.cosines(query, [row for row, _ in before])) == 3
    assert [row.id for row, _ in index.nearest(query, 3)] == [row.id for row, _ in before]
    assert index.snapshot.data == "data-2"
    index.close()


def test_articles_are_looked_up_once_and_never_those_of_a_state_before(
    town: Path, tmp_path: Path
) -> None:
    embedder = FakeEmbedder()
    index = Index(town, embedder)
    with index.reading():
        file = index.catalog.files()[0]
        before = index.articles[file]
        with index.reading():
            assert index.articles[file] is before
        assert index.articles[file] is before
    changed = tmp_path / "articles" / file
    changed.write_text("Quite another text stands here now.\n", "utf-8")
    build_index(tmp_path / "articles", town, embedder)
    with index.reading():
        assert index.articles[file].text == "Quite another text stands here now.\n"
    index.close()


def after_the_marker_is_read(
    monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]
) -> None:
    """Let something happen once, just after the marker was read: the worst moment for a reader."""
    read = store.read_marker

    def then(path: Path) -> Marker | None:
        marker = read(path)
        monkeypatch.setattr(store, "read_marker", read)
        happens()
        return marker

    monkeypatch.setattr(store, "read_marker", then)


def test_a_rebuild_while_an_index_is_opened(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = FakeEmbedder()
    after_the_marker_is_read(
        monkeypatch, lambda: build_index(tmp_path / "articles", town, embedder, rebuild=True)
    )
    index = Index(town, embedder)
    assert len(index.nearest(embedder.embed_query("roses"), 3)) == 3
    assert index.snapshot.data == "data-2"
    index.close()
    assert [path.name for path in town.glob("data-*")] == ["data-2"]


def test_two_rebuilds_while_a_question_begins(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = FakeEmbedder()
    index = Index(town, embedder)
    folder = tmp_path / "articles"
    build_index(folder, town, embedder, rebuild=True)
    after_the_marker_is_read(monkeypatch, lambda: build_index(folder, town, embedder, rebuild=True))
    assert len(index.nearest(embedder.embed_query("roses"), 3)) == 3
    assert index.snapshot.data == "data-3"
    index.close()


def test_a_look_that_failed_is_not_the_last(town: Path, tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    index = Index(town, embedder)
    query = embedder.embed_query("roses")
    write_articles(tmp_path / "articles", TOWN | {"new.txt": "The tower has many roses."})
    build_index(tmp_path / "articles", town, embedder)
    chroma = town / "data-1" / "chroma"
    chroma.rename(tmp_path / "away")
    for _ in range(2):
        with pytest.raises(IndexStoreError, match="missing"):
            index.nearest(query, 3)
    (tmp_path / "away").rename(chroma)
    assert index.nearest(query, 1)[0][0].file == "new.txt"
    index.close()


def test_an_index_that_nothing_has_touched_is_not_overtaken(town: Path, tmp_path: Path) -> None:
    index = Index(town, FakeEmbedder())
    with index.reading():
        assert not index.overtaken()
    build_index(tmp_path / "articles", town, FakeEmbedder())  # nothing to do
    assert not index.overtaken()
    index.close()
    assert not index.overtaken()


@pytest.mark.parametrize("rebuild", [False, True])
def test_an_index_is_overtaken_until_the_next_question(
    town: Path, tmp_path: Path, rebuild: bool
) -> None:
    index = Index(town, FakeEmbedder())
    with index.reading():
        write_articles(tmp_path / "articles", TOWN | {"new.txt": TOWN["garden.txt"]})
        build_index(tmp_path / "articles", town, FakeEmbedder(), rebuild=rebuild)
        assert index.overtaken()
    assert index.overtaken()
    with index.reading():
        assert not index.overtaken()
    index.close()


def test_a_question_whose_data_a_rebuild_removed_can_tell_so(town: Path, tmp_path: Path) -> None:
    index = Index(town, FakeEmbedder())
    query = FakeEmbedder().embed_query("roses in the garden")
    with index.reading():
        build_index(tmp_path / "articles", town, FakeEmbedder(), rebuild=True)
        assert not (town / "data-1").exists()
        try:
            index.nearest(query, 3)
        except FootnoteError:
            assert index.overtaken()
    assert len(index.nearest(query, 3)) == 3
    index.close()


def test_an_index_that_was_removed_is_overtaken(town: Path) -> None:
    index = Index(town, FakeEmbedder())
    shutil.rmtree(town)
    assert index.overtaken()
    with pytest.raises(IndexStoreError, match="there is no index"):
        index.nearest(FakeEmbedder().embed_query("roses"), 3)
    index.close()


Damage = Callable[[Path], None]


def _truncate(path: Path) -> None:
    path.write_bytes(b"")


def _replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("data-1/catalog.sqlite3", Path.unlink),
        ("data-1/catalog.sqlite3", _truncate),
        ("data-1/chroma/chroma.sqlite3", Path.unlink),
        ("data-1/chroma/chroma.sqlite3", _truncate),
        ("data-1/chroma/chroma.sqlite3", _replace_by_folder),
        ("data-1/catalog.sqlite3", _replace_by_folder),
    ],
)
def test_damage_is_an_error_with_its_cure(town: Path, part: str, damage: Damage) -> None:
    for rest in [*(town / part).parent.glob("*-wal"), *(town / part).parent.glob("*-shm")]:
        rest.unlink()
    damage(town / part)
    with pytest.raises(IndexStoreError) as raised:
        Index(town, FakeEmbedder())
    assert "--rebuild" in raised.value.fix


@pytest.mark.parametrize("part", ["catalog.sqlite3", "chroma/chroma.sqlite3"])
def test_a_damaged_index_can_be_rebuilt(town: Path, tmp_path: Path, part: str) -> None:
    _truncate(town / "data-1" / part)
    embedder = FakeEmbedder()
    summary = build_index(tmp_path / "articles", town, embedder, rebuild=True)
    assert summary.articles == len(TOWN)
    assert summary.embedded == 0  # the cache outlives the damage
    Index(town, embedder).close()
