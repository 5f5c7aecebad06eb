"""Answers about the articles themselves: the fact in a remark, a cited mention for each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build_index
from index.catalog import ArticleCache
from index.errors import QuestionError
from index.store import Index
from rag.about_corpus import about_corpus
from rag.claims import Claim, Remark, Statement, cite
from rag.describe import describe
from rag.retrieve import Retriever
from rag.session import open_retriever
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, write_articles

MANY = {
    f"{number:02}.txt": f"The {number} boats of the harbour are all old." for number in range(12)
}


def open_index(place: Path, articles: dict[str, str]) -> Index:
    folder = write_articles(place / "articles", articles)
    build_index(folder, place / "index", FakeEmbedder())
    return Index(place / "index", FakeEmbedder())


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    index = open_index(tmp_path_factory.mktemp("town"), TOWN)
    yield Retriever(index)
    index.close()


def answer(
    retriever: Retriever, question: str, files: list[str] | None = None
) -> tuple[str, list[str], float]:
    """The remark, the quotes and the confidence."""
    asked = about_corpus(question)
    assert asked is not None
    statements, confidence = describe(retriever, asked, files or [])
    first, *rest = statements
    assert isinstance(first, Remark)
    assert all(isinstance(statement, Claim) for statement in rest)
    return first.text, quote(retriever, rest), confidence


def quote(retriever: Retriever, claims: list[Statement]) -> list[str]:
    with retriever.index.reading():
        articles = ArticleCache(retriever.index.catalog)
        citations = cite(claims, articles)[1]
        for each in citations:
            assert articles[each.file].text[each.start : each.end] == each.quote
    return [each.quote for each in citations]


def test_how_many_articles_there_are(town: Retriever) -> None:
    assert answer(town, "How many articles are there?") == ("There are 3 articles", [], 1.0)
    one = answer(town, "How many articles are there?", ["b*"])
    assert one == ("There is 1 article", [], 1.0)


def test_which_articles_there_are(town: Retriever) -> None:
    remark, quotes, _ = answer(town, "List the articles")
    assert remark.startswith("There are 3 articles: bridge.txt (The old bridge over the river")
    assert "harbour.txt (The Harbour Opens Again)" in remark
    assert quotes == []


def test_which_articles_mention_a_word(town: Retriever) -> None:
    remark, quotes, confidence = answer(town, "Which articles mention the river?")
    assert remark.startswith("“the river” is mentioned in 1 of 3 articles: bridge.txt (")
    assert len(quotes) == 1
    assert "river" in quotes[0]
    assert confidence == 1.0


def test_which_articles_do_not(town: Retriever) -> None:
    remark, quotes, confidence = answer(town, "Which articles don't mention roses?")
    assert remark.startswith("“roses” is not mentioned in 2 of 3 articles: bridge.txt")
    assert "garden.txt" not in remark
    assert (quotes, confidence) == ([], 1.0)


def test_only_the_files_asked_about(town: Retriever) -> None:
    remark, *_ = answer(town, "Which articles mention the city?", ["[bh]*"])
    assert remark.startswith("“the city” is mentioned in 1 of 2 articles: harbour.txt")
    with pytest.raises(QuestionError):
        answer(town, "List the articles", ["nothing*"])


def test_which_articles_have_a_byline(town: Retriever) -> None:
    expected = ("There is a byline in 1 of 3 articles: harbour.txt (Ann Byron)", ["By Ann Byron"])
    assert answer(town, "Which articles have a byline?") == (*expected, 1.0)
    assert answer(town, "Which articles did Ann Byron write?") == (*expected, 1.0)
    nobody = answer(town, "Which articles were written by Peter Pan?")
    assert nobody == ("There is a byline in 0 of 3 articles", [], 0.0)


def test_the_longest_and_the_shortest(town: Retriever) -> None:
    longest, *_ = answer(town, "What is the longest article?")
    shortest, *_ = answer(town, "Which article is the shortest?")
    sizes = {name: len(text) for name, text in TOWN.items()}
    assert longest.startswith(f"The longest article is {max(sizes, key=lambda f: sizes[f])} ")
    assert shortest.startswith(f"The shortest article is {min(sizes, key=lambda f: sizes[f])} ")


def test_a_remark_names_some_and_counts_all(tmp_path: Path) -> None:
    index = open_index(tmp_path, MANY)
    remark, quotes, _ = answer(Retriever(index), "Which articles mention boats?")
    index.close()
    assert remark.startswith("“boats” is mentioned in 12 of 12 articles: 00.txt (")
    assert remark.endswith("; and 2 more")
    assert len(quotes) == 8


# -- with the real model -------------------------------------------------------------------


@pytest.fixture
def sample(seeds_index: Path) -> Retriever:
    return open_retriever(seeds_index)


@pytest.mark.integration
def test_our_own_questions_are_answered(sample: Retriever, repository: Path) -> None:
    lines = (repository / "tests" / "questions-kinds.jsonl").read_text("utf-8").splitlines()
    asked = [line for line in map(json.loads, lines) if line["type"] == "corpus"]
    assert len(asked) >= 5
    for line in asked:
        question = about_corpus(line["question"])
        assert question is not None
        statements, confidence = describe(sample, question)
        remark = statements[0]
        assert isinstance(remark, Remark)
        assert confidence >= 0.5
        expected = {name for name in line["answers"] if name.endswith(".txt")}
        named = {name for name in _files(sample) if name in remark.text}
        assert named == expected or not expected, line["question"]
        places = {(each["file"], each["paragraph"]) for each in line["evidence"]}
        for claim in statements[1:]:
            assert isinstance(claim, Claim)
            assert (claim.passage.file, claim.passage.paragraph) in places, line["question"]


def _files(retriever: Retriever) -> list[str]:
    with retriever.index.reading() as index:
        return index.catalog.files()


@pytest.mark.integration
@pytest.mark.parametrize(
    "question", ["Which articles mention Brexit?", "Which articles mention the World Cup in Peru?"]
)
def test_what_no_article_mentions_is_refused(sample: Retriever, question: str) -> None:
    remark, quotes, confidence = answer(sample, question)
    assert "is mentioned in 0 of 5 articles" in remark
    assert (quotes, confidence) == ([], 0.0)


@pytest.mark.integration
def test_what_no_article_tells_of_is_refused(sample: Retriever) -> None:
    asked = about_corpus("Which articles report the eruption of a volcano?")
    assert asked is not None
    statements, confidence = describe(sample, asked)
    assert statements == []
    assert confidence < 0.5
