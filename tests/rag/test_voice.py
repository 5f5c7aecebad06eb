"""Questions for what somebody says."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import ArticleCache
from rag.voice import in_that_voice, voice_of
from tests.rag.disputes import DISPUTES, articles_of, retrieval_of


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("What did Carla Ruiz say about the harbour?", "Carla Ruiz"),
        ("Why does the Kremlin think that talks failed?", "the Kremlin"),
        ("Was the crane damaged, according to Tom Reyes?", "Tom Reyes"),
        ("Who is to blame in Lindt's view?", "Lindt"),
        ("Was sagte Ewa Lindt über den Streik?", "Ewa Lindt"),
        ("Wurde der Kran beschädigt, laut Tom Reyes?", "Tom Reyes"),
        ("¿Qué dijo Ana Ruiz sobre la huelga?", "Ana Ruiz"),
        ("Что сказал Путин о переговорах?", "Путин"),
        ("What did he say about it?", None),
        ("What did the mayor say?", None),
        ("Who opened the harbour of Bath?", None),
    ],
)
def test_whose_words_a_question_asks_for(question: str, who: str | None) -> None:
    assert voice_of(question) == who


def test_what_is_said_in_that_voice_comes_first() -> None:
    question = "Was any crane damaged, according to Tom Reyes?"
    starts = ["Harbour director Ewa Lindt claimed", "“That is pure invention"]
    retrieval = retrieval_of(question, DISPUTES, starts)
    found = in_that_voice(
        "Tom Reyes", "crane", retrieval.candidates, cast(ArticleCache, articles_of(DISPUTES))
    )
    assert found[0].text.startswith("“That is pure invention")
    assert {c.row.key for c in found} == {c.row.key for c in retrieval.candidates}


def test_nothing_found_gives_nothing() -> None:
    assert in_that_voice("Tom Reyes", "crane", (), cast(ArticleCache, {})) == ()


@given(st.text(max_size=120))
def test_any_text_can_be_asked(text: str) -> None:
    who = voice_of(text)
    assert who is None or who.strip()
