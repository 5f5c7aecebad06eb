"""Summaries: verbatim, of the right article, nothing twice; refused where there is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build_index
from index.catalog import ArticleCache
from index.store import Index
from rag.claims import Claim, Remark, Statement, cite
from rag.overview import overview_of
from rag.retrieve import Retriever
from rag.session import open_retriever
from rag.summarise import headline_of, summarise
from tests.fakes import FakeEmbedder
from tests.index.articles import HARBOUR, TOWN, make_article, write_articles

LONG = "\n\n".join(
    [
        "The bridge over the river was painted green by forty workers of the council this spring.",
        "Gardeners planted four thousand roses behind the museum, where children may pick them.",
        "A ferry carries cattle across the bay every Friday, and nobody has ever paid for that.",
        "The baker opens his shop before dawn because the night trains arrive at four o'clock.",
        "Snow closed the mountain pass for six weeks, so that letters came by boat from the south.",
        "Its oldest theatre shows nothing but puppets, which a family of carvers makes from oak.",
        "Students of the university measured how fast the glacier melts above the upper village.",
        "The mayor wants to sell the castle to a painter who promised to repair all its towers.",
        "Fishermen complained about seals that follow every net and eat most of the herring.",
        "An orchestra from abroad will play twelve concerts in the market hall during September.",
    ]
)
FOLDER = {
    "001_harbour.txt": HARBOUR,
    "002_long.txt": LONG,
    "old/002.txt": TOWN["bridge.txt"],
    "old/list.txt": "Menu\n\nSearch\n\nMore\n",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    place = tmp_path_factory.mktemp("overviews")
    folder = write_articles(place / "articles", FOLDER)
    build_index(folder, place / "index", FakeEmbedder())
    index = Index(place / "index", FakeEmbedder())
    yield Retriever(index)
    index.close()


def sum_up(
    retriever: Retriever, question: str, files: list[str] | None = None
) -> tuple[list[Statement], float]:
    overview = overview_of(question)
    assert overview is not None
    return summarise(retriever, overview, files or [])


def quotes(retriever: Retriever, statements: list[Statement]) -> list[str]:
    with retriever.index.reading():
        articles = ArticleCache(retriever.index.catalog)
        _, citations, _ = cite(statements, articles)
        for citation in citations:
            article = articles[citation.file]
            assert article.text[citation.start : citation.end] == citation.quote
            paragraph = article.paragraph(citation.paragraph)
            assert paragraph.start <= citation.start < citation.end <= paragraph.end
            assert paragraph.kind.is_evidence
    return [citation.quote for citation in citations]


def files_of(statements: list[Statement]) -> list[str]:
    return [s.passage.file for s in statements if isinstance(s, Claim)]


def test_an_article_is_summed_up_in_its_own_order(town: Retriever) -> None:
    statements, confidence = sum_up(town, "Summarise article 002_long")
    passages = [s.passage for s in statements if isinstance(s, Claim)]
    assert confidence == 1.0
    assert 3 <= len(passages) <= 6
    assert {passage.file for passage in passages} == {"002_long.txt"}
    assert [p.start for p in passages] == sorted(p.start for p in passages)
    assert quotes(town, statements)[0].startswith("The bridge")  # its lead


def test_a_short_article_is_quoted_without_its_headline_and_byline(town: Retriever) -> None:
    statements, _ = sum_up(town, "What is article 1 about?")
    said = quotes(town, statements)
    assert said[0].startswith("The harbour of Bath was opened")
    assert not any("By Ann Byron" in quote for quote in said)


def test_an_article_that_is_not_there_is_named(town: Retriever) -> None:
    statements, confidence = sum_up(town, "Summarise 003.txt")
    assert confidence == 0.0
    (remark,) = statements
    assert isinstance(remark, Remark)
    assert remark.text.startswith("There is no article “003.txt”; the articles are 001_harbour.txt")


def test_a_name_of_two_articles_is_no_name(town: Retriever) -> None:
    statements, confidence = sum_up(town, "Summarise article 2")
    assert confidence == 0.0
    (remark,) = statements
    assert isinstance(remark, Remark)
    assert remark.text == "More than one article is called “2”: 002_long.txt; old/002.txt"


def test_only_the_files_asked_about_are_named(town: Retriever) -> None:
    statements, confidence = sum_up(town, "Summarise article 2", ["0*"])
    assert confidence == 1.0
    assert set(files_of(statements)) == {"002_long.txt"}


def test_an_article_without_a_sentence_shows_a_line(town: Retriever) -> None:
    statements, _ = sum_up(town, "Summarise old/list.txt")
    assert set(files_of(statements)) == {"old/list.txt"}
    quotes(town, statements)


def test_everything_is_summed_up_by_an_article_each(town: Retriever) -> None:
    statements, confidence = sum_up(town, "What are the articles about?")
    assert confidence == 1.0
    assert isinstance(statements[0], Remark)
    assert statements[0].text.startswith("There are 4 articles; ")
    files = files_of(statements)
    assert len(files) == len(set(files)) >= 2
    assert files == sorted(files)
    assert "The Harbour Opens Again" in quotes(town, statements)  # a headline, if there is one


def test_everything_is_one_article_where_there_is_one(town: Retriever) -> None:
    statements, _ = sum_up(town, "What is the article about?", ["001*"])
    assert statements == sum_up(town, "What is article 001 about?")[0]


def test_the_same_question_is_summed_up_the_same(town: Retriever) -> None:
    for question in ("Summarise everything", "Summarise article 002_long"):
        assert sum_up(town, question) == sum_up(town, question)


def test_the_headline_is_that_above_the_body() -> None:
    article = make_article(HARBOUR)
    headline = headline_of(article)
    assert headline is not None
    assert HARBOUR[headline.start : headline.end] == "The Harbour Opens Again"
    assert headline_of(make_article(LONG)) is None


# -- with the real model -------------------------------------------------------------------


@pytest.fixture
def sample(seeds_index: Path) -> Retriever:
    return open_retriever(seeds_index)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("question", "file"),
    [
        ("What is article 003 about?", "003"),
        ("What is the article about Europe-Russia talks about?", "003"),
        (
            "What is the article “Zelensky: “Ready to meet Putin”. Negotiations on US troops and "
            "documents ready in January” about?",
            "000",
        ),
        ("Worum geht es in Artikel 4?", "004"),
        ("О чём статья 001?", "001"),
    ],
)
def test_the_article_meant_is_summed_up(sample: Retriever, question: str, file: str) -> None:
    statements, confidence = sum_up(sample, question)
    assert confidence >= 0.5
    assert 3 <= len(statements) <= 6
    assert {name[:3] for name in files_of(statements)} == {file}
    assert sum(len(quote.split()) for quote in quotes(sample, statements)) <= 160


@pytest.mark.integration
def test_a_topic_is_gathered_from_several_articles_without_repeating(sample: Retriever) -> None:
    statements, confidence = sum_up(sample, "Summarise the alleged attack on Putin's residence")
    said = quotes(sample, statements)
    assert confidence >= 0.5
    assert 3 <= len(said) <= 6
    assert {name[:3] for name in files_of(statements)} == {"001", "002"}
    # Two articles tell it in different words; one of them is enough.
    assert sum("Tensions" in quote for quote in said) == 1


@pytest.mark.integration
def test_one_story_is_quoted_once_in_an_overview_of_all(sample: Retriever) -> None:
    statements, _ = sum_up(sample, "What are the articles about?")
    files = {name[:3] for name in files_of(statements)}
    assert len(files & {"000", "001", "002"}) == 1  # they report the same conversation
    assert {"003", "004"} <= files


@pytest.mark.integration
def test_a_topic_may_be_asked_of_one_article(sample: Retriever) -> None:
    statements, _ = sum_up(sample, "What does article 001 say about the residence?")
    assert {name[:3] for name in files_of(statements)} == {"001"}
    assert any("residence" in quote for quote in quotes(sample, statements))


@pytest.mark.integration
@pytest.mark.parametrize(
    "question",
    [
        "Summarise the Brexit negotiations",
        "What is known about climate change?",
        "Tell me about the football World Cup",
        "Was ist über den Klimawandel bekannt?",
        "What is the article about volcanoes about?",
    ],
)
def test_a_topic_that_is_not_there_is_refused(sample: Retriever, question: str) -> None:
    statements, confidence = sum_up(sample, question)
    assert statements == []
    assert confidence < 0.5
