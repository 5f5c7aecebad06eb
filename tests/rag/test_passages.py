"""What can be read by itself: sentences with those that they lean on, quotations whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import Catalog
from rag.passages import Excerpt, count_words, excerpts
from tests.index.articles import fill

FIRST = "The harbour of Bath was opened again on Monday, four months after the great storm."


def read(tmp_path: Path, text: str) -> tuple[str, list[Excerpt]]:
    tmp_path.mkdir(exist_ok=True)
    catalog = Catalog(tmp_path / "catalog.sqlite3", create=True)
    fill(catalog, {"a.txt": text})
    article = catalog.article("a.txt")
    assert article is not None
    rows = catalog.chunks_of_paragraphs(sorted(catalog.paragraph_keys(["a.txt"])))
    found = excerpts(article, rows)
    catalog.close()
    for excerpt in found:
        passage = excerpt.passage
        assert text[passage.start : passage.end] == excerpt.text
        assert passage.start <= excerpt.core.start < excerpt.core.end <= passage.end
    return text, found


def texts(tmp_path: Path, text: str) -> list[str]:
    return [excerpt.text for excerpt in read(tmp_path, text)[1]]


def test_a_sentence_that_stands_alone_is_an_excerpt(tmp_path: Path) -> None:
    second = "Mayor Carla Ruiz paid for the repairs of the harbour from the purse of the city."
    _, found = read(tmp_path, f"{FIRST} {second}\n")
    assert [excerpt.text for excerpt in found] == [FIRST, second]
    assert all(excerpt.stands_alone for excerpt in found)


@pytest.mark.parametrize(
    "leaning",
    [
        "It took the workers of the city much longer than the mayor had planned in the spring.",
        "According to him, there is nothing that the workers of the city could have done better.",
    ],
)
def test_a_sentence_that_leans_brings_the_one_before(tmp_path: Path, leaning: str) -> None:
    assert texts(tmp_path, f"{FIRST} {leaning}\n")[1] == f"{FIRST} {leaning}"


def test_who_is_quoted_must_have_been_named(tmp_path: Path) -> None:
    quotation = "“We have never had a harbour that was as fine as the one we have now,” he said."
    named = "“We have never had a harbour that was as fine as this one,” Mayor Carla Ruiz said."
    assert texts(tmp_path, f"{FIRST} {quotation}\n")[1] == f"{FIRST} {quotation}"
    assert texts(tmp_path / "b", f"{FIRST} {named}\n")[1] == named


def test_a_quotation_is_never_left_open(tmp_path: Path) -> None:
    quotation = (
        "“The harbour of the city is open again for all of the boats. "
        "We have worked on it for four months without a day of rest,” Mayor Carla Ruiz said."
    )
    found = texts(tmp_path, f"{FIRST} {quotation}\n")
    assert found == [FIRST, quotation, quotation]


def test_a_very_short_sentence_brings_the_next(tmp_path: Path) -> None:
    short = "The work on the harbour goes on."
    _, found = read(tmp_path, f"{short} {FIRST}\n")
    assert found[0].text == f"{short} {FIRST}"
    assert found[0].stands_alone


def test_what_cannot_be_read_by_itself_is_told(tmp_path: Path) -> None:
    leaning = "They took longer than planned, and nobody in the whole city could say why it was."
    _, found = read(tmp_path, f"{FIRST}\n\n{leaning}\n")
    assert [excerpt.stands_alone for excerpt in found] == [True, False]


def test_a_very_long_sentence_is_a_poor_one(tmp_path: Path) -> None:
    long = "The harbour " + "of the city of Bath and all of its boats " * 8 + "is open."
    _, found = read(tmp_path, f"{long}\n")
    assert [excerpt.stands_alone for excerpt in found] == [False]


def test_a_quotation_is_told_from_a_report(tmp_path: Path) -> None:
    named = "“We have never had a harbour that was as fine as this one,” Mayor Carla Ruiz said."
    _, found = read(tmp_path, f"{FIRST} {named}\n")
    assert [excerpt.is_quotation for excerpt in found] == [False, True]


def test_headings_are_no_excerpts(tmp_path: Path) -> None:
    assert texts(tmp_path, f"The Harbour Opens Again\n\n{FIRST}\n") == [FIRST]


def test_excerpts_that_share_a_sentence_overlap(tmp_path: Path) -> None:
    leaning = "It took the workers of the city much longer than the mayor had planned in spring."
    _, found = read(tmp_path, f"{FIRST} {leaning}\n\n{FIRST}\n")
    assert found[0].overlaps(found[1])
    assert found[1].overlaps(found[0])
    assert not found[1].overlaps(found[2])


def test_words_are_counted_where_no_space_parts_them() -> None:
    assert count_words("The harbour is open.") == 4
    assert count_words("港は再び開かれました。") > 4


@given(st.text(alphabet='Aab he“”".,!? \n', max_size=200).filter(str.strip))
def test_any_text_gives_excerpts_inside_their_paragraph(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    read(tmp_path_factory.mktemp("any"), text)
