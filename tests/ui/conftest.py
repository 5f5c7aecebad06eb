"""What the tests of the page share: answers, articles, and a reader of HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from rag.models import Answer, Citation
from tests.ui.visits import browser, page, server

__all__ = ["browser", "page", "server"]

_FURNITURE = "furniture"


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Read:
    """What a browser would make of some HTML."""

    elements: list[Element] = field(default_factory=list)
    text: str = ""
    """All visible text but that of the page's own furniture."""

    def with_class(self, name: str) -> list[Element]:
        return [e for e in self.elements if name in e.attributes.get("class", "").split()]

    def with_tag(self, tag: str) -> list[Element]:
        return [e for e in self.elements if e.tag == tag]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read = Read()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.read.elements.append(element)
        if tag != "input":  # which has no end
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data
        if not any(_FURNITURE in e.attributes.get("class", "").split() for e in self._open):
            self.read.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")


def read_html(html: str) -> Read:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader._open, "an element is left open"
    return reader.read


@pytest.fixture(scope="session")
def read() -> Callable[[str], Read]:
    """HTML → its elements and its visible text; fails on HTML that is not well formed."""
    return read_html


def make_citation(quote: str, number: int = 1, start: int = 0, **given: object) -> Citation:
    values = {
        "number": number,
        "file": "a.txt",
        "paragraph": 1,
        "quote": quote,
        "start": start,
        "end": start + len(quote),
        "title": "A title",
        "support": 1.0,
        **given,
    }
    return Citation(**values)  # type: ignore[arg-type]


def make_answer(text: str, *citations: Citation, **given: object) -> Answer:
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


@pytest.fixture(scope="session")
def citation() -> Callable[..., Citation]:
    return make_citation


@pytest.fixture(scope="session")
def answer() -> Callable[..., Answer]:
    return make_answer
