"""Questions about agreement, and what each side says."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import ArticleCache
from index.embed import local_embedder
from index.store import Index
from rag.retrieve import Retriever
from rag.sides import Sides, asks_for_sides, sides
from tests.rag.disputes import DISPUTES, articles_of, retrieval_of

ASKED = [
    ("Do Keria and Lavonia agree on what happened?", ("Keria", "Lavonia"), "what happened"),
    ("Do Ann Lee and the mayor agree that it is near?", ("Ann Lee", "mayor"), "it is near"),
    ("Are European politicians of one mind about the dam?", (), "the dam"),
    ("Do Ann and Ben see the new wing the same way?", ("Ann", "Ben"), "the new wing"),
    ("What do Ann and Ben each think of the roof?", ("Ann", "Ben"), "the roof"),
    ("Whom do the two sides blame for the fire?", (), "blame for the fire"),
    ("Does Ann share Ben's version of the fire?", ("Ann", "Ben"), "the fire"),
    ("How do the views of Ann and Ben on the strike differ?", ("Ann", "Ben"), "the strike"),
    ("Where do Ann and Ben stand on the strike?", ("Ann", "Ben"), "the strike"),
    ("What are the positions of Ann and Ben on the strike?", ("Ann", "Ben"), "the strike"),
    ("Is there agreement between Ann and Ben on the strike?", ("Ann", "Ben"), "the strike"),
    ("Do the sources agree that peace is near?", (), "peace is near"),
    ("Are doctors divided over coffee?", (), "coffee"),
    ("Sind sich Anna und Ben über den Streik einig?", ("Anna", "Ben"), "den Streik"),
    ("Was denken Anna und Ben über den Streik?", ("Anna", "Ben"), "den Streik"),
    ("¿Están Ana y Luis de acuerdo sobre la huelga?", ("Ana", "Luis"), "la huelga"),
    ("¿Qué piensan Ana y Luis de la huelga?", ("Ana", "Luis"), "la huelga"),
    ("Que pensent Anne et Luc de la grève ?", ("Anne", "Luc"), "la grève"),
    ("Что думают Анна и Пётр о забастовке?", ("Анна", "Пётр"), "забастовке"),
    ("Кого обвиняют обе стороны в пожаре?", (), "в пожаре"),
]


@pytest.mark.parametrize(("question", "names", "matter"), ASKED, ids=[q for q, *_ in ASKED])
def test_the_sides_and_the_matter(question: str, names: tuple[str, ...], matter: str) -> None:
    assert asks_for_sides(question) == Sides(names, matter)


@pytest.mark.parametrize(
    "question",
    [
        "Did Keria agree to the plan?",
        "Did Keria and Lavonia agree on a date?",
        "Do Keria and Lavonia agree to meet?",
        "What did the council think of the roof?",
        "What does Ann think of the roof?",
        "Does the garden have roses?",
        "Are the roses and the museum open in June?",
        "Does France support the plan?",
        "How many workers joined the strike?",
        "",
    ],
)
def test_another_question(question: str) -> None:
    assert asks_for_sides(question) is None


def said(question: str, best: list[str]) -> list[str]:
    asked = asks_for_sides(question)
    assert asked is not None
    articles = articles_of(DISPUTES)
    retrieval = retrieval_of(asked.query, DISPUTES, best)
    claims = sides(asked, retrieval, cast(ArticleCache, articles))
    passages = [claim.passage for claim in claims]
    return [articles[p.file].text[p.start : p.end].split(",")[0][:30] for p in passages]


def test_each_side_by_what_it_says_itself() -> None:
    found = said(
        "What do Petrova and the council each think of the old building?",
        ["The council said the old", "The museum in Varna", "Petrova disagreed"],
    )
    assert found == ["The council said the old build", "Petrova disagreed and called t"]


def test_one_sentence_may_hold_both() -> None:
    found = said(
        "Do Keria and Lavonia agree on the Senna reservoir?", ["Keria accused", "He said that his"]
    )
    assert found[0] == "Keria accused Lavonia of drain"


def test_where_nobody_is_named_each_speaks_once() -> None:
    found = said(
        "Do the sources agree on how many workers joined the strike?",
        ["Some 700 workers", "The dockers' union said", "He added that the dockers"],
    )
    assert found[:2] == ["Some 700 workers joined the st", "The dockers' union said 1"]


def test_where_nobody_speaks_each_article_does() -> None:
    found = said(
        "Do the newspapers agree on when the bridge was reopened?",
        ["The bridge over the Tarn in Albi was reopened on 12", "The bridge over the Tarn"],
    )
    assert len(found) >= 2
    assert all(start.startswith("The bridge over the Tarn") for start in found[:2])


def test_nothing_found_gives_nothing() -> None:
    retrieval = retrieval_of("strike", {}, [])
    assert sides(Sides(("A", "B"), "strike"), retrieval, cast(ArticleCache, {})) == []


@given(st.text(max_size=120))
def test_any_text_can_be_asked(text: str) -> None:
    asked = asks_for_sides(text)
    assert asked is None or asked.matter


@pytest.mark.integration
def test_the_sides_of_the_samples(seeds_index: Path) -> None:
    retriever = Retriever(Index(seeds_index, local_embedder()))
    with retriever.index.reading():
        articles = ArticleCache(retriever.index.catalog)
        asked = asks_for_sides("Are European politicians of one mind about talks with Russia?")
        assert asked is not None
        (claim,) = sides(asked, retriever.retrieve(asked.query), articles)
        assert (claim.passage.file[:3], claim.passage.paragraph) == ("003", 12)
        asked = asks_for_sides("Do Russia and Ukraine agree on the attack on Putin's residence?")
        assert asked is not None
        claims = sides(asked, retriever.retrieve(asked.query), articles)
        assert 1 <= len(claims) <= 4
        assert {claim.passage.file[:3] for claim in claims} <= {"001", "002"}
    retriever.index.close()
