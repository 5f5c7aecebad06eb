"""Exports: what was said and cited, in files that show exactly that and do nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.export import (
    Format,
    Source,
    as_html,
    as_json,
    as_markdown,
    bibliography,
    bibliography_as_markdown,
    export,
)
from rag.models import NOT_IN_ARTICLES, Answer, Citation

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def cite(quote: str, number: int = 1, **given: object) -> Citation:
    values = {
        "number": number,
        "file": "a.txt",
        "paragraph": 3,
        "quote": quote,
        "start": 0,
        "end": len(quote),
        "title": "A title",
        "support": 1.0,
        **given,
    }
    return Citation(**values)  # type: ignore[arg-type]


def reply(text: str, *citations: Citation, **given: object) -> Answer:
    values = {
        "question": "What is said?",
        "answered": True,
        "text": text,
        "mode": "quote",
        "confidence": 0.9,
        "citations": citations,
        **given,
    }
    return Answer(**values)  # type: ignore[arg-type]


ROSES = reply(
    "“There are roses.” [1] “And tulips.” [2]",
    cite("There are roses."),
    cite("And tulips.", 2, file="b.txt", paragraph=7, title="Bulbs"),
)
WRITTEN = reply(
    "There are flowers [1].\nSome are tall [1].",
    cite("There are roses."),
    mode="llm",
    model="a-model",
    notes=("Two independent sources",),
)
REFUSED = reply(
    f"{NOT_IN_ARTICLES}.", answered=False, notes=("Nearest passage: a.txt, paragraph 2: Roses",)
)


# -- Markdown ------------------------------------------------------------------------------


def test_markdown_has_a_footnote_for_each_citation() -> None:
    assert as_markdown([ROSES]) == (
        "# What is said?\n\n"
        "“There are roses.” [^1]\n\n"
        "“And tulips.” [^2]\n\n"
        "[^1]: A title, a.txt, paragraph 3\n"
        "[^2]: Bulbs, b.txt, paragraph 7\n\n"
        "# Sources\n\n"
        "1. A title, a.txt, paragraph 3\n"
        "2. Bulbs, b.txt, paragraph 7\n"
    )


def test_footnotes_of_a_conversation_are_numbered_through_and_quote_what_the_text_does_not() -> (
    None
):
    text = as_markdown([ROSES, REFUSED, WRITTEN])
    assert text.startswith("# Questions and answers\n\n## What is said?\n\n")
    assert "There are flowers [^3].\n\nSome are tall [^3]." in text
    assert "[^3]: A title, a.txt, paragraph 3: “There are roses.”" in text
    assert "- Two independent sources\n- Written by a-model" in text
    assert f"{NOT_IN_ARTICLES}." in text
    assert text.count("[^1]:") == text.count("[^2]:") == text.count("[^3]:") == 1
    assert "[^4]" not in text


def test_a_footnote_names_the_page_where_there_is_one() -> None:
    paged = reply("“Roses.” [1]", cite("Roses.", file="a.pdf", page=12))
    assert "[^1]: A title, a.pdf, paragraph 3, page 12" in as_markdown([paged])
    assert "page 12" in as_html([paged])


def test_a_citation_without_a_marker_is_named_all_the_same() -> None:
    assert "Also cited: [^1]" in as_markdown([reply("It is so.", cite("Roses."), mode="llm")])


_NASTY = [
    *("<script>alert(1)</script>", "![x](http://leak.example/p.png)", "[a](javascript:b)", "&lt;"),
    *("# h", "## ", " ##", "1. a", "12) b", "- c", "+ d", "* e", "= =", "---", "***", "```", "~~~"),
    *("> q", "| a | b |\n|---|---|", "[^1]: z", "[1]", "[x]: http://a.example", "\\", "`", "``"),
    *("<http://a.example>", "https://a.example", "www.a.example", "  \n", "\n\n", "\t", "    i"),
    *("**b**", "__c__", "~~d~~", "$e$", "“", "”", "\r", "\x00", "\ud800", "\u202e", "é", "日本"),
    *("</article>", '" onload="x', "<!--", "]]>", "&#60;", "<div>", "%0A", "../", ":::", ": x"),
]
_hostile = st.lists(st.sampled_from(_NASTY) | st.text(max_size=8), max_size=5).map("".join)


@st.composite
def _answers(draw: st.DrawFn) -> Answer:
    quotes = draw(st.lists(_hostile.filter(str.strip), min_size=1, max_size=3))
    citations = [
        cite(quote, number, file=draw(_hostile) or "f", title=draw(_hostile))
        for number, quote in enumerate(quotes, start=1)
    ]
    said = " ".join(f"“{c.quote}” [{c.number}]" for c in citations)
    return reply(
        f"{said} {draw(_hostile)}",
        *citations,
        question=draw(_hostile) or "?",
        mode=draw(st.sampled_from(["quote", "llm"])),
        notes=(draw(_hostile),),
        model=draw(st.none() | _hostile),
    )


def bare(text: str) -> str:
    """A text without white space and without what a document cannot carry."""
    return re.sub("[\\s\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]+", "", text)


def shown_by(markdown: str) -> tuple[str, set[str]]:
    """What a reader of Markdown would show, white space apart, and the kinds of its elements."""
    tokens = _PARSER.parse(markdown)
    inner = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in [*tokens, *inner]}
    return bare("".join(child.content for child in inner)), kinds


@settings(max_examples=50)
@given(st.lists(_answers(), min_size=1, max_size=2))
def test_markdown_shows_exactly_what_was_said(answers: Sequence[Answer]) -> None:
    shown, kinds = shown_by(as_markdown(answers))
    assert kinds <= {
        *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline"),
        *("bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close"),
        *("list_item_open", "list_item_close", "text", "text_special", "softbreak"),
    }
    for answer in answers:
        assert bare(answer.question) in shown
        for citation in answer.citations:
            assert bare(citation.quote) in shown
            assert (
                bare(
                    f"{citation.title}, {citation.file}"
                    if citation.title.strip()
                    else citation.file
                )
                in shown
            )
        for note in answer.notes:
            assert bare(note) in shown or note in answer.text


@settings(max_examples=50)
@given(_answers())
def test_headings_and_sources_are_the_only_structure(answer: Answer) -> None:
    tokens = _PARSER.parse(as_markdown([answer]))
    headings = [
        tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"
    ]
    assert len(headings) == 2
    assert headings[1] == "Sources"
    files = {citation.file for citation in answer.citations}
    ordered = [token for token in tokens if token.type == "ordered_list_open"]
    assert len(ordered) == 1
    items = [token for token in tokens if token.type == "list_item_open" and token.markup == "."]
    assert len(items) == len(files)


# -- HTML ----------------------------------------------------------------------------------

_VOID = {"meta"}
_PLAIN = {
    *("html", "head", "meta", "title", "style", "body", "main", "article", "section", "h1", "h2"),
    *("p", "ul", "ol", "li", "sup", "a", "cite", "bdi", "q"),
}


class _Reader(HTMLParser):
    """The text of a page and its elements; fails on what a page of ours does not hold."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text: dict[str, str] = {}
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _PLAIN, tag
        given = dict(attrs)
        assert set(given) <= {
            *("id", "class", "href", "dir", "aria-label"),
            *("charset", "http-equiv", "content", "name"),
        }
        if "href" in given:
            self.links.append(str(given["href"]))
        if "id" in given:
            self.ids.append(str(given["id"]))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.text[tag] = self.text.get(tag, "") + data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def read_page(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert not reader.open
    return reader


@settings(max_examples=50)
@given(st.lists(_answers(), min_size=1, max_size=2))
def test_a_page_shows_exactly_what_was_said_and_does_nothing(answers: Sequence[Answer]) -> None:
    page = as_html(answers)
    assert "default-src 'none'" in page
    reader = read_page(page)
    assert all(link.removeprefix("#") in reader.ids for link in reader.links)
    assert len(set(reader.ids)) == len(reader.ids)
    shown = bare(reader.text["main"])
    for answer in answers:
        for words in (answer.question, *(c.quote for c in answer.citations)):
            assert bare(words) in shown
        for citation in answer.citations:
            assert bare(citation.file) in shown


def test_the_markers_of_a_page_lead_to_the_words_cited_and_back() -> None:
    page = as_html([ROSES, WRITTEN])
    assert page.count('href="#note-1"') == 1
    assert page.count('href="#note-3"') == 2
    note = page[page.index('id="note-3"') :].partition("</li>")[0]
    assert "There are roses." in note
    assert "a.txt" in note
    assert 'href="#answer-2"' in note


def test_a_page_of_one_answer_is_named_after_its_question() -> None:
    assert "<title>What is said?</title>" in as_html([ROSES])
    assert "<title>Questions and answers</title>" in as_html([ROSES, WRITTEN])


# -- JSON and sources ----------------------------------------------------------------------


def test_json_is_the_contract_of_answers() -> None:
    assert json.loads(as_json([ROSES, REFUSED])) == [ROSES.to_dict(), REFUSED.to_dict()]


@settings(max_examples=50)
@given(st.lists(_answers(), max_size=2))
def test_json_can_be_written_as_utf_8_and_read_again(answers: Sequence[Answer]) -> None:
    assert json.loads(as_json(answers).encode()) == [answer.to_dict() for answer in answers]


def test_a_bibliography_names_each_article_once_in_the_order_cited() -> None:
    again = reply("“Tall roses.” [1]", cite("Tall roses.", paragraph=1))
    assert bibliography([ROSES, REFUSED, again, WRITTEN]) == [
        Source("a.txt", "A title", (1, 3)),
        Source("b.txt", "Bulbs", (7,)),
    ]
    assert bibliography_as_markdown([ROSES, again]) == (
        "# Sources\n\n1. A title, a.txt, paragraphs 1, 3\n2. Bulbs, b.txt, paragraph 7\n"
    )
    assert bibliography_as_markdown([REFUSED]) == "# Sources\n\nNothing was cited.\n"


@pytest.mark.parametrize("form", list(Format))
def test_every_format_exports_a_conversation(form: Format) -> None:
    text = export([ROSES, WRITTEN], form)
    assert "And tulips." in text
    assert text.endswith("\n")
