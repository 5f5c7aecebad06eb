"""Which articles use a word, and the sentence that shows it best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import ArticleCache, Catalog
from rag.mentions import Mention, find_mentions
from tests.index.articles import fill

ARTICLES = {
    "a.txt": (
        "The Harbour of Odessa\n\n"
        "The old harbour of Odessa was opened again on Monday by the Polish prime minister.\n\n"
        "A plan of 20 points was read in Russia by President Zelensky in the White House.\n"
    ),
    "b.txt": (
        "The region of Odesa has many villages, and the Russian president wants peace.\n\n"
        "The prime number was named by a minister of the Polish kingdom who lived in a white hut "
        "and not in a house.\n"
    ),
    "d.txt": "The runners of Kenya came from Kyiv to the race of this city in the spring.\n",
    "c.txt": "Президент Зеленский вчера приехал в Москву, чтобы говорить о мирном договоре.\n",
}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    path: Path = tmp_path_factory.mktemp("mentions")
    catalog = Catalog(path / "catalog.sqlite3", create=True)
    fill(catalog, ARTICLES)
    yield catalog
    catalog.close()


def find(
    catalog: Catalog, what: str, files: Sequence[str] = tuple(ARTICLES)
) -> dict[str, tuple[Mention, ...]]:
    return find_mentions(catalog, ArticleCache(catalog), what, files)


def mentions(catalog: Catalog, what: str) -> list[str]:
    return list(find(catalog, what))


@pytest.mark.parametrize(
    ("what", "files"),
    [
        ("Monday", ["a.txt"]),
        ("Odesa", ["a.txt", "b.txt"]),  # in either spelling
        ("the Odesa region", ["b.txt"]),
        ("village", ["b.txt"]),  # in the plural
        ("points", ["a.txt"]),
        ("20", ["a.txt"]),
        ("2", []),
        ("Russia", ["a.txt"]),  # not in "Russian"
        ("the White House", ["a.txt"]),  # one after the other
        ("“prime minister”", ["a.txt"]),
        ("the Polish prime minister", ["a.txt", "b.txt"]),  # in one sentence
        ("Zelensky", ["a.txt", "c.txt"]),
        ("Зеленского", ["a.txt", "c.txt"]),
        ("Москве", ["c.txt"]),
        ("Odessa and Zelensky", ["a.txt"]),  # each wherever it is
        ("Odessa, Monday and Zelensky", ["a.txt"]),
        ("Polish and Zelensky", ["a.txt"]),
        ("Monday or Moscow", ["a.txt"]),
        ("Odessa or Зеленский", ["a.txt", "b.txt", "c.txt"]),
        ("China", []),  # Kenya is as near by its sounds
        ("Kiev", ["d.txt"]),  # is Kyiv
        ("Davos", []),
        ("Monday in Davos", []),
        ("pla", []),  # a piece of a word
        ("", []),
    ],
)
def test_the_articles_that_use_a_word(catalog: Catalog, what: str, files: list[str]) -> None:
    assert mentions(catalog, what) == files


def test_the_sentence_where_the_words_are_nearest_is_shown(catalog: Catalog) -> None:
    found = find(catalog, "the Polish prime minister")
    row = found["a.txt"][0].row
    assert ARTICLES["a.txt"][row.start : row.end].endswith("by the Polish prime minister.")


def test_the_body_shows_it_better_than_the_headline(catalog: Catalog) -> None:
    row = find(catalog, "Odessa")["a.txt"][0].row
    assert ARTICLES["a.txt"][row.start : row.end].startswith("The old harbour")


def test_of_names_joined_each_is_shown(catalog: Catalog) -> None:
    found = find(catalog, "Odessa and Zelensky")["a.txt"]
    shown = [ARTICLES["a.txt"][m.row.start : m.row.end] for m in found]
    assert len(shown) == 2
    assert "Odessa" in shown[0]
    assert "Zelensky" in shown[1]


def test_only_the_files_asked_about(catalog: Catalog) -> None:
    assert list(find(catalog, "Odessa", ["b.txt"])) == ["b.txt"]


@given(what=st.text(max_size=40))
def test_any_words_are_looked_for(catalog: Catalog, what: str) -> None:
    for file, found in find(catalog, what).items():
        assert found
        for mention in found:
            assert mention.row.file == file
            assert mention.width >= 1
