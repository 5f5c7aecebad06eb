"""What is suggested comes from the articles, and is answered by them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rag
from index.embed import local_embedder
from index.errors import IndexStoreError
from index.models import Article
from index.paragraphs import split_paragraphs
from index.store import Index
from rag.models import Answer
from ui.candidates import Candidate, candidates
from ui.suggestions import MAX_SUGGESTIONS, Suggestions, choose


def article_of(text: str, title: str = "A title of words", file: str = "a.txt") -> Article:
    return Article(file, text, "0", title, None, tuple(split_paragraphs(text)))


def questions_of(text: str) -> list[str]:
    return [candidate.question for candidate in candidates([article_of(text)])]


def test_an_office_and_its_holder_ask_who_it_is() -> None:
    text = "The talks in Paris were led by the French President Emmanuel Macron, it is said."
    (candidate, *_) = candidates([article_of(text)])
    assert candidate == Candidate("Who is the French President?", ("Emmanuel Macron",))


def test_the_start_of_a_sentence_is_not_taken_for_a_country() -> None:
    assert not questions_of("While President Emmanuel Macron spoke, others in the hall waited.")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (
            "In the raid the army captured 334 small villages.",
            "How many small villages were captured?",
        ),
        ("That is how 12,575 net cafes were closed in a year.", "How many net cafes were closed?"),
    ],
)
def test_a_number_asks_how_many(text: str, question: str) -> None:
    assert question in questions_of(text)


def test_thousands_and_millions_are_no_things_to_count() -> None:
    assert not questions_of("In that year it reached 90 million handsets in the end.")


def test_a_speaker_is_asked_about_what_the_article_is_about() -> None:
    text = "In the end Ada Byron said that Babbage, of all the men, was to build it for Babbage."
    assert "What did Ada Byron say about Babbage?" in questions_of(text)


def test_articles_in_another_language_offer_their_titles() -> None:
    article = article_of("Der Bau ist ein Prozess. Er dauert lange.", "Der Bau ist ein Prozess.")
    assert candidates([article]) == [Candidate("Der Bau ist ein Prozess.", ("",))]


def test_a_question_found_twice_is_asked_once_and_either_answer_is_right() -> None:
    texts = [
        "All of the talks were led by the Polish President Lech Kowalski in the end.",
        "All of the talks were left by the Polish President Jan Nowak in the end.",
    ]
    found = candidates([article_of(text) for text in texts])
    assert found[0] == Candidate("Who is the Polish President?", ("Lech Kowalski", "Jan Nowak"))


def test_only_what_is_answered_as_expected_is_chosen(answer: Any, citation: Any) -> None:
    answers: dict[str, Answer] = {
        "refused?": answer("The articles do not say.", answered=False, confidence=0.1),
        "unsure?": answer("“yes” [1]", citation("yes"), confidence=0.2),
        "wrong?": answer("“no” [1]", citation("no")),
        "right?": answer("“oh yes” [1]", citation("oh\n yes")),
    }
    tried = [Candidate(question, ("oh yes",)) for question in answers]
    assert choose(tried, answers.__getitem__) == ["right?"]


def test_no_more_than_a_few_are_chosen(answer: Any, citation: Any) -> None:
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        yes: Answer = answer("“yes” [1]", citation("yes"))
        return yes

    tried = [Candidate(f"{i}?", ("yes",)) for i in range(20)]
    assert choose(tried, ask) == [f"{i}?" for i in range(MAX_SUGGESTIONS)]
    assert len(asked) == MAX_SUGGESTIONS


@pytest.fixture(scope="module")
def index(seeds_index: Path) -> Any:
    index = Index(seeds_index, local_embedder())
    yield index
    index.close()


@pytest.mark.integration
def test_the_samples_suggest_questions_that_they_answer(index: Index) -> None:
    def ask(question: str) -> Answer:
        return rag.ask(question, index.path, mode="quote")

    suggestions = Suggestions(index, ask)
    found = suggestions.current(60)
    assert 3 <= len(found) <= MAX_SUGGESTIONS
    assert len(set(found)) == len(found)
    assert all(ask(question).answered for question in found)
    assert suggestions.current() == found


@pytest.mark.integration
def test_a_failure_leaves_the_page_without_suggestions(index: Index) -> None:
    for error in (IndexStoreError("damaged", "rebuild"), ValueError("unforeseen")):

        def ask(question: str, error: Exception = error) -> Answer:
            raise error

        assert Suggestions(index, ask).current(60) == ()
