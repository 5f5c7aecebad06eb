"""Answers as HTML: nothing of an article, a question or a note is more than text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FootnoteError
from rag.models import Answer, Citation
from ui.conversation import Turn
from ui.escape import escape
from ui.render import conversation, copied_text, question_list, render_answer

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "![pixel](http://example.com/leak.png)",
    "[a](javascript:alert(1))",
    "vector<int> and more",
    "$$\\frac{1}{2}$$",
    "</button></p></div>",
    '"><script>alert(1)</script>',
    "' onclick='alert(1)",
    "&lt;b&gt; &amp; &#60;",
    "<!-- comment -->",
    "[1] [2][1]",
    "“quoted ”[1]",
    "${alert(1)} {{constructor}} {{{x}}}",
    '__i18n__{"key":"submit"}',
    "<form action=http://example.com><input></form>",
    "\u202eright to left",
]
_TAGS = {"section", "div", "p", "span", "button", "ul", "li", "bdi", "h2", "h3", "strong", "cite"}

texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=30), max_size=4).map(" ".join)
words = texts.filter(lambda text: bool(text.strip()))


def shown(text: str) -> str:
    """The text as a browser can show it."""
    return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)


@st.composite
def phrases(draw: st.DrawFn, quote: str) -> tuple[int, int] | tuple[None, None]:
    """Where the answer phrase of a quote at 5 may stand."""
    start = draw(st.none() | st.integers(5, 4 + len(quote)))
    return (None, None) if start is None else (start, draw(st.integers(start + 1, 5 + len(quote))))


@st.composite
def quoting_answers(draw: st.DrawFn) -> Answer:
    """An answer as quote mode writes it: claims of one or two citations, and remarks."""
    citations: list[Citation] = []
    parts: list[str] = []
    for quote in draw(st.lists(words, min_size=1, max_size=3)):
        marks = ""
        for _ in range(draw(st.integers(1, 2))):
            number = len(citations) + 1
            file, title = draw(words), draw(texts)
            phrase = draw(phrases(quote))
            citations.append(
                Citation(number, file, 3, quote, 5, 5 + len(quote), title, 1.0, *phrase)
            )
            marks += f"[{number}]"
        parts.append(f"“{' '.join(quote.split())}” {marks}")
    remark = draw(st.sampled_from(["", " The sources differ."]))
    return Answer(
        question=draw(texts),
        answered=True,
        text=" ".join(parts) + remark,
        mode="quote",
        confidence=draw(st.floats(0, 1)),
        citations=tuple(citations),
        notes=tuple(draw(st.lists(texts, max_size=2))),
    )


@given(quoting_answers())
def test_the_page_shows_the_text_of_the_answer_and_nothing_else(
    read: Callable[[str], Any], given_answer: Answer
) -> None:
    html = read(render_answer(given_answer))
    assert html.text == shown(given_answer.text)
    assert {element.tag for element in html.elements} <= _TAGS
    assert not any(name.startswith("on") for e in html.elements for name in e.attributes)


@given(quoting_answers())
def test_every_citation_has_a_button_that_names_its_place(
    read: Callable[[str], Any], given_answer: Answer
) -> None:
    buttons = read(render_answer(given_answer)).with_class("citation")
    assert {button.text for button in buttons} == {
        f"[{citation.number}]" for citation in given_answer.citations
    }
    for button in buttons:
        citation = given_answer.citations[int(button.text.strip("[]")) - 1]
        assert button.tag == "button"
        assert button.attributes["data-file"] == shown(citation.file)
        assert button.attributes["data-paragraph"] == str(citation.paragraph)
        assert button.attributes["data-number"] == str(citation.number)
        assert button.attributes["data-quote"] == shown(citation.quote)


@given(st.text(st.characters()) | texts)
def test_escaped_text_reads_as_it_was_in_content_and_in_attributes(
    read: Callable[[str], Any], text: str
) -> None:
    html = read(f'<p title="{escape(text)}">{escape(text)}</p>')
    assert html.text == shown(text)
    assert html.elements[0].attributes["title"] == shown(text)


@given(texts, texts, texts)
def test_questions_and_errors_are_text_too(
    read: Callable[[str], Any], question: str, what: str, fix: str
) -> None:
    turns = (Turn(question, error=FootnoteError(what, fix)), Turn(question, draft=what or "x"))
    html = read(conversation(turns))
    assert {element.tag for element in html.elements} <= _TAGS
    assert [asked.text for asked in html.with_class("asked")] == [shown(question)] * 2
    assert shown(what) in html.with_class("problem")[0].text
    assert shown(fix) in html.with_class("problem")[0].text


def test_the_words_that_answer_stand_out_in_the_quotation(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    quote = "There are\n 4,711 <b>roses</b> & more."
    cited = citation(quote, start=20, answer_start=31, answer_end=48)
    html = read(render_answer(answer(f"“{' '.join(quote.split())}” [1]", cited)))
    (phrase,) = html.with_class("phrase")
    assert (phrase.tag, phrase.text) == ("strong", "4,711 <b>roses</b")
    assert html.text == "“There are 4,711 <b>roses</b> & more.” [1]"
    assert html.with_class("quotation")[0].text == "“There are 4,711 <b>roses</b> & more.”"


def test_without_an_answer_phrase_nothing_stands_out(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    for cited in [citation("one two"), citation("one two", start=3, answer_start=1, answer_end=5)]:
        html = read(render_answer(answer("“one two” [1]", cited)))
        assert not html.with_tag("strong")


def test_a_marker_inside_a_quotation_is_no_button(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    quote = "As shown before [1], it rose [2]."
    html = read(render_answer(answer(f"“{quote}” [1]", citation(quote))))
    assert [button.text for button in html.with_class("citation")] == ["[1]"]
    assert html.with_class("quotation")[0].text == f"“{quote}”"


def test_a_quotation_within_another_keeps_both_markers(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    outer, inner = "He said “no” [2] to that.", "no"
    text = f"“{outer}” [1] “{inner}” [2]"
    html = read(render_answer(answer(text, citation(outer, 1), citation(inner, 2))))
    assert [button.text for button in html.with_class("citation")] == ["[1]", "[2]"]
    assert [claim.text for claim in html.with_class("quotation")] == [f"“{outer}”", "“no”"]


def test_white_space_collapsed_in_the_answer_still_finds_its_quotation(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    html = read(render_answer(answer("“one two” [1]", citation("one\r\n  two"))))
    assert [button.text for button in html.with_class("citation")] == ["[1]"]
    assert len(html.with_class("claim")) == 1


def test_a_marker_that_is_no_citation_stays_text(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    html = read(render_answer(answer("“one” [1] [7]", citation("one"))))
    assert [button.text for button in html.with_class("citation")] == ["[1]"]
    assert html.text == "“one” [1] [7]"


def test_a_citation_that_the_text_does_not_mark_can_be_opened_all_the_same(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    html = read(render_answer(answer("Something else.", citation("one"))))
    assert [button.text for button in html.with_class("citation")] == ["[1]"]
    assert html.text == "Something else."


def test_markers_stand_anywhere_in_what_an_llm_wrote(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    text = "It rose [1], then fell [2]. Nobody knows [9]."
    written = answer(text, citation("up", 1), citation("down", 2), mode="llm", model="small")
    html = read(render_answer(written))
    assert [button.text for button in html.with_class("citation")] == ["[1]", "[2]"]
    assert html.text == text
    assert "written by small" in html.with_class("status")[0].text


def test_claims_and_remarks_stand_apart(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    text = "“one” [1][2] The sources differ. “two” [3]"
    html = read(
        render_answer(answer(text, citation("one", 1), citation("one", 2), citation("two", 3)))
    )
    assert [claim.text.strip() for claim in html.with_class("claim")] == [
        "“one” [1][2]",
        "“two” [3]",
    ]
    assert [remark.text.strip() for remark in html.with_class("remark")] == ["The sources differ."]


def test_a_remark_is_not_repeated_as_a_note(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    text = "“one” [1] The sources differ."
    notes = ("The sources differ.", "The index is being built")
    html = read(render_answer(answer(text, citation("one"), notes=notes)))
    assert html.with_class("notes")[0].text == "The index is being built"


@pytest.mark.parametrize("words", ["", ": “By the sea”, paragraph 3: he said, …"])
def test_a_refusal_looks_like_one_and_its_nearest_passages_open(
    read: Callable[[str], Any], answer: Any, words: str
) -> None:
    refusal = answer(
        "The articles do not say.",
        answered=False,
        confidence=0.1,
        notes=(f"Nearest passage: b, paragraph 2.txt, paragraph 12{words}",),
    )
    html = read(render_answer(refusal))
    assert html.with_class("refusal")[0].text == "The articles do not say."
    assert not html.with_class("claim")
    assert not html.with_class("status")
    (passage,) = html.with_class("passage")
    assert passage.attributes["data-file"] == "b, paragraph 2.txt"
    assert passage.attributes["data-paragraph"] == "12"
    assert html.with_class("notes")[0].text.endswith(f"paragraph 12{words}")


def test_the_turns_are_shown_oldest_first_and_the_last_may_be_under_way(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    turns = (Turn("First?", answer=answer("“one” [1]", citation("one"))), Turn("Second?"))
    html = read(conversation(turns))
    assert [asked.text for asked in html.with_class("asked")] == ["First?", "Second?"]
    assert "Searching" in html.with_class("is-pending")[0].text


@given(st.lists(words, max_size=4))
def test_suggestions_are_buttons_that_ask_just_what_they_say(
    read: Callable[[str], Any], questions: list[str]
) -> None:
    buttons = read(question_list("You might ask", questions)).with_class("suggestion")
    assert [button.text for button in buttons] == [shown(question) for question in questions]
    assert [button.attributes["data-question"] for button in buttons] == [
        shown(question) for question in questions
    ]


def test_only_the_last_turn_is_handed_out_to_be_kept_and_can_be_asked_again(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    turns = tuple(Turn(f"{n}?", answer=answer("“one” [1]", citation("one"))) for n in range(3))
    html = read(conversation(turns))
    assert ["data-kept" in turn.attributes for turn in html.with_class("turn")] == [0, 0, 1]
    assert len(html.with_class("retry")) == 1
    assert [edit.attributes["data-turn"] for edit in html.with_class("edit")] == ["0", "1", "2"]
    before = read(conversation(turns[:2], is_end=False))
    assert not any("data-kept" in turn.attributes for turn in before.with_class("turn"))
    (last,) = read(conversation(turns[2:], 2)).with_class("citation")
    assert last.attributes["data-turn"] == "2"


def test_what_is_under_way_is_not_kept_and_what_was_stopped_says_so(
    read: Callable[[str], Any],
) -> None:
    html = read(conversation((Turn("Who?", "It was <b>"),)))
    assert not html.with_class("tools")
    assert "data-kept" not in html.with_class("turn")[0].attributes
    stopped = read(conversation((Turn("Who?", "It was <b>", stopped=True),)))
    assert stopped.with_class("prose")[0].text == "It was <b>"
    assert stopped.with_class("stopped")
    assert "data-kept" in stopped.with_class("turn")[0].attributes


def test_what_others_add_stands_under_each_finished_turn(
    read: Callable[[str], Any], answer: Any
) -> None:
    turns = (Turn("a?", answer=answer("Yes.")), Turn("b?"))
    html = read(conversation(turns, extras=[lambda n, turn: f'<span class="x">{n}</span>']))
    assert [extra.text for extra in html.with_class("x")] == ["0"]


def test_an_answer_is_copied_with_its_sources(answer: Any, citation: Any) -> None:
    copied = copied_text(answer("“one” [1]", citation("one", paragraph=8)))
    assert copied == "“one” [1]\n\n[1] A title, a.txt, paragraph 8"


def test_each_article_is_listed_once_with_its_paragraphs(
    read: Callable[[str], Any], answer: Any, citation: Any
) -> None:
    cited = [
        citation("one", 1, paragraph=3),
        citation("two", 2, paragraph=8),
        citation("six", 3, paragraph=8),
        citation("ten", 4, file="b.txt"),
    ]
    html = read(render_answer(answer("“one” [1] “two” [2] “six” [3] “ten” [4]", *cited)))
    assert [item.text for item in html.with_tag("li")] == [
        "[1][2][3] A title a.txt, paragraphs 3, 8",
        "[4] A title b.txt, paragraph 1",
    ]
