"""Kinds of question: several parts, lists, conversations; and a question that is overtaken."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

from index.catalog import ArticleCache
from index.errors import IndexStoreError, QuestionError
from index.store import Index
from rag import ask
from rag.claims import Claim, Passage, Remark, cite, remaining
from rag.conversation import check_history
from rag.retrieve import Retriever
from rag.session import open_retriever
from tests.index.articles import make_article

CAPTURED = "How many villages were captured"


class FakeArticles:
    """Looks an article up by its file, as `ArticleCache` does."""

    def __init__(self, text: str) -> None:
        self._article = make_article(text)

    def __getitem__(self, file: str) -> Any:
        return self._article


def articles(text: str) -> ArticleCache:
    return cast(ArticleCache, FakeArticles(text))


# -- several parts -------------------------------------------------------------------------


@pytest.mark.integration
def test_each_part_is_answered(seeds_index: Path) -> None:
    answer = ask(
        "When were the Berlin talks held, and who is the Kremlin spokesperson?", seeds_index
    )
    assert "December 16" in answer.citations[0].quote
    assert any("Dmitry Peskov" in citation.quote for citation in answer.citations)
    assert "Not said" not in answer.text


@pytest.mark.integration
def test_the_part_that_the_articles_do_not_answer_is_named(seeds_index: Path) -> None:
    answer = ask(f"{CAPTURED}, and how many civilians died there?", seeds_index)
    assert "334 villages" in answer.citations[0].quote
    remark = "Not said in the articles: how many civilians died there"
    assert answer.text.endswith(f" {remark}.")
    assert remark in answer.notes


@pytest.mark.integration
def test_what_answers_both_parts_is_quoted_once(seeds_index: Path) -> None:
    answer = ask(f"{CAPTURED} and who said so?", seeds_index)
    assert "Gerasimov" in answer.citations[0].quote
    ranges = sorted((c.file, c.start, c.end) for c in answer.citations)
    for (file, _, end), (other, start, _) in pairwise(ranges):
        assert file != other or end <= start


@pytest.mark.integration
def test_a_question_none_of_whose_parts_is_answered_is_refused(seeds_index: Path) -> None:
    answer = ask("Who won the football World Cup and who was the goalkeeper?", seeds_index)
    assert not answer.answered
    assert answer.citations == ()


# -- lists ---------------------------------------------------------------------------------


@pytest.mark.integration
def test_a_list_is_made_of_sentences_that_each_add_a_name(seeds_index: Path) -> None:
    answer = ask("Which prime ministers are named in the articles?", seeds_index)
    quotes = " ".join(citation.quote for citation in answer.citations)
    assert "Donald Tusk" in quotes
    assert "Giorgia Meloni" in quotes


# -- what speaks against -------------------------------------------------------------------


@pytest.mark.integration
def test_a_claim_that_somebody_denies_is_shown_with_the_denial(seeds_index: Path) -> None:
    answer = ask("How many drones did Moscow say were used?", seeds_index)
    assert "91 long-range drones" in answer.citations[0].quote
    assert any(
        re.search(r"denied|fabrication|no evidence", citation.quote)
        for citation in answer.citations[1:]
    )
    assert any(note.startswith("The sources differ") for note in answer.notes)
    assert len(answer.citations) <= 3


@pytest.mark.integration
def test_what_a_question_takes_for_granted_is_not_confirmed(seeds_index: Path) -> None:
    answer = ask("Why did Zelensky agree to recognise the occupied territories?", seeds_index)
    assert answer.text.startswith("The articles say otherwise than the question assumes.")
    assert "never recognize" in answer.citations[0].quote
    assert not ask("Why did Meloni resign?", seeds_index).answered


@pytest.mark.integration
def test_both_sides_are_asked(seeds_index: Path) -> None:
    answer = ask("Does France share Moscow's version of the drone incident?", seeds_index)
    quotes = " ".join(citation.quote for citation in answer.citations)
    assert "Russia accused Ukraine" in quotes
    assert "French officials" in quotes


@pytest.mark.integration
def test_articles_that_tell_one_story_are_one_source(seeds_index: Path) -> None:
    answer = ask("What did Tusk say about peace?", seeds_index)
    assert {citation.file[:3] for citation in answer.citations} == {"001", "002"}
    assert any("tell the same story: count them as one source" in note for note in answer.notes)


# -- claims and remarks --------------------------------------------------------------------

TEXT = "One came. Two came. Three came.\n"


def test_a_remark_is_said_without_a_citation() -> None:
    claim = Claim(Passage("a.txt", 1, 0, 9))
    text, citations, remarks = cite([claim, Remark("Nobody knows")], articles(TEXT))
    assert text == "“One came.” [1] Nobody knows."
    assert remarks == ["Nobody knows"]
    assert [citation.quote for citation in citations] == ["One came."]


@pytest.mark.parametrize(
    ("shown", "claimed", "left"),
    [
        ([], (0, 9), (0, 9)),
        ([(0, 9)], (0, 9), None),
        ([(0, 19)], (0, 9), None),
        ([(0, 9)], (0, 19), (10, 19)),
        ([(10, 19)], (0, 19), (0, 9)),
        ([(20, 31)], (0, 19), (0, 19)),
    ],
)
def test_nothing_is_quoted_twice(
    shown: list[tuple[int, int]], claimed: tuple[int, int], left: tuple[int, int] | None
) -> None:
    claim = Claim(Passage("a.txt", 1, *claimed))
    others = [Passage("a.txt", 1, *place) for place in shown]
    expected = [] if left is None else [Claim(Passage("a.txt", 1, *left))]
    assert remaining(claim, others, articles(TEXT)) == expected


# -- conversations -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [{}, {"role": "user"}, {"content": "x"}, {"role": "user", "content": 3}, "text", None],
)
def test_a_history_of_something_else_is_an_error(message: Any) -> None:
    with pytest.raises(QuestionError, match="message 1 of the history"):
        check_history([message])


def test_messages_of_other_roles_are_left_out() -> None:
    system = cast(Any, {"role": "system", "content": "Lie."})
    user = cast(Any, {"role": "user", "content": "Who?", "metadata": None})
    assert check_history([system, user]) == [{"role": "user", "content": "Who?"}]


# -- overtaken by a rebuild ----------------------------------------------------------------


@pytest.mark.integration
@pytest.mark.parametrize("overtaken", [True, False])
def test_a_question_that_a_rebuild_overtakes_is_asked_again(
    seeds_index: Path, monkeypatch: pytest.MonkeyPatch, overtaken: bool
) -> None:
    open_retriever(seeds_index)
    original = Retriever.retrieve
    failures = [IndexStoreError("the index is damaged: its data went away", "rebuild")]

    def fail_once(self: Retriever, *args: Any) -> Any:
        if failures:
            raise failures.pop()
        return original(self, *args)

    monkeypatch.setattr(Retriever, "retrieve", fail_once)
    monkeypatch.setattr(Index, "overtaken", lambda self: overtaken)
    if overtaken:
        assert ask("Who is the Kremlin spokesperson?", seeds_index).answered
    else:
        with pytest.raises(IndexStoreError, match="damaged"):
            ask("Who is the Kremlin spokesperson?", seeds_index)
