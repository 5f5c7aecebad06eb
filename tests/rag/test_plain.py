"""An answer on a terminal: readable, and harmless whatever the article holds."""

from __future__ import annotations

import io
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models import Answer, Citation
from rag.plain import as_text, shows_bold

HOSTILE = "\x1b]0;owned\x07\x1b[31mred\x9b2J\x85 \u202edrawkcab\u2066 \x00\x08\x7f\u200b"


def citation(quote: str, number: int = 1, file: str = "a.txt", paragraph: int = 3) -> Citation:
    return Citation(number, file, paragraph, quote, 0, len(quote), "A title", 1.0)


def answer(text: str, *citations: Citation, notes: tuple[str, ...] = ()) -> Answer:
    return Answer("Who?", bool(citations), text, "quote", 0.9, citations, notes)


def test_the_answer_then_where_it_stands_then_the_notes() -> None:
    shown = as_text(
        answer(
            "“One.” [1][2]",
            citation("One."),
            citation("One", 2, "b.txt", 12),
            notes=("The first note", "The second note"),
        )
    )
    assert shown == (
        "“One.” [1][2]\n\n[1] a.txt, paragraph 3\n[2] b.txt, paragraph 12\n\n"
        "The first note\nThe second note"
    )


def test_a_refusal_has_no_places() -> None:
    assert as_text(answer("The articles do not say.")) == "The articles do not say."


def test_long_answers_are_wrapped_without_losing_a_word() -> None:
    text = "“" + "the harbour of the city was closed again " * 20 + "” [1]"
    shown = as_text(answer(text))
    assert max(map(len, shown.splitlines())) <= 88
    assert shown.split() == text.split()


def test_nothing_of_an_article_moves_the_cursor() -> None:
    shown = as_text(
        answer(
            f"“{HOSTILE}” [1]",
            citation(HOSTILE, file=f"{HOSTILE}.txt"),
            notes=(f"Nearest passage: {HOSTILE}",),
        )
    )
    assert "owned" in shown
    assert_harmless(shown)


@given(st.text(), st.text(), st.text())
def test_no_text_moves_the_cursor(text: str, file: str, note: str) -> None:
    assert_harmless(as_text(answer(text, citation("x", file=file), notes=(note,))))


def marked(quote: str, phrase: str, number: int = 1) -> Citation:
    start = quote.index(phrase)
    return Citation(number, "a.txt", 3, quote, 0, len(quote), "", 1.0, start, start + len(phrase))


def test_the_words_that_answer_are_bold_on_a_terminal_alone() -> None:
    cited = answer("“There are 91 \x1broses.” [1]", marked("There are 91 \x1broses.", "91 \x1b"))
    assert as_text(cited, bold=True).startswith("“There are \x1b[1m91  \x1b[0mroses.” [1]\n")
    assert as_text(cited) == as_text(cited, bold=True).replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert_harmless(as_text(cited))


@given(st.lists(st.sampled_from(["the", "harbour-master", "91", "x" * 100]), min_size=1))
def test_bold_changes_no_word_and_no_line(words: list[str]) -> None:
    quote = f"{' '.join(words)} early  January {' '.join(words)}"
    cited = answer(f"“{' '.join(quote.split())}” [1]", marked(quote, "early  January"))
    bold = as_text(cited, bold=True)
    assert re.sub(r"\x1b\[[01]m", "", bold) == as_text(cited)
    (said,) = re.findall(r"\x1b\[1m(.*?)\x1b\[0m", bold, re.DOTALL)
    assert said.split() == ["early", "January"]


@pytest.mark.parametrize(
    ("terminal", "variables", "bold"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
    ],
)
def test_bold_is_for_terminals_whose_users_want_it(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, variables: dict[str, str], bold: bool
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    assert shows_bold(stream) is bold


@pytest.mark.parametrize("text", ["Zürich – “ΩЖ” 字 😀", "naïve café"])
def test_what_can_be_shown_is_shown(text: str) -> None:
    assert as_text(answer(text)) == text


def assert_harmless(shown: str) -> None:
    kinds = {unicodedata.category(c) for c in shown.replace("\n", "")}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
