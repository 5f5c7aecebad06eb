"""Saving from the page: which file a menu makes, and under which name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from rag.export import Format
from rag.models import Answer, Citation
from ui.conversation import Turn
from ui.export import export_menu, saved

Make = Callable[..., Any]


@pytest.fixture
def turns(answer: Callable[..., Answer], citation: Callable[..., Citation]) -> tuple[Turn, ...]:
    first = answer("“Roses.” [1]", citation("Roses."), question="../../What: is “it”?\x00")
    second = answer("“Tulips.” [1]", citation("Tulips.", file="b.txt"), question="???")
    return Turn("one", answer=first), Turn("two", draft="…"), Turn("three", answer=second)


def test_a_conversation_is_saved_whole(turns: tuple[Turn, ...]) -> None:
    file = json.loads(saved(turns, "md"))
    assert file["name"] == "footnote-what-is-it.md"
    assert "Roses." in file["data"]
    assert "Tulips." in file["data"]


def test_an_answer_is_saved_alone(turns: tuple[Turn, ...]) -> None:
    file = json.loads(saved(turns, "json", "2"))
    assert file["name"] == "footnote.json"
    assert file["type"] == "application/json"
    [kept] = json.loads(file["data"])
    assert turns[2].answer is not None
    assert kept == turns[2].answer.to_dict()


def test_the_sources_are_saved_alone(turns: tuple[Turn, ...]) -> None:
    file = json.loads(saved(turns, "sources"))
    assert file["data"].startswith("# Sources\n\n1. A title, a.txt, paragraph 1\n2. ")


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ("pdf", None),
        (None, None),
        ("md", "9"),
        ("md", "-1"),
        ("md", "1"),
        ("md", "x"),
        (["md"], "0"),
    ],
)
def test_what_is_not_there_is_not_saved(
    turns: tuple[Turn, ...], form: object, place: object
) -> None:
    assert saved(turns, form, place) == ""


def test_there_is_a_menu_under_each_answer(turns: tuple[Turn, ...], read: Make) -> None:
    assert export_menu(1, turns[1]) == ""
    shown = read(export_menu(2, turns[2]))
    buttons = [button.attributes for button in shown.with_tag("button")]
    assert [b["data-format"] for b in buttons] == [*Format, "sources"]
    assert {b["data-turn"] for b in buttons} == {"2"}
