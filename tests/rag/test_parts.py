"""Questions that ask several things, and those that only look so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.parts import split_question


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How many boats sank and who said so?",
            ["How many boats sank?", "who said so?"],
        ),
        (
            "Where is the harbour, and how many boats does it have?",
            ["Where is the harbour?", "how many boats does it have?"],
        ),
        ("Who will meet in Oslo, and when?", ["Who will meet in Oslo?", "when?"]),
        (
            "Where and when was the treaty signed?",
            ["Where was the treaty signed?", "when was the treaty signed?"],
        ),
        (
            "How long was the strike, and is the union ready to talk?",
            ["How long was the strike?", "is the union ready to talk?"],
        ),
        ("Who won? By how much?", ["Who won?", "By how much?"]),
        (
            "Wie hoch ist der Turm und wer hat ihn gebaut?",
            ["Wie hoch ist der Turm?", "wer hat ihn gebaut?"],
        ),
        (
            "¿Dónde está el puerto y cuántos barcos tiene?",
            ["¿Dónde está el puerto?", "cuántos barcos tiene?"],
        ),
        (
            "Где находится порт и сколько в нём лодок?",
            ["Где находится порт?", "сколько в нём лодок?"],
        ),
    ],
)
def test_each_thing_asked_is_a_part(question: str, parts: list[str]) -> None:
    assert split_question(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Who founded the city and its harbour?",
        "What is the relation between rain and where people live?",
        "Which contractor gets a contract and must build from design to completion?",
        "Did the mayor say who was there and who was not?",
        "And when did it begin?",
        "When and",
        "What?",
        "",
    ],
)
def test_a_question_that_asks_one_thing_is_left_alone(question: str) -> None:
    assert split_question(question) == [question]


@given(st.text())
def test_any_text_has_parts_and_none_is_empty(text: str) -> None:
    parts = split_question(text)
    assert parts == [text] or (len(parts) > 1 and all(part.strip() for part in parts))


@given(
    st.lists(st.sampled_from(["who", "when", "and", "Where", "is", "Oslo", "?", ",", ";", "it"]))
)
def test_parts_are_questions(words: list[str]) -> None:
    parts = split_question(" ".join(words))
    if len(parts) > 1:
        assert all(part.endswith("?") for part in parts)
