"""What is wrong with a question set, told before it spoils a figure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.build import build_index
from index.store import Index
from rag.questioncheck import check_questions
from rag.questionset import TestQuestion as Question
from rag.questionset import read_numbered
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, write_articles
from tests.rag.results import a_question, unanswerable

pytestmark = pytest.mark.integration

ROSES = frozenset({("garden.txt", 1)})


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    place = tmp_path_factory.mktemp("town")
    build_index(write_articles(place / "articles", TOWN), place / "index", FakeEmbedder())
    index = Index(place / "index", FakeEmbedder())
    yield index
    index.close()


def told(index: Index, *questions: Question) -> list[str]:
    return [str(finding) for finding in check_questions(list(enumerate(questions, 1)), index)]


def good(id_: str = "q1", **changes: Any) -> Question:
    return a_question(id_, **{"answers": ("4,711 Roses",), "evidence": ROSES} | changes)


def test_nothing_is_said_of_good_questions(town: Index) -> None:
    several = ROSES | {("harbour.txt", 3)}
    names_a_file = good("q3", answers=("garden.txt",))
    assert told(town, good(), good("q2", evidence=several), names_a_file, unanswerable()) == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"evidence": frozenset({("no.txt", 1)})}, "the index has no article no.txt"),
        ({"evidence": frozenset({("garden.txt", 3)})}, "garden.txt has 2 paragraphs, and no 3"),
        ({"evidence": frozenset({("garden.txt", 0)})}, "garden.txt has 2 paragraphs, and no 0"),
        ({"evidence": frozenset({("garden.txt", 2)})}, "no accepted answer is in the evidence"),
        ({"answers": ("tulips",)}, "no accepted answer is in the evidence"),
        ({"answers": ()}, "an answerable question needs an accepted answer"),
        ({"answers": ("roses", " ")}, "an accepted answer is empty"),
        ({"question": "  "}, "the question is empty"),
        ({"answerable": False}, "an unanswerable question has no evidence"),
    ],
)
def test_errors(town: Index, changes: dict[str, Any], what: str) -> None:
    (finding,) = check_questions([(7, good(**changes))], town)
    assert finding.is_error
    assert str(finding).startswith(f"line 7, q1: {what}")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"evidence": frozenset()}, "no evidence: only a remark"),
        ({"answers": ("roses", "tulips")}, "the accepted answer “tulips” is in none"),
        ({"answerable": False, "evidence": frozenset()}, "needs no answers"),
    ],
)
def test_notes(town: Index, changes: dict[str, Any], what: str) -> None:
    (finding,) = check_questions([(1, good(**changes))], town)
    assert not finding.is_error
    assert str(finding).startswith("line 1, q1: note: ")
    assert what in str(finding)


def test_an_id_counts_once_and_so_does_a_question(town: Index) -> None:
    follow_up = good("q4", question="What of q1?", history=({"role": "user", "content": "And?"},))
    findings = told(town, good(), good(question="Else?"), good("q3", question="ELSE?"), follow_up)
    assert findings == [
        "line 2, q1: the id is that of line 1 too",
        "line 3, q3: note: line 2 asks the same",
    ]


def test_the_sets_of_the_repository_are_right(repository: Path, seeds_index: Path) -> None:
    from index.embed import local_embedder

    index = Index(seeds_index, local_embedder())
    for path in sorted((repository / "tests").glob("questions*.jsonl")):
        errors = [f for f in check_questions(read_numbered(path), index) if f.is_error]
        assert errors == [], path.name
    index.close()
