"""Tokens: the same for a question and for an article, in every language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tokens import STEM_LENGTH, fold, stem, tokenize, words


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Élysée", "elysee"),
        ("Ärger", "arger"),
        ("ﬁnal", "final"),
        ("ＮＡＴＯ", "nato"),
        ("ЁЛКА", "елка"),
        ("Ístanbul", "istanbul"),
        ("³", "3"),
    ],
)
def test_fold_takes_case_accents_and_forms_away(word: str, folded: str) -> None:
    assert fold(word) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("6,460", "6460"),
        ("6.460", "6460"),
        ("1,234,567", "1234567"),
        ("negotiations", "negotiating"),
        ("Négociation", "negociations"),
        ("переговоры", "переговоров"),
    ],
)
def test_forms_of_one_word_meet(one: str, other: str) -> None:
    assert tokenize(one) == tokenize(other)


@pytest.mark.parametrize(("one", "other"), [("91", "910"), ("2022", "2025"), ("peace", "piece")])
def test_different_words_do_not_meet(one: str, other: str) -> None:
    assert tokenize(one) != tokenize(other)


def test_numbers_are_never_cut() -> None:
    assert tokenize("12345678901 and 1,234,567,890") == ["12345678901", "and", "1234567890"]


def test_a_full_stop_ends_a_number() -> None:
    assert tokenize("It had 334. Then 5, 6.") == ["it", "had", "334", "then", "5", "6"]


def test_words_are_cut_to_one_length() -> None:
    assert tokenize("negotiators") == ["negotiators"[:STEM_LENGTH]]


def test_order_and_repeats_are_kept() -> None:
    assert tokenize("war and war") == ["war", "and", "war"]


def test_punctuation_and_underscores_separate() -> None:
    assert tokenize("U.S.-backed, snake_case/path") == ["u", "s", "backed", "snake", "case", "path"]


def test_scripts_without_spaces_give_bigrams() -> None:
    assert tokenize("和平协议") == ["和平", "平协", "协议"]
    assert tokenize("カタカナ") == ["カタ", "タカ", "カナ"]
    assert tokenize("人") == ["人"]


def test_scripts_mix() -> None:
    assert tokenize("2025年NATO会议") == ["2025", "年", "nato", "会议"]


def test_words_stand_as_written() -> None:
    assert words("Moscow's 91 drones – 6,460 km²") == [
        "Moscow",
        "s",
        "91",
        "drones",
        "6,460",
        "km²",
    ]


@pytest.mark.parametrize("text", ["", " ", "…—!", "\x00\u2028"])
def test_nothing_has_no_tokens(text: str) -> None:
    assert tokenize(text) == []


@given(st.text())
def test_tokens_do_not_depend_on_case(text: str) -> None:
    plain = "".join(c for c in text if len(c.upper()) == 1 and c.upper().lower() == c.lower())
    assert tokenize(plain.upper()) == tokenize(plain.lower())


@given(st.text())
def test_a_text_has_the_tokens_of_its_words(text: str) -> None:
    assert tokenize(text) == [token for word in words(text) for token in tokenize(word)]
    assert all(tokenize(text))


@given(st.integers(min_value=1000))
def test_thousands_separators_do_not_matter(number: int) -> None:
    assert stem(f"{number:,}") == str(number)
    assert stem(f"{number:,}".replace(",", ".")) == str(number)
