"""Relations: found when indexing, and always those that a build from scratch finds."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from index import store
from index.build import build_index
from index.catalog import Catalog, ChunkRow, Gist, Relation
from index.embed import local_embedder
from index.models import RelationKind
from index.status import read_status
from tests.fakes import FakeEmbedder
from tests.index.articles import GARDEN, STORIES, TOWN, Articles, fill, write_articles
from tests.index.contents import assert_same

COPY, REWRITE = RelationKind.COPY, RelationKind.REWRITE


def opened(path: Path) -> Catalog:
    marker = store.read_marker(path)
    assert marker is not None
    return store.open_catalog(path, marker.data)


def kinds(path: Path) -> dict[tuple[str, str], RelationKind]:
    with closing(opened(path)) as catalog:
        return {(r.file_a, r.file_b): r.kind for r in catalog.relations()}


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    """An index of four articles on a fire: three tell one story."""
    path = tmp_path / "index"
    build_index(write_articles(tmp_path / "articles", STORIES), path, FakeEmbedder())
    return path


ALL = {
    ("copy.txt", "wire.txt"): COPY,
    ("copy.txt", "rewrite.txt"): REWRITE,
    ("rewrite.txt", "wire.txt"): REWRITE,
}


def test_copies_and_rewrites_are_found_and_a_shared_subject_is_neither(stories: Path) -> None:
    assert kinds(stories) == ALL
    with closing(opened(stories)) as catalog:
        for relation in catalog.relations():
            assert 0.55 <= relation.similarity <= 1.0


def test_status_counts_them(stories: Path) -> None:
    status = read_status(stories, 10**6)
    assert (status.copies, status.rewrites) == (1, 2)
    assert "copies: 1, rewrites: 2" in str(status)


UPDATES: dict[str, tuple[Articles, set[tuple[str, str]]]] = {
    "nothing": (STORIES, set(ALL)),
    "one removed": (
        {file: text for file, text in STORIES.items() if file != "copy.txt"},
        {("rewrite.txt", "wire.txt")},
    ),
    "one becomes another story": (
        STORIES | {"wire.txt": STORIES["subject.txt"].replace("museum", "library")},
        {("copy.txt", "rewrite.txt"), ("subject.txt", "wire.txt")},
    ),
    "one added": (
        STORIES | {"again.txt": STORIES["wire.txt"], "garden.txt": GARDEN},
        {*ALL, *(("again.txt", file) for file in ("copy.txt", "rewrite.txt", "wire.txt"))},
    ),
    "renamed": (
        {f"new/{file}": text for file, text in STORIES.items()},
        {(f"new/{one}", f"new/{other}") for one, other in ALL},
    ),
    "all gone": (TOWN, set()),
}


@pytest.mark.parametrize("update", UPDATES)
def test_an_update_finds_what_a_build_from_scratch_does(
    stories: Path, tmp_path: Path, update: str
) -> None:
    articles, expected = UPDATES[update]
    folder = write_articles(tmp_path / "articles", articles)
    build_index(folder, stories, FakeEmbedder(), replace=True)
    assert kinds(stories).keys() == expected
    build_index(folder, tmp_path / "scratch", FakeEmbedder())
    assert_same(stories, tmp_path / "scratch")


def test_articles_added_one_by_one_in_any_order(tmp_path: Path) -> None:
    folder, path = tmp_path / "articles", tmp_path / "index"
    articles: Articles = {}
    for file in ["subject.txt", "rewrite.txt", "copy.txt", "wire.txt"]:
        articles |= {file: STORIES[file]}
        build_index(write_articles(folder, articles), path, FakeEmbedder())
    assert kinds(path) == ALL


def test_only_pairs_with_a_changed_article_are_compared(
    stories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index import relations

    read: list[str] = []
    sentences = Catalog.sentences

    def watched(catalog: Catalog, file: str, limit: int) -> list[ChunkRow]:
        read.append(file)
        return sentences(catalog, file, limit)

    monkeypatch.setattr(relations.Catalog, "sentences", watched)
    write_articles(tmp_path / "articles", STORIES | {"garden.txt": GARDEN})
    build_index(tmp_path / "articles", stories, FakeEmbedder())
    assert read == ["garden.txt"]
    read.clear()
    build_index(tmp_path / "articles", stories, FakeEmbedder())
    assert read == []


def test_an_index_under_way_has_no_relations_and_a_complete_one_all(
    tmp_path: Path,
) -> None:
    folder = write_articles(tmp_path / "articles", STORIES)
    path = tmp_path / "index"
    seen: list[tuple[bool, int]] = []

    def look(what: str, done: int, total: int) -> None:
        if what in ("embedding", "comparing"):
            with closing(opened(path)) as catalog:
                seen.append((catalog.get(store.COMPLETE) == "1", len(catalog.relations())))

    build_index(folder, path, FakeEmbedder(), progress=look)
    assert len(seen) >= 5
    assert set(seen) == {(False, 0)}
    assert kinds(path) == ALL


# -- the catalogue -------------------------------------------------------------------------


def related(catalog: Catalog, *pairs: str) -> None:
    """Put in relations of files named by a letter each, as "ab"."""
    catalog.begin()
    catalog.put_relations(Relation(pair[0], pair[1], COPY, 1.0) for pair in pairs)
    catalog.commit()


def test_files_joined_by_relations_are_one_story(catalog: Catalog) -> None:
    related(catalog, "ab", "bc", "de")
    assert catalog.groups(["a", "b", "x"]) == [["a", "b"], ["x"]]
    assert catalog.groups(["e", "x", "d"]) == [["e", "d"], ["x"]]
    assert catalog.groups(["a", "c"]) == [["a", "c"]]  # by way of b, which is not asked about
    assert catalog.groups(["c", "a", "c"]) == [["c", "a"]]
    assert catalog.groups(["a", "d"]) == [["a"], ["d"]]
    assert catalog.groups([]) == []


def test_a_ring_of_relations_is_one_story(catalog: Catalog) -> None:
    related(catalog, "ab", "bc", "cd", "ad")
    assert catalog.groups("dcba") == [["d", "c", "b", "a"]]


def test_a_removed_article_takes_its_relations_along(catalog: Catalog) -> None:
    fill(catalog, {"a": GARDEN, "b": GARDEN, "c": GARDEN})
    related(catalog, "ab", "bc", "ac")
    catalog.begin()
    catalog.put_gist(Gist("b", b"", b"", 1.0))
    catalog.commit()
    assert catalog.files_without_gist() == ["a", "c"]
    catalog.remove_article("b")
    assert [(r.file_a, r.file_b) for r in catalog.relations()] == [("a", "c")]
    assert catalog.gists() == []


def test_groups_are_looked_up_by_index(catalog: Catalog) -> None:
    """It is on the way of every question."""
    with closing(sqlite3.connect(catalog.path)) as database:
        plan = database.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM relation WHERE 'a' = file_a OR 'a' = file_b"
        ).fetchall()
    assert not [row for row in plan if row[3].startswith("SCAN")], plan


# -- the sample articles -------------------------------------------------------------------


@pytest.mark.integration
@pytest.mark.slow
def test_two_of_the_samples_are_rewrites_and_the_others_share_the_subject(
    seeds_index: Path,
) -> None:
    with closing(opened(seeds_index)) as catalog:
        found = catalog.relations()
        files = catalog.files()
        assert [(r.file_a[:3], r.file_b[:3], r.kind) for r in found] == [("001", "002", REWRITE)]
        assert [[file[:3] for file in group] for group in catalog.groups(files)] == [
            ["000"],
            ["001", "002"],
            ["003"],
            ["004"],
        ]


@pytest.mark.integration
@pytest.mark.slow
def test_encyclopedia_articles_are_not_related(tmp_path: Path, repository: Path) -> None:
    shared = repository.parent / "shared" / "bench" / "xquad-dev" / "articles"
    if not shared.is_dir():
        pytest.skip("the shared articles are not beside this repository")
    names = sorted(path.name for path in shared.iterdir())[:3]
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes((shared / name).read_bytes())
    build_index(folder, tmp_path / "index", local_embedder())
    assert kinds(tmp_path / "index") == {}


def test_nothing_heavy_is_loaded_before_there_is_work(repository: Path) -> None:
    code = "import sys, index.build, index.relations, index.status; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    assert {"datasketch", "scipy"} & {
        name.partition(".")[0] for name in done.stdout.split()
    } == set()
