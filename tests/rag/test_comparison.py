"""Comparisons: told from their words, and answered side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import build_index
from index.embed import local_embedder
from rag import Answer, ask
from rag.comparison import Comparison, comparison_of
from tests.rag.disputes import GAZETTE

ASKED = [
    ("What is the difference between Russia's and Ukraine's position on the dam?",
     ("Russia", "Ukraine"), "the dam"),
    ("What are the main differences between a lathe and a mill?", ("lathe", "mill"), ""),
    ("How does Ann's plan differ from Ben's?", ("Ann", "Ben"), "plan"),
    ("How does the Liberals' stance on tax differ from Labour's?", ("Liberals", "Labour"),
     "tax"),
    ("In what way is the old roof different from the roof over the hall?",
     ("old roof", "roof"), "the hall"),
    ("How do Ann Lee and the mayor differ on the strike?", ("Ann Lee", "mayor"), "the strike"),
    ("How do the mini and the Photo compare?", ("mini", "Photo"), ""),
    ("Compare what Ann and Ben said about the strike.", ("Ann", "Ben"), "the strike"),
    ("Compare the iPod mini with the iPod Photo.", ("iPod mini", "iPod Photo"), ""),
    ("Compare the positions of Ann and Ben on the strike", ("Ann", "Ben"), "the strike"),
    ("Compare the bridges of Bath and Leeds.", ("Bath", "Leeds"), "bridges"),
    ("Compare the House of Lords with the House of Commons.",
     ("House of Lords", "House of Commons"), ""),
    ("Was ist der Unterschied zwischen einem Guru und einem Lama?", ("Guru", "Lama"), ""),
    ("Worin unterscheiden sich Anna und Bert beim Streik?", ("Anna", "Bert beim Streik"), ""),
    ("Vergleiche Anna mit Bert bezüglich des Streiks.", ("Anna", "Bert"), "des Streiks"),
    ("¿Cuál es la diferencia entre Ana y Luis sobre la huelga?", ("Ana", "Luis"), "la huelga"),
    ("Quelle est la différence entre le lama et le gourou ?", ("lama", "gourou"), ""),
    ("В чём разница между ламой и гуру?", ("ламой", "гуру"), ""),
    ("Чем лама отличается от гуру?", ("лама", "гуру"), ""),
]  # fmt: skip


@pytest.mark.parametrize(("question", "sides", "matter"), ASKED)
def test_a_comparison_is_told_with_its_sides(
    question: str, sides: tuple[str, str], matter: str
) -> None:
    assert comparison_of(question) == Comparison(sides, matter)


@pytest.mark.parametrize(
    "question",
    [
        "Who compared the plans?",
        "How is it different from that?",
        "What made the difference?",
        "How much did the price differ?",
        "How do the two sides differ?",
        "What is the difference in height?",
        "How does the author compare the river to a snake in the third chapter of the book, "
        "which was written in the year before the war, with other things?",
    ],
)
def test_any_other_question_is_none(question: str) -> None:
    assert comparison_of(question) is None


@given(st.text(max_size=120))
def test_any_text_can_be_asked(text: str) -> None:
    found = comparison_of(text)
    assert found is None or all(found.sides)


@pytest.fixture(scope="module")
def dispute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dispute")
    articles = path / "articles"
    articles.mkdir()
    (articles / "gazette.txt").write_text(GAZETTE, "utf-8")
    (articles / "tools.txt").write_text(
        "Two machines\n\nA lathe turns the work while a mill turns the cutter.\n\n"
        "The mill of the museum was built in Leeds in 1923. It weighs two tonnes.\n",
        "utf-8",
    )
    build_index(articles, path / "index", local_embedder())
    return path / "index"


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


@pytest.mark.integration
def test_each_side_is_quoted_and_named(dispute: Path) -> None:
    answer = ask("How do Ewa Lindt and Tom Reyes differ on the damaged cranes?", dispute)
    assert answer.text.startswith("First on Ewa Lindt, then on Tom Reyes. “")
    assert "First on Ewa Lindt, then on Tom Reyes" in answer.notes
    first, second = quotes(answer)
    assert "damaged two cranes" in first
    assert "pure invention" in second


@pytest.mark.integration
def test_a_side_that_the_articles_do_not_know_is_named(dispute: Path) -> None:
    answer = ask("How do Ewa Lindt and Boris Quax differ on the damaged cranes?", dispute)
    assert "damaged two cranes" in " ".join(quotes(answer))
    assert "Not said in the articles: Boris Quax, the damaged cranes" in answer.notes
    assert "First on" not in answer.text


@pytest.mark.integration
def test_one_sentence_that_contrasts_the_sides_answers_for_both(dispute: Path) -> None:
    answer = ask("What is the difference between a lathe and a mill?", dispute)
    assert quotes(answer)[0] == "A lathe turns the work while a mill turns the cutter."
    assert "First on" not in answer.text
    assert "Not said" not in answer.text


@pytest.mark.integration
def test_what_is_in_no_article_is_not_compared(dispute: Path) -> None:
    answer = ask("What is the difference between a tulip and a daffodil?", dispute)
    assert not answer.answered
