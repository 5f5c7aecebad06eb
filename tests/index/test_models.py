"""Articles and their paragraphs by number."""

from __future__ import annotations

from contextlib import closing
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from index.catalog import Catalog
from index.models import Kind, file_of
from tests.index.articles import HARBOUR, make_article


def test_paragraphs_are_found_by_number() -> None:
    article = make_article(HARBOUR)
    assert article.paragraph(2).number == 2
    assert article.paragraph_text(2) == "By Ann Byron"


@pytest.mark.parametrize("number", [0, -1, 6])
def test_a_number_that_does_not_exist_is_never_another_paragraph(number: int) -> None:
    with pytest.raises(IndexError, match=rf"a\.txt has no paragraph {number}"):
        make_article(HARBOUR).paragraph(number)


def test_evidence_is_body_and_headings() -> None:
    assert {kind for kind in Kind if kind.is_evidence} == {Kind.BODY, Kind.HEADING}


def test_articles_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        make_article(HARBOUR).text = ""  # type: ignore[misc]


def test_the_page_of_a_place() -> None:
    article = replace(make_article(HARBOUR), pages=(0, 10, 10, 30))
    offsets = (0, 9, 10, 29, 30, 10**6)
    assert [article.page_at(offset) for offset in offsets] == [1, 1, 3, 3, 4, 4]
    assert make_article(HARBOUR).page_at(5) is None


def test_an_article_knows_its_file() -> None:
    assert file_of("a/wire.jsonl#b#c") == "a/wire.jsonl"
    assert file_of("list.JSON#item-2") == "list.JSON"
    assert file_of("a.txt") == "a.txt"
    assert file_of("hash#1.txt") == "hash#1.txt"


def test_date_address_and_pages_are_kept(tmp_path: Path) -> None:
    article = replace(
        make_article(HARBOUR), date="2025-12-30", url="https://example.org/a", pages=(0, 10)
    )
    with closing(Catalog(tmp_path / "catalog.sqlite3", create=True)) as catalog:
        catalog.begin()
        catalog.put_article(article, [])
        catalog.commit()
        assert catalog.article("a.txt") == article
        assert catalog.dates() == {"a.txt": "2025-12-30"}
        [row] = catalog.articles()
    assert (row.date, row.url) == ("2025-12-30", "https://example.org/a")
