"""Follow-ups: what leans on the question before is searched for with it, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.conversation import leans_on_history, needs_history, with_subject
from rag.models import Message

HARBOUR = "Who opened the harbour of Bath?"


def said(*texts: str) -> list[Message]:
    """A conversation, the user first."""
    return [
        Message(role="assistant" if i % 2 else "user", content=text) for i, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    "question",
    [
        "And when?",
        "And when did it begin?",
        "What about the bridge?",
        "Why?",
        "How many of them were there?",
        "Is he sure of that?",
        "What did they say about this?",
        "What did Carla Ruiz say about it?",
        "But how much did it cost?",
        "Und wann?",
        "Warum hat er das gesagt?",
        "¿Y cuándo?",
        "Et pourquoi ?",
        "Pourquoi ont-ils dit cela ?",
        "А когда?",
        "Почему они это сказали?",
    ],
)
def test_follow_ups_lean_on_what_was_said(question: str) -> None:
    assert leans_on_history(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who opened the harbour of Bath?",
        "How many roses does the garden behind the museum have?",
        "When does Peter Lang think they will finish?",
        "Wie viele Rosen stehen im Garten?",
        "Quel port a été ouvert lundi à Bath ?",
        "Сколько роз растёт в саду за музеем?",
    ],
)
def test_a_question_with_its_own_subject_stands_alone(question: str) -> None:
    assert not leans_on_history(question)


@pytest.mark.parametrize(
    "question",
    [
        "Why?",
        "How much did it cost?",
        "What did he say about it?",
        "Who was his coach?",
        "In which year did he become mayor?",
        "What did Carla Ruiz say about it?",
        "What are the three other members called?",
        "Wer half ihm dabei?",
        "Welche Mannschaft trainierte er?",
        "Pourquoi ont-ils dit cela ?",
        "Когда он родился?",
    ],
)
def test_what_names_nothing_needs_the_question_before(question: str) -> None:
    assert needs_history(question)
    assert leans_on_history(question)


@pytest.mark.parametrize(
    "question",
    [
        "When did the museum open its doors?",
        "What about the ban, when did it come into force?",
        "Is it legal to fish in the harbour?",
        "How long does it take to cross the river?",
        "What reason did the company give for its decision?",
        "And who produces the roses of Bath?",
        "Is there a bridge?",
        "Wann öffnete das Museum seine Türen?",
        "Gibt es Rosen im Garten?",
        "Combien de roses y a-t-il dans le jardin ?",
        "Quand le port a-t-il été ouvert ?",
    ],
)
def test_a_pronoun_for_what_the_question_names_needs_nothing(question: str) -> None:
    assert not needs_history(question)


def test_a_follow_up_is_asked_with_the_question_before() -> None:
    assert with_subject("And when?", said(HARBOUR, "Mayor Ruiz.")) == f"{HARBOUR} And when?"


def test_answers_are_not_searched_for() -> None:
    text = with_subject("And when?", said(HARBOUR, "Nobody knows about penguins."))
    assert text is not None
    assert "penguins" not in text


@pytest.mark.parametrize(
    "history", [[], said("", "")[1:], [Message(role="assistant", content="Hello.")]]
)
def test_without_an_earlier_question_nothing_is_added(history: Sequence[Message]) -> None:
    assert with_subject("And when?", history) is None


def test_a_question_that_stands_alone_is_left_alone() -> None:
    history = said("How many roses are there in the garden?", "4,711.")
    assert with_subject(HARBOUR, history) is None


def test_follow_ups_in_a_row_go_back_to_their_subject() -> None:
    history = said("Who runs the museum?", "Ann.", HARBOUR, "Ruiz.", "And when?", "On Monday.")
    text = with_subject("And why?", history)
    assert text is not None
    assert HARBOUR in text
    assert text.endswith("And why?")
    assert "museum" not in text


def test_a_conversation_of_follow_ups_alone_still_gives_a_question() -> None:
    text = with_subject("And why?", said("And when?", "Then.", "And who?", "She."))
    assert text is not None
    assert text.endswith("And why?")
