"""Searching the text: what is written, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from index.catalog import Catalog
from index.errors import QuestionError
from index.store import Index
from tests.index.articles import TOWN, fill
from ui.find import MAX_HITS, find_text


class FakeIndex:
    """An index of a catalogue alone."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    @contextmanager
    def reading(self) -> Iterator[Any]:
        yield SimpleNamespace(catalog=self.catalog)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    catalog = Catalog(tmp_path / "catalog.sqlite3", create=True)
    fill(
        catalog,
        {
            **TOWN,
            "ja.txt": "橋は閉鎖されます。\n\n港は再開されました。\n",
            "zz.txt": "Rose [a] (b)*\n",
        },
    )
    return cast(Index, FakeIndex(catalog))


def places(index: Index, query: str, *, exact: bool = False) -> list[tuple[str, int]]:
    return [(hit.file, hit.paragraph) for hit in find_text(index, query, exact=exact)]


def test_every_word_has_to_stand_in_the_paragraph(index: Index) -> None:
    assert places(index, "ROSES museum") == [("garden.txt", 1)]
    assert places(index, "roses summer") == []
    assert places(index, "rose") == [("garden.txt", 1), ("zz.txt", 1)]
    assert places(index, "oses") == []


def test_exactly_these_words(index: Index) -> None:
    assert places(index, "old  bridge over", exact=True) == [("bridge.txt", 1)]
    assert places(index, "bridge old", exact=True) == []
    assert places(index, "old bridg", exact=True) == []
    assert places(index, "6,460 pounds", exact=True) == [("harbour.txt", 4)]


def test_what_is_never_quoted_is_found_too(index: Index) -> None:
    assert places(index, "abc, xy", exact=True) == [("harbour.txt", 5)]


def test_scripts_without_spaces(index: Index) -> None:
    assert places(index, "再開") == [("ja.txt", 2)]


def test_signs_are_searched_as_they_are(index: Index) -> None:
    assert places(index, "[a] (b)*", exact=True) == [("zz.txt", 1)]
    assert places(index, "(b)*") == [("zz.txt", 1)]
    assert places(index, ".*") == []


def test_a_hit_is_at_the_words(index: Index) -> None:
    [hit] = find_text(index, "4,711 roses", exact=True)
    assert TOWN["garden.txt"][hit.start : hit.end] == hit.words == "4,711 roses"
    assert hit.before == "The garden behind the museum has "
    assert hit.after.startswith(", and visitors")


@pytest.mark.parametrize("query", ["", "  ", "x" * 301, " ".join("abcdefghijklmnopqrstuvwxyz")])
def test_a_search_is_bounded(index: Index, query: str) -> None:
    with pytest.raises(QuestionError):
        find_text(index, query)


def test_there_are_so_many_hits_at_most(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "many.sqlite3", create=True)
    fill(catalog, {f"{n:03}.txt": "The same words.\n" for n in range(MAX_HITS + 60)})
    hits = find_text(cast(Index, FakeIndex(catalog)), "same")
    assert [hit.file for hit in hits] == [f"{n:03}.txt" for n in range(MAX_HITS)]
