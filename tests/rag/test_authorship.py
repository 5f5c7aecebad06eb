"""Who wrote an article: its byline says so, or nobody does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build_index
from index.catalog import ArticleCache, Catalog, ChunkRow
from index.lexical import NO_WORDS
from index.models import Kind
from index.store import Index
from rag.authorship import author_of_named, cite_author, subject_of
from rag.claims import Claim, Remark
from rag.retrieve import Candidate, Retriever
from tests.fakes import FakeEmbedder
from tests.index.articles import BRIDGE, HARBOUR, fill, write_articles

TWICE = HARBOUR.replace("By Ann Byron", "Ann Byron\n\nBy Ann Byron")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3", create=True)
    fill(catalog, {"harbour.txt": HARBOUR, "bridge.txt": BRIDGE, "twice.txt": TWICE})
    yield catalog
    catalog.close()


def best_of(file: str, score: float, kind: Kind = Kind.BODY) -> Candidate:
    row = ChunkRow(1 << 20, f"{file}#1", file, 1, 0, 10, 3, kind)
    return Candidate(row, "text", score, NO_WORDS, NO_WORDS, None, score)


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Who wrote the article about Europe-Russia talks?", "Europe-Russia talks"),
        ("Who is the author of the article headlined “The Bridge”?", "The Bridge"),
        ("Who wrote the report on the bridge?", "the bridge"),
        ("Wer hat den Artikel über den Hafen geschrieben?", "den Hafen geschrieben"),
        ("¿Quién escribió el artículo sobre el puerto?", "¿el puerto"),
        ("Who wrote it?", "Who wrote it"),
    ],
)
def test_the_subject_of_the_article_asked_about(question: str, subject: str) -> None:
    assert subject_of(question).strip("¿") == subject.strip("¿")


def test_the_byline_is_cited(catalog: Catalog) -> None:
    claim = cite_author([best_of("harbour.txt", 0.9)], ArticleCache(catalog))
    assert claim is not None
    passage = claim.passage
    assert (passage.file, passage.paragraph) == ("harbour.txt", 2)
    assert HARBOUR[passage.start : passage.end] == "By Ann Byron"
    assert claim.also == ()


def test_the_byline_with_its_by_is_preferred(catalog: Catalog) -> None:
    claim = cite_author([best_of("twice.txt", 0.9)], ArticleCache(catalog))
    assert claim is not None
    assert TWICE[claim.passage.start : claim.passage.end] == "By Ann Byron"


def test_an_article_without_a_byline_has_no_author(catalog: Catalog) -> None:
    candidates = [best_of("bridge.txt", 0.9), best_of("harbour.txt", 0.5)]
    assert cite_author(candidates, ArticleCache(catalog)) is None


def test_nothing_found_has_no_author(catalog: Catalog) -> None:
    assert cite_author([], ArticleCache(catalog)) is None


def test_a_headline_names_an_article_better_than_a_sentence(catalog: Catalog) -> None:
    candidates = [best_of("bridge.txt", 0.9), best_of("harbour.txt", 0.88, Kind.HEADING)]
    claim = cite_author(candidates, ArticleCache(catalog))
    assert claim is not None
    assert claim.passage.file == "harbour.txt"


# -- of an article that is named -----------------------------------------------------------

NUMBERED = {"001_harbour.txt": HARBOUR, "002_bridge.txt": BRIDGE, "old/002.txt": BRIDGE}


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    place = tmp_path_factory.mktemp("numbered")
    folder = write_articles(place / "articles", NUMBERED)
    build_index(folder, place / "index", FakeEmbedder())
    index = Index(place / "index", FakeEmbedder())
    yield Retriever(index)
    index.close()


@pytest.mark.parametrize("name", ["article 001", "article 1", "001_harbour.txt"])
def test_the_author_of_an_article_named(numbered: Retriever, name: str) -> None:
    found = author_of_named(numbered, f"Who wrote {name}?")
    assert found is not None
    (claim,), confidence = found
    assert isinstance(claim, Claim)
    assert HARBOUR[claim.passage.start : claim.passage.end] == "By Ann Byron"
    assert confidence == 1.0


def test_an_article_named_without_a_byline_has_no_author(numbered: Retriever) -> None:
    assert author_of_named(numbered, "Who wrote 002_bridge.txt?") == ([], 0.0)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("article 17", "There is no article “17”"), ("article 2", "More than one article")],
)
def test_an_article_that_cannot_be_told_is_refused_with_the_reason(
    numbered: Retriever, name: str, reason: str
) -> None:
    found = author_of_named(numbered, f"Who wrote {name}?")
    assert found is not None
    (remark,), confidence = found
    assert isinstance(remark, Remark)
    assert remark.text.startswith(reason)
    assert confidence == 0.0


def test_an_article_named_by_its_subject_is_searched_for(numbered: Retriever) -> None:
    assert author_of_named(numbered, "Who wrote the article about the harbour?") is None
