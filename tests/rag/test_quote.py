"""Quotations: as few sentences as say it, word for word, each cited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import PARAGRAPH_SHIFT, ArticleCache, Catalog, ChunkRow
from index.lexical import NO_WORDS
from index.models import Kind
from rag.claims import Claim, Passage, cite
from rag.quote import choose
from rag.retrieve import Candidate
from tests.index.articles import fill

TEXT = (
    "The harbour was opened on Monday by the mayor. It had been closed for four months. "
    "The repairs cost 6,460 pounds.\n\n"
    "The bridge is closed for\n\u00a0three weeks, the committee said on Monday in the town hall."
)
ECHO = "On Monday the harbour was opened by the mayor, abc reports."


def candidate(
    text: str,
    score: float,
    *,
    file: str = "a.txt",
    paragraph: int = 1,
    place: int = 0,
    start: int = 0,
) -> Candidate:
    """A sentence of a paragraph, as retrieval hands it over."""
    key = ((paragraph + 100 * sum(map(ord, file))) << PARAGRAPH_SHIFT) + place
    row = ChunkRow(key, f"{file}#{key}", file, paragraph, start, start + len(text), 10, Kind.BODY)
    return Candidate(row, text, score, NO_WORDS, NO_WORDS, None, score)


def sentence(number: int, score: float) -> Candidate:
    """One of the three sentences of the first paragraph of `TEXT`."""
    starts = [0, TEXT.index("It had"), TEXT.index("The repairs"), TEXT.index("\n\n")]
    text = TEXT[starts[number] : starts[number + 1]].strip()
    return candidate(text, score, place=number, start=starts[number])


def ranked(*candidates: Candidate) -> list[Candidate]:
    return sorted(candidates, key=lambda c: -c.score)


def passages(claims: Sequence[Claim]) -> list[Passage]:
    return [p for claim in claims for p in (claim.passage, *(also for also, _ in claim.also))]


# -- which sentences -----------------------------------------------------------------------


def test_a_sentence_far_ahead_is_shown_alone() -> None:
    (claim,) = choose(ranked(sentence(0, 0.95), sentence(1, 0.6), sentence(2, 0.6)))
    assert claim == Claim(Passage("a.txt", 1, 0, 46), ())


def test_one_candidate_is_enough() -> None:
    assert len(choose([sentence(2, 0.9)])) == 1


def test_a_neighbour_close_behind_becomes_one_passage_with_it() -> None:
    (claim,) = choose(ranked(sentence(0, 0.9), sentence(1, 0.89), sentence(2, 0.5)))
    assert claim.passage == Passage("a.txt", 1, 0, TEXT.index(" The repairs"))


def test_a_sentence_before_the_best_joins_too() -> None:
    (claim,) = choose(ranked(sentence(1, 0.9), sentence(0, 0.89), sentence(2, 0.5)))
    assert claim.passage == Passage("a.txt", 1, 0, TEXT.index(" The repairs"))


def test_all_three_neighbours_make_one_citation() -> None:
    (claim,) = choose(ranked(sentence(0, 0.9), sentence(1, 0.9), sentence(2, 0.9)))
    assert claim.passage == Passage("a.txt", 1, 0, TEXT.index("\n\n"))


def test_sentences_with_a_gap_are_two_passages_the_best_first() -> None:
    claims = choose(ranked(sentence(2, 0.9), sentence(0, 0.899), sentence(1, 0.3)))
    assert [TEXT[c.passage.start : c.passage.end][:11] for c in claims] == [
        "The repairs",
        "The harbour",
    ]


def test_the_last_sentence_of_a_paragraph_does_not_join_the_next_paragraph() -> None:
    first = candidate("The end of one.", 0.9, paragraph=1, place=0)
    second = candidate("A beginning.", 0.9, paragraph=2, place=0)
    assert len(passages(choose([first, second]))) == 2


def test_a_neighbour_of_the_paragraph_comes_before_a_stranger() -> None:
    stranger = candidate("Penguins are birds of the south.", 0.87, file="b.txt")
    claims = choose(ranked(sentence(0, 0.9), sentence(1, 0.865), stranger))
    assert claims[0].passage.end == TEXT.index(" The repairs")


def test_of_one_paragraph_the_neighbour_counts_most() -> None:
    best = candidate("Penguins are birds of the south.", 0.9, place=4)
    near = candidate("The ferry leaves at nine.", 0.785, place=5, start=33)
    far = candidate("The baker opens at nine.", 0.785, place=8, start=90)
    (claim,) = choose([best, far, near])
    assert claim.passage == Passage("a.txt", 1, 0, near.row.end)
    (claim,) = choose([best, far])
    assert claim.passage == Passage("a.txt", 1, 0, best.row.end)


def test_a_long_sentence_must_be_nearer() -> None:
    best = candidate("Penguins are birds of the south.", 0.9)
    short = candidate("The ferry leaves at nine.", 0.88, file="b.txt")
    long = candidate(" ".join(f"word{n}" for n in range(70)), 0.88, file="b.txt")
    assert len(choose([best, short])) == 2
    assert len(choose([best, long])) == 1


def test_four_sentences_at_most_in_three_places() -> None:
    def said(n: int, **where: Any) -> Candidate:
        return candidate(f"Alpha{n} beta{n} gamma{n}.", 0.9, **where)

    (claim,) = choose([said(n, place=n, start=30 * n) for n in range(6)])
    assert claim.passage == Passage("a.txt", 1, 0, 90 + len("Alpha3 beta3 gamma3."))
    assert len(choose([said(n, file=f"{n}.txt") for n in range(6)])) == 3


# -- the same in several articles ----------------------------------------------------------


def test_what_two_articles_say_alike_is_shown_once_and_cited_twice() -> None:
    echo = candidate(ECHO, 0.88, file="b.txt", paragraph=4)
    (claim,) = choose(ranked(sentence(0, 0.9), echo, sentence(2, 0.3)))
    assert claim.passage.file == "a.txt"
    ((also, similarity),) = claim.also
    assert (also.file, also.paragraph) == ("b.txt", 4)
    assert 0.6 <= similarity < 1


def test_the_same_words_in_one_article_are_shown_once() -> None:
    again = candidate(sentence(0, 0).text, 0.89, paragraph=7)
    assert len(passages(choose(ranked(sentence(0, 0.9), again)))) == 1


def test_another_statement_is_no_echo() -> None:
    other = candidate("The museum was opened on Friday by the king.", 0.5, file="b.txt")
    (claim,) = choose(ranked(sentence(0, 0.9), other))
    assert claim.also == ()


def test_the_same_is_shown_once_in_second_place_too() -> None:
    second = candidate("The museum was opened on Friday by the king.", 0.89, file="b.txt")
    third = candidate("On Friday the museum was opened by the king.", 0.889, file="c.txt")
    claims = choose(ranked(sentence(0, 0.9), second, third))
    assert [claim.passage.file for claim in claims] == ["a.txt", "b.txt"]


def test_of_equal_scores_the_first_stays_first() -> None:
    best = candidate("Penguins are birds of the south.", 0.9, file="b.txt")
    echo = candidate("Penguins are birds of the far south.", 0.8, file="c.txt")
    other = candidate("The bridge is closed.", 0.9, file="a.txt")
    first, second = choose([best, other, echo])
    assert first.passage.file == "b.txt"
    assert [also.file for also, _ in first.also] == ["c.txt"]
    assert (second.passage.file, second.also) == ("a.txt", ())


def test_echoes_never_make_more_than_three_citations() -> None:
    echoes = [candidate(ECHO, 0.89 - i / 1000, file=f"{i}.txt") for i in range(9)]
    assert len(passages(choose(ranked(sentence(0, 0.9), *echoes)))) == 3


_candidates = st.lists(
    st.builds(
        candidate,
        st.sampled_from([TEXT[:46], ECHO, "It cost money.", "Penguins are birds.", "The bridge."]),
        st.floats(0.5, 1).map(lambda score: round(score, 3)),
        file=st.sampled_from(["a.txt", "b.txt", "c.txt"]),
        paragraph=st.integers(1, 3),
        place=st.integers(0, 4),
        start=st.just(0),
    ),
    min_size=1,
    max_size=15,
    unique_by=lambda c: c.row.key,
)


@given(_candidates)
def test_one_to_three_citations_the_best_first(candidates: list[Candidate]) -> None:
    candidates = ranked(*candidates)
    claims = choose(candidates)
    shown = passages(claims)
    assert 1 <= len(shown) <= 3
    best = candidates[0].row
    assert claims[0].passage.file == best.file
    assert claims[0].passage.paragraph == best.paragraph
    assert all(0.6 <= similarity <= 1 for claim in claims for _, similarity in claim.also)
    assert all(also.file != claim.passage.file for claim in claims for also, _ in claim.also)
    assert choose(candidates) == claims


# -- text and citations --------------------------------------------------------------------


@pytest.fixture
def articles(tmp_path: Path) -> Iterator[ArticleCache]:
    catalog = Catalog(tmp_path / "catalog.sqlite3", create=True)
    fill(catalog, {"a.txt": TEXT, "b.txt": f"{ECHO} Nobody else said anything about it at all."})
    yield ArticleCache(catalog)
    catalog.close()


def test_a_claim_is_a_quotation_with_its_number(articles: ArticleCache) -> None:
    text, citations, _ = cite([Claim(Passage("a.txt", 1, 0, 46), ())], articles)
    assert text == "“The harbour was opened on Monday by the mayor.” [1]"
    (citation,) = citations
    assert citation.number == 1
    assert (citation.file, citation.paragraph) == ("a.txt", 1)
    assert citation.quote == TEXT[0:46] == TEXT[citation.start : citation.end]
    assert citation.title == "The harbour was opened on Monday by the mayor."
    assert citation.support == 1.0


def test_numbers_go_on_from_claim_to_claim(articles: ArticleCache) -> None:
    claims = [
        Claim(Passage("a.txt", 1, 0, 46), ((Passage("b.txt", 1, 0, len(ECHO)), 0.81234567),)),
        Claim(Passage("a.txt", 1, TEXT.index("The repairs"), TEXT.index("\n\n")), ()),
    ]
    text, citations, _ = cite(claims, articles)
    assert text == (
        "“The harbour was opened on Monday by the mayor.” [1][2] "
        "“The repairs cost 6,460 pounds.” [3]"
    )
    assert [c.number for c in citations] == [1, 2, 3]
    assert [c.quote for c in citations] == [TEXT[:46], ECHO, "The repairs cost 6,460 pounds."]
    assert [c.support for c in citations] == [1.0, 0.8123, 1.0]


def test_the_quote_keeps_the_lines_of_the_file_and_the_text_does_not(
    articles: ArticleCache,
) -> None:
    start = TEXT.index("The bridge")
    text, (citation,), _ = cite([Claim(Passage("a.txt", 2, start, len(TEXT)), ())], articles)
    assert citation.quote == TEXT[start:]
    assert "\n\u00a0" in citation.quote
    assert text.startswith("“The bridge is closed for three weeks, the committee said")
