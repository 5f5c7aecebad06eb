"""What articles a phrase names, and which files those are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.article_names import (
    Named,
    Reference,
    files_named,
    files_titled,
    is_title,
    name_in,
    reference,
)

FILES = [
    "000_119ab3.txt",
    "003_0d0a70.txt",
    "1973_oil_crisis.txt",
    "Doctor_Who.txt",
    "sport/001.txt",
    "trade/001.txt",
]


@pytest.mark.parametrize(
    ("phrase", "named", "name"),
    [
        ("article 003", Named.NAME, "003"),
        ("the article 3", Named.NAME, "3"),
        ("article no. 3", Named.NAME, "3"),
        ("Artikel Nr. 3", Named.NAME, "3"),
        ("el artículo 3", Named.NAME, "3"),
        ("l'article 3", Named.NAME, "3"),
        ("статье № 3", Named.NAME, "3"),
        ("003", Named.NAME, "003"),
        ("article sport/001", Named.NAME, "sport/001"),
        ("the file 003_0d0a70.txt", Named.NAME, "003_0d0a70.txt"),
        ("Doctor_Who.txt", Named.NAME, "Doctor_Who.txt"),
        ("the article about the harbour", Named.TITLE, "the harbour"),
        ("the report on oil prices", Named.TITLE, "oil prices"),
        ("dem Artikel über den Hafen", Named.TITLE, "den Hafen"),
        ("el artículo sobre el puerto", Named.TITLE, "el puerto"),
        ("l'article sur le port", Named.TITLE, "le port"),
        ("статья о порте", Named.TITLE, "порте"),
        ("the article titled “The Bridge”", Named.TITLE, "The Bridge"),
        ("“The Bridge”", Named.TITLE, "The Bridge"),
        ("the Genghis Khan article", Named.TITLE, "Genghis Khan"),
        ("the articles", Named.ALL, ""),
        ("all of the articles", Named.ALL, ""),
        ("the article", Named.ALL, ""),
        ("this text", Named.ALL, ""),
        ("the corpus", Named.ALL, ""),
        ("den Artikeln", Named.ALL, ""),
        ("los artículos", Named.ALL, ""),
        ("les articles", Named.ALL, ""),
        ("статьях", Named.ALL, ""),
        ("everything", Named.ALL, ""),
    ],
)
def test_a_phrase_that_names_articles(phrase: str, named: Named, name: str) -> None:
    assert reference(phrase) == Reference(named, name)


@pytest.mark.parametrize(
    "phrase",
    [
        "article 5 of the treaty",
        "the first article of the constitution",
        "the documents",
        "the report",
        "1984",
        "the harbour",
        "the articles of confederation",
        "",
    ],
)
def test_a_phrase_that_names_something_else(phrase: str) -> None:
    assert reference(phrase) is None


@given(st.text(max_size=60))
def test_any_phrase_names_something_or_nothing(phrase: str) -> None:
    found = reference(phrase)
    assert found is None or (found.named is Named.ALL) == (found.name == "")


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("003", ["003_0d0a70.txt"]),
        ("3", ["003_0d0a70.txt"]),
        ("0", ["000_119ab3.txt"]),
        ("1973", ["1973_oil_crisis.txt"]),
        ("003_0d0a70.txt", ["003_0d0a70.txt"]),
        ("003_0d0a70", ["003_0d0a70.txt"]),
        ("0d0a70", ["003_0d0a70.txt"]),
        ("doctor_who.txt", ["Doctor_Who.txt"]),
        ("oil crisis", ["1973_oil_crisis.txt"]),
        ("001", ["sport/001.txt", "trade/001.txt"]),
        ("sport/001", ["sport/001.txt"]),
        ("sport/001.txt", ["sport/001.txt"]),
        ("17", []),
        ("5", []),
        ("", []),
    ],
)
def test_the_files_of_a_name(name: str, files: list[str]) -> None:
    assert files_named(name, FILES) == files


def test_the_zeros_of_a_number_count_where_they_tell_files_apart() -> None:
    assert files_named("003", ["3.txt", "003.txt"]) == ["003.txt"]
    assert files_named("3", ["3.txt", "003.txt"]) == ["3.txt"]


@pytest.mark.parametrize(
    ("title", "files"),
    [
        ("The Oil Crisis", ["1973_oil_crisis.txt"]),
        ("doctor who", ["Doctor_Who.txt"]),
        ("oil", []),
        ("1973", []),
        ("", []),
    ],
)
def test_a_title_is_the_whole_name(title: str, files: list[str]) -> None:
    assert files_titled(title, FILES) == files


@pytest.mark.parametrize(
    ("phrase", "title", "same"),
    [
        ("the bridge falls", "The Bridge Falls", True),
        ("The bridge falls, and nobody is hurt", "The bridge falls, and…", True),
        ("The bridge", "The bridge falls", False),
        ("", "", False),
    ],
)
def test_a_title_whatever_its_capitals(phrase: str, title: str, same: bool) -> None:
    assert is_title(phrase, title) is same


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who wrote article 003?", "003"),
        ("Wer hat Artikel 3 geschrieben?", "3"),
        ("Who is the author of 003_0d0a70.txt?", "003_0d0a70.txt"),
        ("Who wrote article 5 of the treaty?", None),
        ("Who wrote the article about oil?", None),
    ],
)
def test_the_name_inside_a_question(question: str, name: str | None) -> None:
    assert name_in(question) == name
