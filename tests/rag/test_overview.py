"""Which questions ask for an overview, and of what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.overview import Overview, Scope, overview_of


@pytest.mark.parametrize(
    ("question", "scope", "subject"),
    [
        ("What is article 003 about?", Scope.ARTICLE, "003"),
        ("What's article 3 all about?", Scope.ARTICLE, "3"),
        ("Summarise article 004.", Scope.ARTICLE, "004"),
        ("Please summarize article 004", Scope.ARTICLE, "004"),
        ("Can you sum up 003_0d0a70.txt for me in two sentences?", Scope.ARTICLE, "003_0d0a70.txt"),
        ("What does article 002 say, in short?", Scope.ARTICLE, "002"),
        ("Briefly, what does article 002 report?", Scope.ARTICLE, "002"),
        ("What is the article about the harbour about?", Scope.TITLED, "the harbour"),
        ("What is the article “The Bridge” about?", Scope.TITLED, "The Bridge"),
        ("Summarise the peace plan", Scope.TOPIC, "the peace plan"),
        ("Give me a short overview of the repairs", Scope.TOPIC, "the repairs"),
        ("I'd like a summary of the repairs, please", Scope.TOPIC, "the repairs"),
        ("Give me an overview of the plan under discussion.", Scope.TOPIC, "the plan"),
        ("What is known about the harbour?", Scope.TOPIC, "the harbour"),
        ("What do the articles say about the harbour?", Scope.TOPIC, "the harbour"),
        ("Summarise what the articles say about the harbour", Scope.TOPIC, "the harbour"),
        ("Tell me about the harbour", Scope.TOPIC, "the harbour"),
        ("How are the repairs going at the moment?", Scope.TOPIC, "the repairs"),
        ("What are the main points of the plan?", Scope.TOPIC, "the plan"),
        ("What are the articles about?", Scope.CORPUS, ""),
        ("Summarise everything", Scope.CORPUS, ""),
        ("What topics do the articles cover?", Scope.CORPUS, ""),
        ("Worum geht es in Artikel 003?", Scope.ARTICLE, "003"),
        ("Worum geht es im Artikel 3?", Scope.ARTICLE, "3"),
        ("Worum geht es in dem Artikel über den Hafen?", Scope.TITLED, "den Hafen"),
        ("Fasse den Friedensplan bitte kurz zusammen.", Scope.TOPIC, "den Friedensplan"),
        ("Gib mir einen Überblick über die Arbeiten", Scope.TOPIC, "die Arbeiten"),
        ("Was ist über den Hafen bekannt?", Scope.TOPIC, "den Hafen"),
        ("Wie laufen die Verhandlungen gerade?", Scope.TOPIC, "die Verhandlungen"),
        ("Worum geht es in den Artikeln?", Scope.CORPUS, ""),
        ("¿De qué trata el artículo 003?", Scope.ARTICLE, "003"),
        ("Resume el plan de paz", Scope.TOPIC, "el plan de paz"),
        ("¿Qué se sabe del puerto?", Scope.TOPIC, "puerto"),
        ("Dame un resumen breve de las obras", Scope.TOPIC, "las obras"),
        ("Dame un breve resumen de las obras", Scope.TOPIC, "las obras"),
        ("¿De qué tratan los artículos?", Scope.CORPUS, ""),
        ("De quoi parle l'article 003 ?", Scope.ARTICLE, "003"),
        ("Résume le plan de paix", Scope.TOPIC, "le plan de paix"),
        ("Que sait-on du port ?", Scope.TOPIC, "port"),
        ("De quoi parlent les articles ?", Scope.CORPUS, ""),
        ("О чём статья 003?", Scope.ARTICLE, "003"),
        ("О чем говорится в статьях?", Scope.CORPUS, ""),
        ("Кратко изложи мирный план", Scope.TOPIC, "мирный план"),
        ("Что известно о порте?", Scope.TOPIC, "порте"),
        ("Дай краткий обзор о порте", Scope.TOPIC, "порте"),
    ],
)
def test_what_an_overview_is_asked_of(question: str, scope: Scope, subject: str) -> None:
    found = overview_of(question)
    assert found is not None
    assert (found.scope, found.subject) == (scope, subject)


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("What does article 003 say about the residence?", "article 003"),
        ("Was steht im Artikel 003 über die Residenz?", "Artikel 003"),
        ("¿Qué dice el artículo 003 sobre la residencia?", "el artículo 003"),
        ("Que dit l'article 003 sur la résidence ?", "l'article 003"),
        ("Что говорится в статье 003 о резиденции?", "статье 003"),
    ],
)
def test_what_one_article_says_of_a_topic(question: str, article: str) -> None:
    found = overview_of(question)
    assert found is not None
    assert (found.scope, found.article) == (Scope.TOPIC, article)
    assert found.subject.lower().startswith(("the resid", "die resid", "la r", "резид"))


def test_how_things_go_is_searched_for_in_the_words_of_the_question() -> None:
    question = "How is the fighting going at the moment?"
    found = overview_of(question)
    assert found == Overview(Scope.TOPIC, "the fighting", question.rstrip("?"))


@pytest.mark.parametrize(
    "question",
    [
        "",
        "???",
        "What is the Kremlin spokesperson's name?",
        "What is the song about?",
        "What is the treaty of Kyiv about?",
        "What does article 5 of the treaty say?",
        "What does the report say about the climate?",
        "What are environmentalists concerned about?",
        "What did Luther tell monks about their vows?",
        "What is he known for?",
        "How many articles did the treaty have?",
        "How is the water heated?",
        "Wie läuft der Bau eines Gebäudes ab?",
        "Was ist der Friedensplan?",
        "¿Qué se sabe hacer?",
        "О чём он мечтал?",
        "Tell me more about it",
        "What is known about them?",
        "Was ist über ihn bekannt?",
        "Что известно о нём?",
    ],
)
def test_what_asks_for_no_overview(question: str) -> None:
    assert overview_of(question) is None


@given(st.text(max_size=200))
def test_any_text_is_an_overview_or_none(text: str) -> None:
    found = overview_of(text)
    if found is not None and found.scope is not Scope.CORPUS:
        assert found.subject.strip()
        assert found.query.strip()


@given(st.sampled_from("summarise |what is |about |the |article |please |in short, ".split("|")))
def test_long_questions_take_no_time(word: str) -> None:
    overview_of(word * (4000 // len(word or "a ")))


def questions(path: Path) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [(line["question"], line.get("type", "")) for line in lines]


def test_our_own_questions_are_told_apart(repository: Path) -> None:
    asked = [pair for path in sorted(repository.glob("tests/*.jsonl")) for pair in questions(path)]
    assert len(asked) > 200
    for question, kind in asked:
        assert (overview_of(question) is not None) == (kind == "overview"), question


def test_no_question_of_the_shared_sets_is_taken_for_one(repository: Path) -> None:
    bench = repository.parent / "shared" / "bench"
    paths = sorted(bench.glob("xquad-dev*/questions.jsonl"))
    if not paths:
        pytest.skip("the shared question sets are not beside this repository")
    caught = [q for path in paths for q, _ in questions(path) if overview_of(q) is not None]
    assert caught == []
