"""What is offered after an answer is answered too, is new, and costs little."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rag
from index.embed import local_embedder
from index.store import Index
from rag.models import Answer
from ui.conversation import Turn
from ui.followups import MAX_SHOWN, FollowUps, alike

pytestmark = pytest.mark.integration

_QUESTION = "How many drones did Moscow say were used?"


@pytest.fixture(scope="module")
def index(seeds_index: Path) -> Any:
    index = Index(seeds_index, local_embedder())
    yield index
    index.close()


def test_offers_are_answered_lead_on_and_repeat_nothing(index: Index) -> None:
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        return rag.ask(question, index.path, mode="quote")

    follow_ups = FollowUps(index, ask)
    turns = (Turn(_QUESTION, answer=rag.ask(_QUESTION, index.path, mode="quote")),)
    offered = follow_ups.after(turns)
    assert 2 <= len(offered) <= MAX_SHOWN
    assert len(asked) <= 8
    read = {(c.file, c.paragraph) for c in turns[0].answer.citations}  # type: ignore[union-attr]
    for question in offered:
        answer = rag.ask(question, index.path, mode="quote")
        assert answer.answered
        assert not {(c.file, c.paragraph) for c in answer.citations} <= read
        assert not alike(question, _QUESTION)

    asked.clear()
    assert follow_ups.after(turns) == offered
    assert not asked, "what was tried once is remembered"
    later = follow_ups.after((*turns, Turn(offered[0], answer=ask(offered[0]))))
    assert offered[0] not in later


def test_nothing_is_offered_after_a_refusal_or_while_others_look(index: Index) -> None:
    def ask(question: str) -> Answer:
        nested.append(follow_ups.after(turns))
        return rag.ask(question, index.path, mode="quote")

    nested: list[tuple[str, ...]] = []
    follow_ups = FollowUps(index, ask)
    refused = rag.ask("Who won the 1998 World Cup?", index.path, mode="quote")
    assert follow_ups.after((Turn("Who?", answer=refused),)) == ()
    assert follow_ups.after(()) == ()
    turns = (Turn(_QUESTION, answer=rag.ask(_QUESTION, index.path, mode="quote")),)
    assert follow_ups.after(turns)
    assert nested
    assert set(nested) == {()}
