"""Questions for all that the articles name, and those that one sentence answers."""

from __future__ import annotations

import pytest

from rag.lists import listed_subject


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Which prime ministers are named?", "prime ministers"),
        ("What kinds of boats are mentioned in the articles?", "boats"),
        ("Which towns are named as places of the strike?", "towns as places of the strike"),
        ("What companies do the articles mention?", "companies"),
        ("List all the ministers mentioned in the articles.", "ministers mentioned"),
        ("Name every bridge", "bridge"),
        ("Welche Städte werden genannt?", "Städte"),
        ("¿Qué ministros se mencionan en los artículos?", "ministros"),
        ("Quels ministres sont cités dans les articles ?", "ministres"),
        ("Какие города упоминаются в статьях?", "города"),
    ],
)
def test_what_is_to_be_listed(question: str, subject: str) -> None:
    assert listed_subject(question) == subject


@pytest.mark.parametrize(
    "question",
    [
        "Which three parts did the government have?",
        "What are the little tentacles called?",
        "Who was named as the new mayor?",
        "How many towns are there?",
        "Name the second largest airport of the country.",
        "",
    ],
)
def test_what_one_sentence_says_is_no_list(question: str) -> None:
    assert listed_subject(question) is None
