"""The picture of the corpus: what is near in it is near in subject or in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.catalog import ArticleRow, Relation
from index.models import RelationKind
from ui.picture import Picture, arrange, draw

VECTORS = {
    "a.txt": np.array([1, 0, 0], np.float32),
    "b.txt": np.array([0.99, 0.1, 0], np.float32),
    "c.txt": np.array([0, 0, 1], np.float32),
}
COPY = Relation("a.txt", "b.txt", RelationKind.COPY, 0.9)


def row(file: str, title: str = "", date: str | None = None) -> ArticleRow:
    return ArticleRow(file, title or f"About {file}", None, 3, 100, date)


def rows(*dates: str | None) -> list[ArticleRow]:
    given = dates or (None, None, None)
    return [row(file, date=date) for file, date in zip(VECTORS, given, strict=True)]


def distance(picture: Picture, one: str, other: str) -> float:
    at = {dot.row.file: np.array([dot.x, dot.y]) for dot in picture.dots}
    return float(np.linalg.norm(at[one] - at[other]))


def test_articles_of_one_subject_are_near() -> None:
    picture = arrange(rows(), VECTORS, [COPY])
    assert not picture.ticks
    assert picture.links == (COPY,)
    assert distance(picture, "a.txt", "c.txt") > 0.7
    assert picture.nearest is not None
    assert picture.nearest["a.txt"] == "b.txt"
    assert all(0 <= dot.x <= 1 and 0 <= dot.y <= 1 for dot in picture.dots)


def test_the_same_corpus_gives_the_same_picture() -> None:
    mirrored = {file: -vector for file, vector in VECTORS.items()}
    once, again = arrange(rows(), VECTORS, []), arrange(rows(), dict(VECTORS), [])
    assert once == again
    assert arrange(rows(), mirrored, []).dots  # other vectors are drawn too


def test_dated_articles_are_drawn_over_time() -> None:
    picture = arrange(rows("2025-01-01", "2025-12-31", None), VECTORS, [COPY])
    assert [(dot.row.file, dot.x) for dot in picture.dots] == [("a.txt", 0.0), ("b.txt", 1.0)]
    assert picture.ticks[0] == (0.0, "2025-01-01")
    assert picture.ticks[-1] == (1.0, "2025-12-31")
    assert "over time" in draw(picture)


@pytest.mark.parametrize(
    "dates", [("2025-01-01", None, None), ("2025-01-01",) * 3, ("never", "x", "2025-13-01")]
)
def test_where_time_tells_nothing_it_is_by_subject(dates: tuple[str | None, ...]) -> None:
    assert not arrange(rows(*dates), VECTORS, []).ticks


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_articles_are_drawn_too(count: int) -> None:
    few = rows()[:count]
    picture = arrange(few, VECTORS, [])
    assert len(picture.dots) == count
    shown = draw(picture)
    assert shown.count("<circle") == count
    assert "nan" not in shown


def test_articles_without_vectors_or_all_alike_are_drawn() -> None:
    alike = dict.fromkeys(VECTORS, np.array([1, 0, 0], np.float32))
    for vectors in ({}, alike, {"a.txt": VECTORS["a.txt"]}):
        picture = arrange(rows(), vectors, [COPY])
        assert all(np.isfinite([dot.x, dot.y]).all() for dot in picture.dots)
        assert draw(picture).count("<circle") == 3


def test_the_table_says_what_the_picture_shows(read: Callable[[str], Any]) -> None:
    shown = read(draw(arrange(rows("2025-01-01", "2025-02-01", "2025-03-01"), VECTORS, [COPY])))
    cells = [cell.text for cell in shown.with_tag("td")]
    assert cells[:4] == ["About a.txt", "2025-01-01", "About b.txt", "About b.txt"]
    [image] = shown.with_tag("svg")
    assert image.attributes["role"] == "img"
    assert "3 articles" in image.attributes["aria-label"]
    assert len(shown.with_tag("line")) == 2  # the axis, and the pair


def test_every_dot_and_every_line_of_the_table_opens_its_article(
    read: Callable[[str], Any],
) -> None:
    shown = read(draw(arrange(rows(), VECTORS, [])))
    for tag in ("circle", "button"):
        opens = [e.attributes for e in shown.with_tag(tag)]
        assert [e["data-file"] for e in opens] == list(VECTORS)
        assert {e["data-event"] for e in opens} == {"select"}


def test_labels_do_not_cover_one_another() -> None:
    many = [row(f"{n}.txt", f"A rather long title of article {n}") for n in range(60)]
    vectors = {r.file: np.array([1.0, 0, n / 600], np.float32) for n, r in enumerate(many)}
    shown = draw(arrange(many, vectors, []))
    assert 1 <= shown.count('class="label"') < 40


@settings(max_examples=30)
@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=4, unique=True))
def test_hostile_titles_and_names_are_text(names: list[str]) -> None:
    from tests.ui.conftest import read_html

    hostile = [row(name, f'"><script>{name}</script><img src=x onerror=y>') for name in names]
    vectors = {name: np.array([n, 1], np.float32) for n, name in enumerate(names)}
    shown = read_html(draw(arrange(hostile, vectors, [])))
    assert not shown.with_tag("script")
    assert not shown.with_tag("img")
