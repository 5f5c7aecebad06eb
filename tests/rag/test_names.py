"""Spellings of names, learned from the articles: found by any of them, confused with no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.catalog import Catalog
from rag.names import Spellings
from tests.index.articles import fill

ARTICLES = {
    "a.txt": "President Volodymyr Zelensky of Kiev met Prime Minister Donald Tusk in Odessa. "
    "Zelensky spoke first. General Gerasimov was not there, and neither was Peskov.",
    "b.txt": "Zelenskiy was in Kyiv, and then in Odesa; his task was hard. Zelenskyy said so.",
    "c.txt": "Macron and Meloni met in Kharkiv. The tower of Kharkov was not shown to them.",
}


@pytest.fixture
def spellings(tmp_path: Path) -> Iterator[Spellings]:
    catalog = Catalog(tmp_path / "catalog.sqlite3", create=True)
    fill(catalog, ARTICLES)
    yield Spellings(catalog)
    catalog.close()


def variants(spellings: Spellings, word: str) -> set[str]:
    return {form.word for form in spellings.variants(word)}


@pytest.mark.parametrize(
    "spelling",
    ["Selenskyj", "Zelenski", "Zelenskyj", "Zelinsky", "Zelenksy", "Зеленский", "Зеленського"[:9]],
)
def test_every_spelling_finds_the_family(spellings: Spellings, spelling: str) -> None:
    assert variants(spellings, spelling) >= {"Zelensky", "Zelenskiy", "Zelenskyy"}


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("Kiev", {"Kyiv"}),
        ("Kyiv", {"Kiev"}),
        ("Kiew", {"Kiev", "Kyiv"}),
        ("Киев", {"Kiev", "Kyiv"}),
        ("Odessa", {"Odesa"}),
        ("Одеса", {"Odessa", "Odesa"}),
        ("Gerassimow", {"Gerasimov"}),
        ("Герасимов", {"Gerasimov"}),
        ("Makron", {"Macron"}),
        ("Peskow", {"Peskov"}),
        ("Charkow", {"Kharkov", "Kharkiv"}),
        ("Zelensky", {"Zelenskiy", "Zelenskyy"}),
    ],
)
def test_spellings_of_one_name_are_found(
    spellings: Spellings, spelling: str, expected: set[str]
) -> None:
    assert variants(spellings, spelling) == expected


@pytest.mark.parametrize(
    "word",
    ["Task", "Tusks", "Tesk", "Putin", "Oslo", "Karl", "Kyle", "Berlin", "task", "kiev", "Ann", ""],
)
def test_other_names_are_not(spellings: Spellings, word: str) -> None:
    assert "Tusk" not in variants(spellings, word)
    if word not in ("kiev",):
        assert variants(spellings, word) == set()


def test_short_names_that_sound_alike_are_not_one(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite3", create=True)
    fill(catalog, {"a.txt": "The harbours of Kenya and of China were closed on Monday."})
    assert variants(Spellings(catalog), "China") == set()
    assert variants(Spellings(catalog), "Kenia") == {"Kenya"}
    catalog.close()


def test_the_commonest_spelling_comes_first(spellings: Spellings) -> None:
    assert spellings.variants("Selenskyj")[0].word == "Zelensky"


def test_a_question_is_spelt_as_the_articles_do(spellings: Spellings) -> None:
    text = "What did Selenskyj say to Tusk in Kiew?"
    assert spellings.respell(text, ["Selenskyj", "Tusk", "Kiew"]) == (
        "What did Zelensky say to Tusk in Kiev?"
    )


def test_a_spelling_that_the_articles_use_is_left(spellings: Spellings) -> None:
    text = "Was Zelenskyy in Kyiv?"
    assert spellings.respell(text, ["Zelenskyy", "Kyiv"]) == text


def test_a_word_counts_in_all_its_spellings(spellings: Spellings) -> None:
    assert spellings.terms(["Kyiv", "tower"]) == [
        frozenset({"kyiv", "kiev"}),
        frozenset({"tower"}),
    ]
    assert spellings.terms(["Kyiv", "Kiev"]) == [frozenset({"kyiv", "kiev"})]


def test_a_name_is_known_in_any_spelling(spellings: Spellings) -> None:
    for word in ["Zelensky", "Selenskyj", "Киев", "tower", "task"]:
        assert spellings.knows(word), word
    for word in ["Putin", "Task Force"[5:], "helicopter", "Biden"]:
        assert not spellings.knows(word), word
