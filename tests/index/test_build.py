"""Building: whatever happens to the folder or the run, the index ends equal to the folder."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import store
from index.build import Build, Summary, Survey, build_index
from index.chunk import chunk_article
from index.errors import CorpusError, FootnoteError, IndexStoreError, ModelMismatchError
from index.ours import CACHE, MARKER
from index.status import read_status
from index.store import Index
from index.vectors import vector_id
from tests.fakes import FakeEmbedder, FakeError
from tests.index.articles import (
    BRIDGE,
    GARDEN,
    HARBOUR,
    STORIES,
    TOWN,
    Articles,
    make_article,
    write_articles,
)
from tests.index.contents import assert_same, read_contents, read_vectors


class Town:
    """A folder of articles and its index, both in a temporary folder."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.folder = place / "articles"
        self.path = place / "index"
        self.embedder = FakeEmbedder()

    def write(self, articles: Articles) -> None:
        write_articles(self.folder, articles)

    def index(self, **options: Any) -> Summary:
        """Make the index equal to the folder, with a fresh count of embeddings."""
        self.embedder.passages.clear()
        return build_index(self.folder, self.path, self.embedder, **options)

    def from_scratch(self) -> Path:
        """Another index of the folder as it is, built in one go."""
        scratch = self.place / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        build_index(self.folder, scratch, FakeEmbedder())
        return scratch

    def assert_equals_from_scratch(self) -> None:
        assert_same(self.path, self.from_scratch())

    def files(self) -> set[str]:
        return set(read_contents(self.path).articles)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Three articles, indexed."""
    town = Town(tmp_path)
    town.write(TOWN)
    town.index()
    return town


def texts_of(articles: Articles) -> set[str]:
    """What must be embedded of some articles."""
    return {
        chunk.embedded
        for file, text in articles.items()
        for chunk in chunk_article(make_article(text, file))
    }


def everything_below(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# -- add, update, remove -------------------------------------------------------------------


def test_a_first_build(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.write(TOWN)
    summary = town.index()
    assert (summary.added, summary.updated, summary.removed) == (3, 0, 0)
    assert summary.articles == 3
    assert summary.paragraphs == len(read_contents(town.path).paragraphs)
    assert summary.chunks == len(read_contents(town.path).chunks) == summary.embedded
    assert set(town.embedder.passages) == texts_of(TOWN)
    assert read_vectors(town.path).keys() == set(map(vector_id, texts_of(TOWN)))
    assert read_contents(town.path).complete
    assert "3 added" in str(summary)


def test_the_index_keeps_the_very_text(tmp_path: Path) -> None:
    town = Town(tmp_path)
    text = "\ufeffThe harbour is open again,\u00a0they say.\r\n\r\nNobody knows for how long.\r"
    town.write({"a.txt": text})
    town.index()
    assert read_contents(town.path).articles["a.txt"][1] == text


def test_a_second_run_computes_no_embedding(town: Town) -> None:
    before = read_contents(town.path)
    summary = town.index()
    assert (summary.added, summary.updated, summary.removed, summary.embedded) == (0, 0, 0, 0)
    assert "0 embeddings computed" in str(summary)
    assert town.embedder.passages == []
    assert read_contents(town.path) == before


def test_a_file_that_was_only_touched_is_not_changed(town: Town) -> None:
    os.utime(town.folder / "harbour.txt", (1, 1))
    summary = town.index()
    assert (summary.updated, summary.embedded) == (0, 0)


def test_a_changed_file_embeds_only_its_changed_chunks(town: Town) -> None:
    changed = HARBOUR.replace("They took longer than planned.", "They took a year and a half.")
    town.write(TOWN | {"harbour.txt": changed})
    summary = town.index()
    assert (summary.added, summary.updated, summary.removed) == (0, 1, 0)
    new = texts_of({"a.txt": changed}) - texts_of({"a.txt": HARBOUR})
    assert len(new) == 1
    assert town.embedder.passages == list(new)
    assert summary.embedded == 1
    town.assert_equals_from_scratch()


def test_a_text_that_moved_inside_its_file_is_not_embedded_again(town: Town) -> None:
    paragraphs = BRIDGE.strip().split("\n\n")
    town.write(TOWN | {"bridge.txt": "\n\n".join(reversed(paragraphs))})
    summary = town.index()
    assert (summary.updated, summary.embedded) == (1, 0)
    town.assert_equals_from_scratch()


def test_an_added_file_is_embedded_alone(town: Town) -> None:
    tower = "The tower of the town hall is 63 metres high and was built in 1502."
    town.write(TOWN | {"sub/tower.txt": tower})
    summary = town.index()
    assert (summary.added, summary.updated, summary.removed) == (1, 0, 0)
    assert town.embedder.passages == [tower]
    assert "sub/tower.txt" in town.files()
    town.assert_equals_from_scratch()


def test_a_removed_file_is_gone_from_results(town: Town) -> None:
    index = Index(town.path, town.embedder)
    query = town.embedder.embed_query("How many roses has the garden behind the museum?")
    assert "garden.txt" in {row.file for row, _ in index.nearest(query, 50)}
    town.write({file: text for file, text in TOWN.items() if file != "garden.txt"})
    summary = town.index()
    assert (summary.added, summary.updated, summary.removed) == (0, 0, 1)
    assert {row.file for row, _ in index.nearest(query, 50)} == {"harbour.txt", "bridge.txt"}
    with index.reading():
        assert index.catalog.frequency("4711") == 0
        assert index.catalog.names_like("") == [
            form for form in index.catalog.names_like("") if form.word in HARBOUR + BRIDGE
        ]
    left = {file: text for file, text in TOWN.items() if file != "garden.txt"}
    assert read_vectors(town.path).keys() == set(map(vector_id, texts_of(left)))
    index.close()
    town.assert_equals_from_scratch()


def test_a_renamed_file_is_not_embedded_again(town: Town) -> None:
    (town.folder / "garden.txt").rename(town.folder / "roses.txt")
    summary = town.index()
    assert (summary.added, summary.updated, summary.removed, summary.embedded) == (1, 0, 1, 0)
    assert town.files() == {"harbour.txt", "bridge.txt", "roses.txt"}
    town.assert_equals_from_scratch()


def test_two_files_may_say_the_same(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.write({"a.txt": GARDEN, "b.txt": GARDEN})
    summary = town.index()
    assert summary.chunks == 2 * len(texts_of({"a.txt": GARDEN}))
    assert summary.embedded == len(texts_of({"a.txt": GARDEN}))
    town.write({"b.txt": GARDEN})
    town.index()
    town.assert_equals_from_scratch()


@pytest.mark.parametrize(
    "name", ["ä ö.txt", "a#1.txt", "100%.txt", "it's.txt", "новости.txt", "a\nb.txt", "-x.txt"]
)
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    town = Town(tmp_path)
    town.write({name: GARDEN, "b.txt": BRIDGE})
    town.index()
    index = Index(town.path, town.embedder)
    found = index.nearest(town.embedder.embed_query("roses in the garden"), 9, [name])
    assert {row.file for row, _ in found} == {name}
    index.close()
    town.write({"b.txt": BRIDGE})
    town.index()
    town.assert_equals_from_scratch()


def test_more_articles_than_a_batch(tmp_path: Path) -> None:
    town = Town(tmp_path)
    articles = {
        f"{n:03}.txt": "\n\n".join(
            f"Report {n} of the committee says {n * 7 + i} things." for i in range(3)
        )
        for n in range(60)
    }
    town.write(articles)
    assert town.index().embedded == 180
    del articles["030.txt"]
    articles["031.txt"] = "This report was withdrawn by the committee on Monday."
    town.write(articles)
    summary = town.index()
    assert (summary.updated, summary.removed, summary.embedded) == (1, 1, 1)
    town.assert_equals_from_scratch()


# -- files that cannot be read -------------------------------------------------------------


def test_a_file_that_is_no_text_is_named_and_the_rest_indexed(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.write(TOWN)
    (town.folder / "photo.txt").write_bytes(bytes(range(256)) * 9)
    (town.folder / "sub").mkdir()
    (town.folder / "sub" / "empty.txt").write_bytes(b"")
    (town.folder / "large.txt").write_bytes(b"word " * 1000)
    summary = town.index(max_file_bytes=4000)
    assert summary.added == 3
    assert {item.file for item in summary.skipped} == {"photo.txt", "sub/empty.txt", "large.txt"}
    assert all(item.file in item.reason for item in summary.skipped)
    assert "3 left out" in str(summary)
    assert town.files() == set(TOWN)


def test_other_encodings_are_indexed(tmp_path: Path) -> None:
    town = Town(tmp_path)
    text = "Комитет собрался в понедельник и решил открыть старую гавань для кораблей. " * 3
    town.folder.mkdir()
    (town.folder / "a.txt").write_bytes(text.encode("cp1251"))
    town.index()
    assert read_contents(town.path).articles["a.txt"][1] == text


@pytest.mark.skipif(os.name != "posix", reason="names are text on this system")
def test_a_file_whose_name_is_no_text_is_left_out(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.write(TOWN)
    shutil.copy(town.folder / "garden.txt", os.fsencode(town.folder) + b"/\xff\xfe.txt")
    summary = town.index()
    assert summary.added == 3
    assert len(summary.skipped) == 1
    str(summary.skipped[0].reason).encode("utf-8")  # it can be printed
    assert town.files() == set(TOWN)


def test_a_file_that_became_unreadable_is_named_and_gone(town: Town) -> None:
    (town.folder / "garden.txt").write_bytes(bytes(range(256)))
    summary = town.index()
    assert [item.file for item in summary.skipped] == ["garden.txt"]
    assert summary.removed == 1
    assert town.files() == {"harbour.txt", "bridge.txt"}


@pytest.mark.parametrize("text", [GARDEN, GARDEN + "\nMore of it."])
def test_a_file_that_can_be_read_again_during_a_large_update_stays(
    town: Town, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Unreadable in the first look at the folder, and there in the second."""
    monkeypatch.setattr("index.build._AT_HAND", 0)
    town.write(TOWN | {"harbour.txt": HARBOUR * 2})
    (town.folder / "garden.txt").write_bytes(bytes(range(256)))
    look = Build._survey

    def then(build: Build, known: Mapping[str, str]) -> Survey:
        survey = look(build, known)
        (town.folder / "garden.txt").write_text(text)
        return survey

    monkeypatch.setattr(Build, "_survey", then)
    summary = town.index()
    assert (summary.removed, summary.articles) == (0, 3)
    town.assert_equals_from_scratch()


# -- a wrong, empty or unmounted folder destroys nothing -----------------------------------


def test_another_folder_is_an_error_until_it_is_meant(town: Town, tmp_path: Path) -> None:
    other = write_articles(tmp_path / "other", {"garden.txt": GARDEN, "new.txt": HARBOUR})
    before = read_contents(town.path)
    with pytest.raises(CorpusError, match="stands for") as raised:
        build_index(other, town.path, town.embedder)
    assert "--replace" in raised.value.fix
    assert read_contents(town.path) == before
    with pytest.raises(CorpusError, match="stands for"):
        build_index(other, town.path, town.embedder, rebuild=True)
    assert read_contents(town.path) == before
    summary = build_index(other, town.path, town.embedder, replace=True)
    assert summary.articles == 2
    assert town.files() == {"garden.txt", "new.txt"}
    assert build_index(other, town.path, town.embedder).embedded == 0
    with pytest.raises(CorpusError, match="stands for"):
        town.index()


def test_the_same_folder_by_another_way_is_the_same(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(town.folder)
    monkeypatch.chdir(town.folder)
    for way in [Path(), Path("../articles"), tmp_path / "link", tmp_path / "index/../articles"]:
        summary = build_index(way, town.path, town.embedder)
        assert (summary.added, summary.updated, summary.removed) == (0, 0, 0)


def test_a_folder_moved_with_its_index_is_the_same(town: Town, tmp_path: Path) -> None:
    (tmp_path / "moved").mkdir()
    shutil.move(town.folder, tmp_path / "moved")
    shutil.move(town.path, tmp_path / "moved")
    summary = build_index(
        tmp_path / "moved" / "articles", tmp_path / "moved" / "index", town.embedder
    )
    assert (summary.articles, summary.embedded, summary.removed) == (3, 0, 0)


def test_a_folder_copied_with_its_index_is_the_one_that_the_copy_stands_for(
    town: Town, tmp_path: Path
) -> None:
    shutil.copytree(town.folder, tmp_path / "copy" / "articles")
    shutil.copytree(town.path, tmp_path / "copy" / "index")
    copied = tmp_path / "copy" / "index"
    assert build_index(tmp_path / "copy" / "articles", copied, town.embedder).added == 0
    (town.folder / "garden.txt").write_text("Quite another text stands here now.")
    status = read_status(copied, 10**6)
    assert status.corpus == str(tmp_path / "copy" / "articles")
    assert status.stale == []
    assert build_index(town.folder, town.path, town.embedder).updated == 1


@pytest.mark.parametrize("options", [{}, {"rebuild": True}, {"replace": True}])
def test_a_missing_folder_destroys_nothing(town: Town, options: dict[str, bool]) -> None:
    before = everything_below(town.path)
    shutil.rmtree(town.folder)
    with pytest.raises(CorpusError, match="there is no folder"):
        town.index(**options)
    assert everything_below(town.path) == before


@pytest.mark.parametrize("options", [{}, {"rebuild": True}])
def test_an_empty_folder_destroys_nothing(town: Town, options: dict[str, bool]) -> None:
    before = read_contents(town.path)
    town.write({})
    with pytest.raises(CorpusError, match="no longer in") as raised:
        town.index(**options)
    assert "--replace" in raised.value.fix
    assert read_contents(town.path) == before
    assert read_vectors(town.path).keys() == set(map(vector_id, texts_of(TOWN)))


def test_losing_more_than_half_is_an_error_until_it_is_meant(tmp_path: Path) -> None:
    town = Town(tmp_path)
    four = {f"{n}.txt": text for n, text in enumerate([HARBOUR, BRIDGE, GARDEN, HARBOUR * 2])}
    town.write(four)
    town.index()
    before = read_contents(town.path)
    town.write({"0.txt": HARBOUR, "new1.txt": GARDEN, "new2.txt": GARDEN, "new3.txt": GARDEN})
    with pytest.raises(CorpusError, match="3 of the 4 indexed files"):
        town.index()
    with pytest.raises(CorpusError, match="3 of the 4 indexed files"):
        town.index(rebuild=True)
    assert read_contents(town.path) == before
    town.index(replace=True)
    town.assert_equals_from_scratch()


def test_losing_half_is_allowed(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.write({f"{n}.txt": HARBOUR for n in range(4)})
    town.index()
    town.write({"0.txt": HARBOUR, "1.txt": HARBOUR})
    assert town.index().removed == 2


def test_files_that_became_unreadable_count_as_lost(town: Town) -> None:
    before = read_contents(town.path)
    for name in ["garden.txt", "bridge.txt"]:
        (town.folder / name).write_bytes(b"\x00" * 99)
    with pytest.raises(CorpusError, match="2 of the 3"):
        town.index()
    assert read_contents(town.path) == before


def test_a_first_build_of_nothing_leaves_nothing(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.write({})
    with pytest.raises(CorpusError, match="there is no article to index"):
        town.index()
    assert not town.path.exists()
    town.write(TOWN)
    assert town.index().added == 3


def test_a_first_build_of_unreadable_files_says_why(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.write({"a.txt": ""})
    with pytest.raises(CorpusError, match=r"a\.txt is empty"):
        town.index()


def test_an_index_may_lie_beside_its_articles(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.path = town.folder / ".footnote"
    town.write(TOWN)
    town.index()
    assert town.index().embedded == 0
    assert town.files() == set(TOWN)


def test_indexes_inside_the_folder_are_no_articles(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.path = town.folder / "index"
    town.write(TOWN)
    assert town.index().skipped == []
    shutil.copytree(town.path, town.folder / "sub" / "damaged")
    (town.folder / "sub" / "damaged" / MARKER).write_bytes(b"")
    (town.folder / "sub" / "notes").mkdir()
    (town.folder / "sub" / "notes" / MARKER).write_text('{"title": "x", "text": "All is well."}')
    summary = town.index()
    assert summary.skipped == []
    assert town.files() == {*TOWN, f"sub/notes/{MARKER}"}


# -- one model -----------------------------------------------------------------------------


def test_another_model_is_an_error_until_a_rebuild(town: Town) -> None:
    before = read_contents(town.path)
    other = FakeEmbedder("fake-2/hash")
    with pytest.raises(ModelMismatchError, match=r"fake-1/hash.*fake-2/hash") as raised:
        build_index(town.folder, town.path, other)
    assert "--rebuild" in raised.value.fix
    assert other.passages == []
    assert read_contents(town.path) == before
    summary = build_index(town.folder, town.path, other, rebuild=True)
    assert summary.embedded == summary.chunks == len(other.passages)
    with pytest.raises(ModelMismatchError):
        town.index()


# -- rebuild -------------------------------------------------------------------------------


def test_a_rebuild_starts_from_scratch_but_embeds_nothing_again(town: Town) -> None:
    marker = store.read_marker(town.path)
    summary = town.index(rebuild=True)
    assert (summary.added, summary.embedded) == (3, 0)
    after = store.read_marker(town.path)
    assert marker is not None
    assert after is not None
    assert after.data != marker.data
    assert [p.name for p in town.path.glob("data-*")] == [after.data]
    town.assert_equals_from_scratch()


def test_the_old_index_answers_until_the_new_one_is_ready(town: Town) -> None:
    index = Index(town.path, town.embedder)
    query = town.embedder.embed_query("the garden behind the museum")
    expected = index.nearest(query, 3)
    seen: list[tuple[str, bool]] = []

    def look(what: str, done: int, total: int) -> None:
        with index.reading():
            found = index.nearest(query, 3)
            assert [(row.id, cosine) for row, cosine in found] == [
                (row.id, cosine) for row, cosine in expected
            ]
            seen.append((what, index.snapshot.complete))

    town.index(rebuild=True, progress=look)
    stages = {"reading", "writing", "embedding", "comparing"}
    assert {what for what, _ in seen} == stages
    assert all(complete for _, complete in seen)
    with index.reading():
        assert index.snapshot.data != "data-1"
    index.close()


def test_a_rebuild_that_fails_leaves_the_old_index(town: Town) -> None:
    before = read_contents(town.path)
    (town.path / CACHE).unlink()
    town.embedder.fail_after = 3
    with pytest.raises(FakeError):
        town.index(rebuild=True)
    assert read_contents(town.path) == before
    Index(town.path, town.embedder).close()
    town.embedder.fail_after = None
    town.index()
    town.assert_equals_from_scratch()
    assert len(list(town.path.glob("data-*"))) == 1


# -- one writer, many readers --------------------------------------------------------------


def test_a_second_writer_gets_a_clear_error(town: Town) -> None:
    before = everything_below(town.folder)
    with store.writer_lock(town.path), pytest.raises(IndexStoreError) as raised:
        town.index()
    assert raised.value.retryable
    assert "another process is writing" in raised.value.what
    assert everything_below(town.folder) == before
    assert town.index().embedded == 0


def test_a_reader_sees_a_finished_update_on_its_next_question(town: Town) -> None:
    index = Index(town.path, town.embedder)
    query = town.embedder.embed_query("How high is the tower of the town hall?")
    assert "tower.txt" not in {row.file for row, _ in index.nearest(query, 3)}
    tower = "The tower of the town hall is 63 metres high and was built in 1502."
    town.write(TOWN | {"tower.txt": tower})
    town.index()
    (best, cosine), *_ = index.nearest(query, 3)
    assert (best.file, best.end) == ("tower.txt", len(tower))
    assert index.cosines(query, [best])[best.key] == pytest.approx(cosine, abs=1e-5)
    index.close()


def test_a_reader_keeps_one_view_during_a_question(town: Town) -> None:
    index = Index(town.path, town.embedder)
    with index.reading():
        before = index.catalog.files()
        town.write(TOWN | {"new.txt": HARBOUR})
        town.index()
        assert index.catalog.files() == before
    with index.reading():
        assert index.catalog.files() == [*before, "new.txt"]
    index.close()


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.write(TOWN)
    told: list[tuple[str, int, int]] = []
    town.index(progress=lambda what, done, total: told.append((what, done, total)))
    stages = {"reading": 3, "writing": 3, "embedding": 9, "comparing": 3}
    for what, total in stages.items():
        steps = [(done, of) for name, done, of in told if name == what]
        assert steps[-1] == (total, total)
        assert [done for done, _ in steps] == sorted(done for done, _ in steps)


# -- stopped at any moment -----------------------------------------------------------------


class StopError(Exception):
    """The run is stopped here."""


def stop_at(moment: int) -> Callable[[str, int, int], None]:
    """A progress function that stops the run when it is told for the n-th time."""
    told = 0

    def progress(what: str, done: int, total: int) -> None:
        nonlocal told
        told += 1
        if told == moment:
            raise StopError

    return progress


@pytest.mark.slow
def test_an_update_stopped_anywhere_leaves_the_last_state_and_is_finished_later(
    town: Town, tmp_path: Path
) -> None:
    before = read_contents(town.path)
    prepared = shutil.copytree(town.path, tmp_path / "prepared")
    town.write(
        {
            "harbour.txt": HARBOUR.replace("Monday", "Friday"),
            "bridge.txt": BRIDGE,
            "tower.txt": "The tower of the town hall is 63 metres high and was built in 1502.",
        }
    )
    scratch = town.from_scratch()
    for moment in count(1):
        shutil.rmtree(town.path)
        shutil.copytree(prepared, town.path)
        with suppress(StopError):
            town.index(progress=stop_at(moment))
            break  # there was no such moment: the run reached its end
        assert read_contents(town.path) == before
        index = Index(town.path, town.embedder)
        found = index.nearest(town.embedder.embed_query("How many roses has the garden?"), 20)
        assert {row.id for row, _ in found} == before.chunks.keys()
        index.close()
        town.index()
        assert_same(town.path, scratch)
    assert moment > 8


@pytest.mark.slow
def test_a_first_build_stopped_anywhere_is_finished_later(town: Town) -> None:
    scratch = town.from_scratch()
    for moment in count(1):
        shutil.rmtree(town.path)
        with suppress(StopError):
            town.index(progress=stop_at(moment))
            break  # there was no such moment: the run reached its end
        with suppress(IndexStoreError):  # there may be nothing to ask yet
            index = Index(town.path, town.embedder)
            with index.reading():
                assert not index.snapshot.complete
            index.close()
        town.index()
        assert_same(town.path, scratch)
    assert moment > 8


def test_a_model_that_fails_half_way_loses_no_work(tmp_path: Path) -> None:
    town = Town(tmp_path)
    articles = {f"{n}.txt": f"Report number {n} says that all is well in town." for n in range(150)}
    town.write(articles)
    town.embedder.fail_after = 100
    with pytest.raises(FakeError):
        town.index()
    town.embedder.fail_after = None
    summary = town.index()
    made = 96  # by sixteens: they are kept as they are made, before the batch is written
    assert summary.embedded == len(articles) - made
    town.assert_equals_from_scratch()


def test_a_model_that_fails_during_an_update_changes_nothing(town: Town) -> None:
    before = read_contents(town.path)
    town.write(TOWN | {"garden.txt": GARDEN.replace("4,711", "4,712"), "new.txt": HARBOUR * 2})
    town.embedder.fail_after = 0
    with pytest.raises(FakeError):
        town.index()
    assert read_contents(town.path) == before
    index = Index(town.path, town.embedder)
    found = index.nearest(town.embedder.embed_query("4,711 roses"), 20)
    assert {row.id for row, _ in found} == before.chunks.keys()
    index.close()
    town.embedder.fail_after = None
    town.index()
    town.assert_equals_from_scratch()


def test_an_index_half_made_can_be_asked_for_what_it_has(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.write({f"{n}.txt": f"Report number {n} says that all is well." for n in range(100)})
    town.embedder.fail_after = 64
    with pytest.raises(FakeError):
        town.index()
    index = Index(town.path, town.embedder)
    with index.reading():
        assert not index.snapshot.complete
        assert index.snapshot.has_all_words
        assert index.catalog.frequency("report") == 100
        rows = index.catalog.chunks_of_files([f"{n}.txt" for n in range(100)])
        cosines = index.cosines(town.embedder.embed_query("Report number 7"), rows)
        assert len(cosines) == len(index.vectors_of(rows)) == 64
    assert index.nearest(town.embedder.embed_query("Report number 7"), 60) == []
    town.embedder.fail_after = None
    town.index()
    assert len(index.nearest(town.embedder.embed_query("Report number 7"), 60)) == 60
    index.close()


def test_remains_of_a_killed_first_run_are_ours(tmp_path: Path) -> None:
    """Killed while it wrote its first marker: a lock, and half of a new marker."""
    town = Town(tmp_path)
    town.write(TOWN)
    town.path.mkdir()
    (town.path / "lock").touch()
    (town.path / f"{MARKER}.new").write_text('{"footnote_in')
    town.index()
    town.assert_equals_from_scratch()


def test_remains_of_a_killed_rebuild_are_removed(town: Town) -> None:
    """Killed while it filled the next data folder."""
    shutil.copytree(town.path / "data-1", town.path / "data-2")
    (town.path / "data-2" / "catalog.sqlite3").write_bytes(b"half")
    (town.path / f"{MARKER}.new").write_text('{"footnote_in')
    town.index()
    assert [p.name for p in town.path.glob("data-*")] == ["data-1"]
    town.index(rebuild=True)
    assert [p.name for p in town.path.glob("data-*")] == ["data-2"]
    town.assert_equals_from_scratch()


def test_vectors_that_nothing_lists_are_swept(town: Town) -> None:
    """Killed after it wrote vectors, and before its catalogue listed them."""
    with closing(store.open_catalog(town.path, "data-1")) as catalog:
        catalog.begin()
        catalog.put(store.SWEPT, "0")
        catalog.commit()
    vectors = store.open_vectors(town.path, "data-1")
    vectors.put([vector_id("stray")], town.embedder.embed_passages(["stray"]), ["stray"])
    vectors.close()
    town.index()
    town.assert_equals_from_scratch()


def test_a_damaged_cache_costs_only_time(town: Town) -> None:
    (town.path / CACHE).write_bytes(b"not a database" * 500)
    for rest in town.path.glob(f"{CACHE}-*"):
        rest.unlink()
    changed = TOWN | {"garden.txt": GARDEN.replace("4,711", "4,712")}
    town.write(changed)
    summary = town.index()
    assert ["embeddings.sqlite3 was damaged" in note for note in summary.notes] == [True]
    town.assert_equals_from_scratch()


def test_a_rebuild_from_a_cache_with_wiped_vectors_embeds_them_again(town: Town) -> None:
    vector = town.embedder.embed_passages(["The old bridge"])[0]
    with closing(sqlite3.connect(town.path / CACHE)) as cache, cache:
        cache.execute(
            "UPDATE vector SET value = zeroblob(?) WHERE key IN (SELECT key FROM vector LIMIT 2)",
            (vector.nbytes,),
        )
    summary = town.index(rebuild=True)
    assert summary.embedded == 2
    assert summary.notes == ["2 vectors in embeddings.sqlite3 were damaged and are made anew"]
    town.assert_equals_from_scratch()
    assert town.index(rebuild=True).notes == []


# -- any history ---------------------------------------------------------------------------

_bodies = st.sampled_from(
    [
        HARBOUR,
        BRIDGE,
        GARDEN,
        HARBOUR.replace("6,460", "6,461"),
        *STORIES.values(),
        GARDEN + "\n" + BRIDGE,
        BRIDGE.replace("\n", "\r\n"),
        "Menu",
        "今天的会议从早上九点一直开到了下午五点半，所有的部长都参加了。",
    ]
)
_states = st.dictionaries(
    st.sampled_from(["a.txt", "b.txt", "sub/c.txt", "d.txt"]), _bodies, min_size=1, max_size=4
)
_runs = st.sampled_from([{}, {}, {"rebuild": True}, {"progress": 3}, {"progress": 7}])


@pytest.mark.slow
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(_states, _runs), min_size=2, max_size=4))
def test_any_history_ends_equal_to_a_build_from_scratch(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[Articles, dict[str, Any]]]
) -> None:
    town = Town(tmp_path_factory.mktemp("town"))
    for articles, run in history:
        town.write(articles)
        options = dict(run)
        if "progress" in options:
            options["progress"] = stop_at(options["progress"])
        with suppress(StopError):
            town.index(replace=True, **options)
    town.index(replace=True)
    town.assert_equals_from_scratch()
    assert town.index().embedded == 0


def test_errors_of_the_store_are_for_a_person(town: Town) -> None:
    (town.path / "data-1" / "catalog.sqlite3").write_bytes(b"")
    for rest in (town.path / "data-1").glob("catalog.sqlite3-*"):
        rest.unlink()
    with pytest.raises(FootnoteError) as raised:
        town.index()
    assert "--rebuild" in raised.value.fix
