"""The tab of articles: a table of what is there, and asking some of it only."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from index.catalog import ArticleRow, Relation
from index.models import RelationKind
from index.states import FileState, State
from index.store import Index
from ui.corpus import MAX_LISTED, article_table, hit_list
from ui.find import Hit
from ui.only import MAX_CHOSEN, choose

Reader = Callable[[str], Any]
HOSTILE = "\"><script>x</script><img src=y onerror=z>' &lt;"


def row(file: str, title: str = "A title") -> ArticleRow:
    return ArticleRow(file, title, None, 3, 1200)


class FakeIndex:
    """An index that knows the names of its articles."""

    def __init__(self, *files: str) -> None:
        self.rows = [row(file, f"Title of {file}") for file in files]

    @property
    def catalog(self) -> FakeIndex:
        return self

    def articles(self) -> list[ArticleRow]:
        return self.rows

    @contextmanager
    def reading(self) -> Iterator[FakeIndex]:
        yield self


def chosen(index: FakeIndex, files: object) -> tuple[tuple[str, ...], str]:
    return choose(cast(Index, index), files)


# -- the table -----------------------------------------------------------------------------


def test_a_row_says_how_an_article_stands(read: Reader) -> None:
    relation = Relation("a.txt", "uploads/b.txt", RelationKind.COPY, 1.0)
    shown = read(
        article_table(
            [row("a.txt", "One"), row("uploads/b.txt", "Two")],
            {
                "a.txt": FileState(State.CHANGED, 9),
                "uploads/b.txt": FileState(State.INDEXED, 9),
                "c.txt": FileState(State.UNREADABLE, 12, "c.txt is empty"),
            },
            [relation],
            removable={"uploads/b.txt"},
            chosen={"a.txt"},
        )
    )
    rows = [element.text for element in shown.with_tag("tr")][1:]
    assert "changed since it was indexed" in rows[0]
    assert "copy of Two" in rows[0]
    assert "1,200 characters" in rows[0]
    assert "copy of One" in rows[1]
    assert "cannot be read: c.txt is empty" in rows[2]
    [remove] = shown.with_class("remove")
    assert remove.attributes["data-file"] == "uploads/b.txt"
    boxes = shown.with_class("choose")
    assert ["checked" in box.attributes for box in boxes] == [True, False]
    assert boxes[0].attributes["aria-label"] == "Ask One"


def test_an_article_that_shares_its_file_removes_the_file(read: Reader) -> None:
    shown = read(article_table([row("uploads/w.jsonl#a1")], {}, [], removable={"uploads/w.jsonl"}))
    [remove] = shown.with_class("remove")
    assert remove.attributes["data-file"] == "uploads/w.jsonl"


def test_a_long_table_ends(read: Reader) -> None:
    shown = read(article_table([row(f"{n}.txt") for n in range(MAX_LISTED + 7)], {}, []))
    assert len(shown.with_class("choose")) == MAX_LISTED
    assert "And 7 more" in shown.text


def test_names_titles_and_reasons_are_text(read: Reader) -> None:
    states = {HOSTILE: FileState(State.GONE, 0), f"b{HOSTILE}": FileState(State.NEW, 1, HOSTILE)}
    hit = Hit(HOSTILE, HOSTILE, 1, 0, 5, HOSTILE, HOSTILE, HOSTILE)
    for html in (
        article_table([row(HOSTILE, HOSTILE)], states, [], {HOSTILE}, (), HOSTILE),
        hit_list([hit]),
    ):
        shown = read(html)
        assert not shown.with_tag("script")
        assert not shown.with_tag("img")
        assert HOSTILE in shown.text


def test_a_hit_opens_its_place(read: Reader) -> None:
    [button] = read(hit_list([Hit("a.txt", "T", 4, 10, 15, "", "roses", "")])).with_class("hit")
    values = button.attributes
    assert (values["data-file"], values["data-paragraph"]) == ("a.txt", "4")
    assert (values["data-start"], values["data-end"]) == ("10", "15")
    assert "No paragraph" in hit_list([])


# -- asking some only ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["a.txt", "[a].txt", "a*b?.txt", "[!x].txt", "d/[[].txt", "日本.txt"]
)
def test_a_choice_matches_its_files_and_no_others(name: str) -> None:
    others = ["a.txt", "b.txt", "!.txt", "x.txt", "aab1.txt", "d/[.txt"]
    index = FakeIndex(*dict.fromkeys([name, *others]))
    globs, chip = chosen(index, json.dumps([name]))
    matched = [r.file for r in index.rows if any(fnmatch.fnmatchcase(r.file, g) for g in globs)]
    assert matched == [name]
    assert "Asking only 1 article of" in chip


@pytest.mark.parametrize(
    "sent",
    [
        None,
        7,
        "",
        "nonsense",
        "[" * 100_000,
        "{}",
        "[]",
        '["none.txt"]',
        "[1, null, []]",
        '["a.txt", "b.txt"]',
    ],
)
def test_a_choice_of_nothing_of_all_or_of_nonsense_is_none(sent: object) -> None:
    assert chosen(FakeIndex("a.txt", "b.txt"), sent) == ((), "")


def test_a_choice_is_bounded() -> None:
    names = [f"{n}.txt" for n in range(MAX_CHOSEN + 50)]
    globs, _ = chosen(FakeIndex(*names), json.dumps(names[:-1]))
    assert len(globs) == MAX_CHOSEN


def test_the_chip_shows_titles_as_text_and_keeps_the_names(read: Reader) -> None:
    index = FakeIndex(HOSTILE, "b.txt")
    _, chip = chosen(index, json.dumps([HOSTILE]))
    shown = read(chip)
    assert not shown.with_tag("script")
    [only] = shown.with_class("only")
    assert json.loads(only.attributes["data-files"]) == [HOSTILE]
