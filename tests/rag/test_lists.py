"""Questions for all that the articles name, and those that one sentence answers."""

from __future__ import annotations

import pytest

from rag.lists import choose_listed, listed_subject
from rag.question import analyse
from tests.rag.disputes import DISPUTES, retrieval_of


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


def test_each_sentence_of_a_list_adds_a_name() -> None:
    starts = [
        "Harbour director Ewa Lindt claimed",
        "Lindt said the port was ready",
        "The minister of transport, Alan Frears",
        "“That is pure invention",
    ]
    retrieval = retrieval_of("Which people are named in the strike?", DISPUTES, starts)
    near = [c for c in retrieval.candidates if any(c.text.startswith(s) for s in starts)]
    claims = choose_listed(near, analyse("people in the strike"))
    texts = {c.row.start: c.text for c in near}
    shown = [texts[claim.passage.start] for claim in claims]
    assert any("Alan Frears" in text for text in shown)
    assert any("Tom Reyes" in text for text in shown)
    assert len(shown) == len(set(shown)) <= 6


def test_a_list_without_names_is_the_best_sentence() -> None:
    retrieval = retrieval_of("Which tools?", {"a.txt": "It was cold. It rained.\n"}, [])
    (claim,) = choose_listed(retrieval.candidates, analyse("tools"))
    assert claim.passage.start == retrieval.candidates[0].row.start
