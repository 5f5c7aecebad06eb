"""Articles and their paragraphs by number."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from index.models import Kind
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
