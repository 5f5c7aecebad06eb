"""Chunks: sentences with exact offsets, and what the model sees of each."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import chunk_article, leans_on_previous, searched_tokens
from index.models import Kind
from index.tokens import tokenize
from tests.index.articles import BRIDGE, GARDEN, HARBOUR, make_article


@pytest.mark.parametrize("text", [HARBOUR, BRIDGE, GARDEN])
def test_chunks_are_exact_and_inside_one_paragraph(text: str) -> None:
    article = make_article(text)
    chunks = chunk_article(article)
    assert chunks
    for chunk in chunks:
        paragraph = article.paragraph(chunk.paragraph)
        assert paragraph.start <= chunk.start < chunk.end <= paragraph.end
        assert article.text[chunk.start : chunk.end] == chunk.text


def test_only_evidence_is_chunked() -> None:
    article = make_article(HARBOUR)
    kinds = [p.kind for p in article.paragraphs]
    assert kinds == [Kind.HEADING, Kind.BYLINE, Kind.BODY, Kind.BODY, Kind.CREDIT]
    assert {chunk.paragraph for chunk in chunk_article(article)} == {1, 3, 4}


def test_a_sentence_that_points_back_is_embedded_with_the_one_before_it() -> None:
    chunks = chunk_article(make_article(GARDEN))
    assert [chunk.text for chunk in chunks] == [
        "The garden behind the museum has 4,711 roses, and visitors may enter it for free.",
        "It was planted in 1946. The gardeners water it twice a day in the summer.",
    ]
    one = make_article("The repairs were paid by the city. They took longer than planned.")
    first, second = chunk_article(one)
    assert first.embedded == first.text == "The repairs were paid by the city."
    assert second.text == "They took longer than planned."
    assert second.embedded == "The repairs were paid by the city. They took longer than planned."


def test_the_first_sentence_of_an_article_leans_on_nothing() -> None:
    (chunk,) = chunk_article(make_article("It was closed for a year, they say."))
    assert (chunk.context, chunk.embedded) == ("", chunk.text)


def test_a_pronoun_stands_for_the_last_subject_named_also_in_a_paragraph_before() -> None:
    mayor = "The mayor Ada Lindqvist spoke on Monday."
    open_again = "She said that the harbour is open again."
    source = "According to her, nobody was hurt in it."
    chunks = chunk_article(make_article(f"{mayor}\n\n{open_again}\n\n{source}"))
    assert [chunk.context for chunk in chunks] == ["", mayor, mayor]
    assert [chunk.embedded for chunk in chunks] == [
        mayor,
        f"{mayor} {open_again}",
        f"{mayor} {source}",
    ]


def test_a_headline_is_nobody_that_a_pronoun_stands_for() -> None:
    article = make_article("The Harbour Opens Again\n\nIt was closed for a year, they say.")
    heading, body = chunk_article(article)
    assert article.paragraph(heading.paragraph).kind is Kind.HEADING
    assert body.context == ""


def test_a_chunk_is_found_by_the_names_that_its_pronouns_stand_for() -> None:
    text = "The mayor Ada Lindqvist spoke on Monday.\n\nShe said that it is open again."
    _, chunk = chunk_article(make_article(text))
    tokens = searched_tokens(chunk)
    assert tokens[: len(tokenize(chunk.text))] == tokenize(chunk.text)
    assert set(tokens) - set(tokenize(chunk.text)) == {"lindqv", "monday"}


def test_what_is_embedded_has_single_spaces() -> None:
    wrapped = "The committee met for three hours on Monday and it\nwas late\u00a0when they left."
    (chunk,) = chunk_article(make_article(wrapped))
    assert chunk.text == wrapped
    assert chunk.embedded == wrapped.replace("\n", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    "sentence",
    [
        "It was re-established in April 1991.",
        "They also won the cup.",
        "“He was the first,” she said.",
        "However, nobody came.",
        "Sie wurde 1991 neu gegründet.",
        "Jedoch kam niemand.",
        "También ganaron la copa.",
        "Elle fut fondée en 1991.",
        "Однако никто не пришёл.",
    ],
)
def test_pronouns_and_connectives_point_back(sentence: str) -> None:
    assert leans_on_previous(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["The harbour was opened.", "Mayor Ruiz opened it.", "1991 war ein gutes Jahr.", "", "…"],
)
def test_a_sentence_with_its_own_subject_stands_alone(sentence: str) -> None:
    assert not leans_on_previous(sentence)


@pytest.mark.parametrize(
    "before", ["“We want a bridge.", '"We want a bridge.', "«We want a bridge.", '"A" or "B.']
)
def test_inside_a_quotation_a_sentence_leans_on_its_beginning(before: str) -> None:
    assert leans_on_previous("Bridges last.", before)


@pytest.mark.parametrize("before", ["“We want a bridge.”", '"A bridge."', "«A bridge.»", ""])
def test_after_a_quotation_it_does_not(before: str) -> None:
    assert not leans_on_previous("Bridges last.", before)


def test_ids_depend_on_file_place_and_text_alone() -> None:
    ids = [chunk.id for chunk in chunk_article(make_article(HARBOUR))]
    assert len(set(ids)) == len(ids)
    assert ids == [chunk.id for chunk in chunk_article(make_article(HARBOUR))]
    other_file = [chunk.id for chunk in chunk_article(make_article(HARBOUR, "b.txt"))]
    assert not set(ids) & set(other_file)


def test_a_change_in_one_paragraph_changes_the_ids_of_no_paragraph_before_it() -> None:
    before = chunk_article(make_article(HARBOUR))
    after = chunk_article(make_article(HARBOUR.replace("6,460 pounds", "6,461 pounds")))
    changed = {chunk.paragraph for chunk in before if chunk.id not in {c.id for c in after}}
    assert changed == {4}


@pytest.mark.parametrize("file", ["a#1.txt", "sub/dir/ä b.txt", "#:-.txt"])
def test_an_id_tells_its_file_and_paragraph(file: str) -> None:
    for chunk in chunk_article(make_article(BRIDGE, file)):
        name, _, rest = chunk.id.rpartition("#")
        assert (name, int(rest.split(":")[0])) == (file, chunk.paragraph)


_texts = st.lists(
    st.sampled_from(
        [
            "The harbour of the city was closed on Sunday by the mayor. ",
            "It will be opened again on the first Monday of the next year. ",
            "“Nobody knows. ",
            "Why?” ",
            "\n\n",
            "\n",
            "Menu",
            "By Ann",
            "会议结束以后，主席在大楼前面向记者们宣布了新的计划。",
        ]
    ),
    min_size=1,
    max_size=15,
).map("".join)


@given(_texts.filter(str.strip))
def test_chunks_cover_the_evidence_and_nothing_else(text: str) -> None:
    article = make_article(text)
    chunks = chunk_article(article)
    covered = "".join("".join(chunk.text.split()) for chunk in chunks)
    evidence = "".join(
        "".join(article.paragraph_text(p.number).split())
        for p in article.paragraphs
        if p.kind.is_evidence
    )
    assert covered == evidence
    assert all(" ".join(chunk.text.split()) in chunk.embedded for chunk in chunks)


def test_the_time_grows_with_the_paragraph_and_no_faster() -> None:
    article = make_article('He said "so" to the committee on Monday at noon. ' * 40_000)
    started = time.process_time()
    assert len(chunk_article(article)) == 40_000
    assert time.process_time() - started < 20  # two seconds; in quadratic time, minutes
