"""Kinds whose members are known: weapons, leaders, countries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import ArticleCache, Catalog
from rag.kinds import kind_of, list_kind
from tests.index.articles import fill

ARTICLES = {
    "a.txt": (
        "The pop chart was led by a band from Leeds that nobody there had heard of before.\n\n"
        "Two missiles and a drone were found in the harbour. The drone was taken to Bath.\n\n"
        "The president of the club said nothing. Prime Minister Ada Quill opened the hall.\n\n"
        "Guests from Norway, Peru and the Netherlands came to see it. Norwegians sang.\n"
    ),
    "b.txt": (
        "President Otto Lind, who met Prime Minister Ada Quill, spoke of Norway.\n\n"
        "Дроны и ракеты были найдены в порту. Президент Иван Петров молчал.\n"
    ),
}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    path: Path = tmp_path_factory.mktemp("kinds")
    catalog = Catalog(path / "catalog.sqlite3", create=True)
    fill(catalog, ARTICLES)
    yield catalog
    catalog.close()


def listed(catalog: Catalog, subject: str, *files: str) -> list[str]:
    kind = kind_of(subject)
    assert kind is not None
    claims = list_kind(catalog, ArticleCache(catalog), kind, files or tuple(ARTICLES))
    passages = [claim.passage for claim in claims]
    return [ARTICLES[p.file][p.start : p.end] for p in passages]


@pytest.mark.parametrize(
    "subject",
    ["weapons", "kinds of weapons", "all weapons that are mentioned", "Waffen", "heads of state",
     "the countries", "Länder", "armes", "лидеры"],
)  # fmt: skip
def test_a_kind_is_told(subject: str) -> None:
    assert kind_of(subject) is not None


@pytest.mark.parametrize("subject", ["weapons of the museum", "boats", "", "prime ministers"])
def test_what_says_more_or_is_not_known_is_no_kind(subject: str) -> None:
    assert kind_of(subject) is None


def test_members_are_listed_though_the_kind_is_not_named(catalog: Catalog) -> None:
    assert listed(catalog, "weapons", "a.txt") == [
        "Two missiles and a drone were found in the harbour."
    ]


def test_no_other_word_is_taken_for_a_member(catalog: Catalog) -> None:
    assert not any("chart" in text for text in listed(catalog, "armes"))
    assert not any("club" in text for text in listed(catalog, "leaders"))


def test_of_people_each_name_is_listed_once(catalog: Catalog) -> None:
    found = listed(catalog, "leaders")
    assert found[0].startswith("President Otto Lind, who met Prime Minister Ada Quill")
    assert len(found) == 2
    assert "Петров" in found[1]


def test_countries_are_those_that_are_named(catalog: Catalog) -> None:
    (only,) = listed(catalog, "countries")
    assert only.startswith("Guests from Norway, Peru and the Netherlands")


def test_other_languages_have_their_endings(catalog: Catalog) -> None:
    assert listed(catalog, "оружие", "b.txt") == ["Дроны и ракеты были найдены в порту."]


def test_articles_that_were_not_asked_for_are_left_out(catalog: Catalog) -> None:
    assert listed(catalog, "weapons", "none.txt") == []


@given(st.text(max_size=40))
def test_any_text_can_be_asked(text: str) -> None:
    kind = kind_of(text)
    assert kind is None or isinstance(kind.members, tuple)
