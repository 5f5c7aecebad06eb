"""Vectors that many chunks share, updates of every size, and what answers meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index import store
from index.build import build_index
from index.local_chroma import LOG_ROOM
from index.store import Index
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, Articles, write_articles
from tests.index.contents import assert_same, read_contents, read_vectors

SAME = "The committee will meet again on Monday, its chairman said."


def _reports(count: int, word: str = "ships") -> Articles:
    return {
        f"reports/{n:04}.txt": f"Report {n} of the committee tells of {n * 7} {word} in the bay."
        for n in range(count)
    }


def test_of_many_chunks_that_say_the_same_none_is_lost(tmp_path: Path) -> None:
    """A hundred equal vectors tear Chroma's graph apart: in 7 of 20 runs some were not found."""
    articles = TOWN | {f"{n:03}.txt": f"{SAME}\n\nNumber {n} came to town." for n in range(150)}
    folder, path = write_articles(tmp_path / "articles", articles), tmp_path / "index"
    summary = build_index(folder, path, FakeEmbedder())
    assert len(read_vectors(path)) == summary.chunks - 149 == summary.embedded
    index = Index(path, FakeEmbedder())
    found = index.nearest(FakeEmbedder().embed_query(SAME), 150)
    assert {row.file for row, _ in found} == {f"{n:03}.txt" for n in range(150)}
    assert {round(cosine, 5) for _, cosine in found} == {round(found[0][1], 5)}
    for name in ("harbour.txt", "bridge.txt", "garden.txt", "007.txt"):
        with index.reading():
            rows = index.catalog.chunks_of_files([name])
            texts = index.catalog.embedded_texts([name])
        for row in rows:
            nearest = index.nearest(FakeEmbedder().embed_passages([texts[row.id]])[0], 150)
            assert row.key in {other.key for other, _ in nearest}
    index.close()
    del articles["000.txt"]
    write_articles(folder, articles)
    build_index(folder, path, FakeEmbedder())
    build_index(folder, tmp_path / "scratch", FakeEmbedder())
    assert_same(path, tmp_path / "scratch")


def test_of_some_files_every_chunk_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = TOWN | _reports(60)
    path = tmp_path / "index"
    build_index(write_articles(tmp_path / "articles", articles), path, FakeEmbedder())
    index = Index(path, FakeEmbedder())
    query = FakeEmbedder().embed_query("How many ships are in the bay?")
    everything = [(row.key, cosine) for row, cosine in index.nearest(query, 500)]
    files = sorted(articles)[:40]
    for most in (2000, 3):  # one by one, and through the graph
        monkeypatch.setattr(store, "_FEW", most)
        found = index.nearest(query, 9, files)
        none = index.nearest(query, 9, ["no such file.txt"])
        wanted = {row.key for row, _ in found}
        assert {row.file for row, _ in found} <= set(files)
        with index.reading():
            keys = {row.key for row in index.catalog.chunks_of_files(files)}
        best = [(key, cosine) for key, cosine in everything if key in keys][:9]
        assert np.allclose([c for _, c in found], [c for _, c in best], atol=1e-5)
        assert len(wanted) == 9
        assert none == []
    index.close()


def test_a_large_update_fills_a_folder_of_its_own(tmp_path: Path) -> None:
    folder, path = write_articles(tmp_path / "articles", TOWN), tmp_path / "index"
    build_index(folder, path, FakeEmbedder())
    index = Index(path, FakeEmbedder())
    query = FakeEmbedder().embed_query("roses in the garden")
    expected = index.nearest(query, 5)
    before = read_contents(path)
    write_articles(folder, TOWN | _reports(LOG_ROOM + 1))

    def look(what: str, done: int, total: int) -> None:
        if done % 100 == 0:
            assert index.nearest(query, 5) == expected
            assert read_contents(path) == before

    summary = build_index(folder, path, FakeEmbedder(), progress=look)
    assert (summary.added, summary.updated, summary.removed) == (LOG_ROOM + 1, 0, 0)
    assert [p.name for p in path.glob("data-*")] == ["data-2"]
    (best, _), *_ = index.nearest(FakeEmbedder().embed_query("Report 7 ships bay"), 1)
    assert best.file.startswith("reports/")
    index.close()
    build_index(folder, tmp_path / "scratch", FakeEmbedder())
    assert_same(path, tmp_path / "scratch")


def test_small_updates_add_up_to_a_large_one(tmp_path: Path) -> None:
    folder, path = write_articles(tmp_path / "articles", TOWN), tmp_path / "index"
    build_index(folder, path, FakeEmbedder())
    part = LOG_ROOM // 2 - 10
    folders = []
    for count in (part, 2 * part, 3 * part):
        write_articles(folder, TOWN | _reports(count))
        build_index(folder, path, FakeEmbedder())
        folders.append([p.name for p in path.glob("data-*")])
        with closing(
            sqlite3.connect(path / folders[-1][0] / "chroma" / "chroma.sqlite3")
        ) as chroma:
            (waiting,) = chroma.execute("SELECT count(*) FROM embeddings_queue").fetchone()
        assert waiting <= LOG_ROOM + 2
    assert folders == [["data-1"], ["data-1"], ["data-2"]]
    build_index(folder, tmp_path / "scratch", FakeEmbedder())
    assert_same(path, tmp_path / "scratch")


def test_more_changes_than_are_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.build._AT_HAND", 10)
    monkeypatch.setattr("index.build._SLICE", 7)
    folder, path = write_articles(tmp_path / "articles", TOWN | _reports(40)), tmp_path / "index"
    assert build_index(folder, path, FakeEmbedder()).added == 43
    write_articles(folder, TOWN | _reports(30, "boats"))
    summary = build_index(folder, path, FakeEmbedder())
    assert (summary.added, summary.updated, summary.removed) == (0, 30, 10)
    assert summary.embedded == 30
    build_index(folder, tmp_path / "scratch", FakeEmbedder())
    assert_same(path, tmp_path / "scratch")


def test_an_index_of_an_older_schema_is_built_anew(tmp_path: Path) -> None:
    folder, path = write_articles(tmp_path / "articles", TOWN), tmp_path / "index"
    build_index(folder, path, FakeEmbedder())
    marker = store.read_marker(path)
    assert marker is not None
    text = store.marker_path(path).read_text()
    older = text.replace(f": {store.SCHEMA_VERSION},", f": {store.SCHEMA_VERSION - 1},")
    assert older != text
    store.marker_path(path).write_text(older)
    summary = build_index(folder, path, FakeEmbedder())
    assert summary.embedded == 0
    assert "an older Footnote" in summary.notes[0]
    assert build_index(folder, path, FakeEmbedder()).notes == []
    build_index(folder, tmp_path / "scratch", FakeEmbedder())
    assert_same(path, tmp_path / "scratch")


def test_words_answer_before_the_first_vector(tmp_path: Path) -> None:
    folder, path = write_articles(tmp_path / "articles", TOWN | _reports(20)), tmp_path / "index"
    seen: list[tuple[bool, int, int]] = []

    class Looking(FakeEmbedder):
        def embed_passages(self, texts: list[str]) -> np.ndarray:
            index = Index(path, FakeEmbedder())
            with index.reading():
                rows = index.catalog.chunks_of_files([*TOWN, *_reports(20)])
                known = index.cosines(FakeEmbedder().embed_query("roses"), rows)
                seen.append((index.snapshot.has_all_words, len(rows), len(known)))
                assert not index.snapshot.complete
                assert index.catalog.frequency("roses") == 1
            index.close()
            return super().embed_passages(texts)

    summary = build_index(folder, path, Looking())
    assert [(words, rows) for words, rows, _ in seen] == [(True, summary.chunks)] * len(seen)
    known = [count for _, _, count in seen]
    assert known[0] == 0
    assert known == sorted(known)
    assert known[-1] > 0
