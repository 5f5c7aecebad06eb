"""What an answer says of itself, in words that need no manual."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ui.signs import kinds, note_list, status


@pytest.mark.parametrize(
    ("confidence", "said", "dots"),
    [
        (0.9, "Well supported", "●●●"),
        (0.6, "Fairly well supported", "●●○"),
        (0.31, "Weakly supported", "●○○"),
        (0.0, "Weakly supported", "●○○"),
    ],
)
def test_confidence_is_said_in_words_and_dots(
    read: Callable[[str], Any],
    answer: Any,
    citation: Any,
    confidence: float,
    said: str,
    dots: str,
) -> None:
    html = read(status(answer("“one” [1]", citation("one"), confidence=confidence)))
    assert html.with_class("status")[0].text.startswith(f"{dots} {said}")
    assert html.with_class("dots")[0].attributes["aria-hidden"] == "true"


@pytest.mark.parametrize(
    ("files", "notes", "said"),
    [
        ("a", [], "1 source"),
        ("aa", [], "1 source"),
        ("ab", ["This answer rests on 2 independent sources"], "2 independent sources"),
        ("ab", ["a and b tell the same story: count them as one source"], "2 articles, one story"),
        (
            "abc",
            [
                "a and b tell the same story: count them as one source; this answer rests on "
                "2 independent sources"
            ],
            "2 independent sources",
        ),
    ],
)
def test_the_sources_are_counted(
    answer: Any, citation: Any, files: str, notes: list[str], said: str
) -> None:
    cited = [citation("one", n, file=file) for n, file in enumerate(files, start=1)]
    assert f" · {said}<" in status(answer("“one” [1]", *cited, notes=tuple(notes)))


def test_what_was_withdrawn_and_where_sources_differ_is_said(answer: Any, citation: Any) -> None:
    notes = ("2 of 3 sentences were removed: it breaks off", "The sources differ: Ada and Ruiz")
    line = status(answer("It rose [1]", citation("one"), notes=notes, mode="llm", model="<small>"))
    assert "the sources differ · 2 unsupported sentences withdrawn" in line
    assert "written by &lt;small&gt;" in line


def test_each_note_has_its_sign() -> None:
    notes = {
        "1 of 2 sentences was removed: it breaks off": "removed",
        "The sources differ: a and b": "differ",
        "This answer rests on 2 independent sources": "sources",
        "Understood together with the question before: x": "understood",
        "Nearest passage: a.txt, paragraph 2: words": "nearest",
        "Not said in the articles: when": "unsaid",
        "The index is still being built": "plain",
    }
    assert kinds(tuple(notes)) == list(notes.values())


def test_what_the_status_line_says_is_not_said_again(answer: Any, citation: Any) -> None:
    count = "This answer rests on 2 independent sources"
    cited = (citation("one"), citation("two", 2, file="b.txt"))
    found = answer("“one” [1] “two” [2]", *cited, notes=(count, "Not said in the articles: when"))
    assert "2 independent sources" in status(found)
    assert "rests on" not in note_list(found)
    assert "Not said" in note_list(found)


def test_a_note_is_text(read: Callable[[str], Any], answer: Any) -> None:
    html = read(note_list(answer("x", notes=("<b>note</b>",))))
    assert html.with_class("note")[0].text == "<b>note</b>"
