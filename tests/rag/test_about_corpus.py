"""Which questions are about the articles themselves, and what they ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.about_corpus import About, CorpusQuestion, about_corpus
from tests.rag.test_overview import questions


@pytest.mark.parametrize(
    ("question", "about", "what"),
    [
        ("How many articles are there?", About.COUNT, ""),
        ("How many articles do you have in the index?", About.COUNT, ""),
        ("Wie viele Artikel gibt es insgesamt?", About.COUNT, ""),
        ("¿Cuántos artículos hay?", About.COUNT, ""),
        ("Combien d'articles y a-t-il ?", About.COUNT, ""),
        ("Сколько всего статей?", About.COUNT, ""),
        ("List the articles", About.LIST, ""),
        ("Which files are indexed?", About.LIST, ""),
        ("What articles do you have?", About.LIST, ""),
        ("Welche Artikel gibt es?", About.LIST, ""),
        ("Перечисли все статьи", About.LIST, ""),
        ("Which articles mention Davos?", About.MENTION, "Davos"),
        ("Which of the articles mentions Davos by name?", About.MENTION, "Davos"),
        ("In which article does Gerasimov appear?", About.MENTION, "Gerasimov"),
        ("In how many articles is Macron named?", About.MENTION, "Macron"),
        ("How often is Macron mentioned?", About.MENTION, "Macron"),
        ("How many times is Macron named in the articles?", About.MENTION, "Macron"),
        ("Wie oft wird Macron erwähnt?", About.MENTION, "Macron"),
        ("How many articles mention “peace plan”?", About.MENTION, "“peace plan”"),
        ("Do any of the articles mention Davos?", About.MENTION, "Davos"),
        ("Is Davos mentioned in any of the articles?", About.MENTION, "Davos"),
        ("List all articles that mention Davos", About.MENTION, "Davos"),
        ("In welchem Artikel kommt Gerassimow vor?", About.MENTION, "Gerassimow"),
        ("In wie vielen Artikeln wird Macron genannt?", About.MENTION, "Macron"),
        ("¿Qué artículos mencionan a Macron?", About.MENTION, "Macron"),
        ("¿En qué artículos aparece Macron?", About.MENTION, "Macron"),
        ("Quels articles mentionnent Macron ?", About.MENTION, "Macron"),
        ("В каких статьях упоминается Макрон?", About.MENTION, "Макрон"),
        ("Which articles report the alleged attack?", About.REPORT, "the alleged attack"),
        ("How many sources report the attack?", About.REPORT, "the attack"),
        ("Are there any articles about the economy?", About.REPORT, "the economy"),
        ("Welche Artikel berichten über den Angriff?", About.REPORT, "den Angriff"),
        ("В каких статьях говорится о нападении?", About.REPORT, "нападении"),
        ("Which articles have a byline that names the author?", About.BYLINE, ""),
        ("Who are the authors of the articles?", About.BYLINE, ""),
        ("Which articles were written by Ann Byron?", About.BYLINE, "Ann Byron"),
        ("Which articles did Ann Byron write?", About.BYLINE, "Ann Byron"),
        ("What is the longest article?", About.LONGEST, ""),
        ("Welcher Artikel ist der kürzeste?", About.SHORTEST, ""),
    ],
)
def test_what_is_asked_about_the_articles(question: str, about: About, what: str) -> None:
    assert about_corpus(question) == CorpusQuestion(about, what)


@pytest.mark.parametrize(
    "question",
    [
        "Which articles don't mention Macron?",
        "Which articles do not mention Macron at all?",
        "Welche Artikel erwähnen Macron nicht?",
        "In which articles is Macron not mentioned?",
    ],
)
def test_which_articles_do_not(question: str) -> None:
    assert about_corpus(question) == CorpusQuestion(About.MENTION, "Macron", negated=True)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "How many articles did the treaty have?",
        "How many articles are there in the constitution?",
        "How many articles are in the costume collection of the V&A?",
        "Wie viele Artikel befinden sich ungefähr in der Kostümsammlung des Museums?",
        "Aproximadamente, ¿cuántos artículos hay en la colección de disfraces del V&A?",
        "Which articles of the constitution were amended?",
        "Which article of the constitution mentions freedom?",
        "In which article of the treaty is Germany mentioned?",
        "Which article guarantees freedom of speech?",
        "How many documents are there in total?",
        "Which documents concern the guarantees?",
        "Which countries are mentioned?",
        "What is the longest river?",
        "Who wrote the article about the harbour?",
    ],
)
def test_what_the_articles_tell_of_is_not_about_them(question: str) -> None:
    assert about_corpus(question) is None


@given(st.text(max_size=200))
def test_any_text_is_about_the_articles_or_not(text: str) -> None:
    found = about_corpus(text)
    assert found is None or found.what or found.about not in (About.MENTION, About.REPORT)


def test_our_own_questions_are_told_apart(repository: Path) -> None:
    asked = [pair for path in sorted(repository.glob("tests/*.jsonl")) for pair in questions(path)]
    assert len(asked) > 200
    for question, kind in asked:
        assert (about_corpus(question) is not None) == (kind == "corpus"), question


def test_no_question_of_the_shared_sets_is_taken_for_one(repository: Path) -> None:
    bench = repository.parent / "shared" / "bench"
    paths = sorted(bench.glob("xquad-dev*/questions.jsonl"))
    if not paths:
        pytest.skip("the shared question sets are not beside this repository")
    caught = [q for path in paths for q, _ in questions(path) if about_corpus(q) is not None]
    assert caught == []
