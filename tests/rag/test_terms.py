"""Words that mean the same, and countries under their many names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.countries import country_of
from rag.terms import distinct, shared, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("meet", "meeting"),
        ("territories", "territory"),
        ("recognise", "recognize"),
        ("agreed", "accept"),
        ("verify", "confirmed"),
        ("Selenskyj", "Zelenskyy"),
        ("Kyiv", "Ukrainian"),
        ("the Kremlin", "Russians"),
        ("the White House", "U.S."),
        ("US", "American"),
        ("Москвы", "Russia"),
        ("российские", "Russia"),
    ],
)
def test_what_means_the_same(one: str, other: str) -> None:
    assert shared(terms(one), terms(other))
    assert shared(terms(other), terms(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("port", "portfolio"),
        ("1946", "1945"),
        ("polish", "Poland"),
        ("us", "America"),
        ("United Kingdom", "United States"),
        ("the of and", "the of and"),
        ("Austria", "Australia"),
    ],
)
def test_what_does_not(one: str, other: str) -> None:
    assert not shared(terms(one), terms(other))


def test_a_capital_stands_for_its_country_only_where_it_may() -> None:
    assert shared(terms("Paris"), terms("France"))
    assert not shared(terms("Paris", seats=False), terms("France", seats=False))
    assert shared(terms("French", seats=False), terms("France", seats=False))


def test_terms_stand_where_they_say() -> None:
    text = "The White House said 6,460 men met Ann-Marie."
    assert [text[t.start : t.end] for t in terms(text)] == [
        "White House", "6,460", "men", "met", "Ann", "Marie",
    ]  # fmt: skip


def test_each_term_is_shared_once() -> None:
    assert len(shared(terms("roses and roses"), terms("a rose, roses"))) == 1
    assert distinct(terms("roses and roses")) == 1


@pytest.mark.parametrize(
    ("word", "country"),
    [
        ("Poles", "Poland"),
        ("Polish", "Poland"),
        ("polish", None),
        ("Turkey", "Turkey"),
        ("turkey", None),
        ("französischen", "France"),
        ("Ucrania", "Ukraine"),
        ("Moskau", "Russia"),
        ("EU", "European_Union"),
        ("Bath", None),
        ("росс", None),
        ("x", None),
    ],
)
def test_which_country_a_word_stands_for(word: str, country: str | None) -> None:
    assert country_of((word,)) == country


@given(st.text(max_size=200))
def test_any_text_has_terms(text: str) -> None:
    found = terms(text)
    assert all(0 <= t.start < t.end <= len(text) for t in found)
    assert [t.start for t in found] == sorted(t.start for t in found)
    assert len(shared(found, found)) == distinct(found)
