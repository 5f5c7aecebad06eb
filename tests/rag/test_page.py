"""The page: safe, alone, and with everything a reader of an evaluation needs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rag.compare import compare
from rag.judge import Result
from rag.metrics import METRICS
from rag.page import as_html, is_miss
from tests.rag.results import (
    HERE,
    THERE,
    a_citation,
    a_question,
    a_report,
    a_result,
    an_answer,
    refused,
    right,
    rightly_refused,
    wrong,
    wrongly_answered,
)

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt;\x00\x1b[31m\u202e"
SENTENCES = [(10, True), (20, False), (5, True)]


SOME = [
    *(right(f"r{n}", sentences=SENTENCES, confidence=0.9 - n / 100) for n in range(30)),
    wrong("w1", rank=4),
    refused("f1", held_back=[a_citation()], rank=0),
    a_result(a_question("s1", type="several"), an_answer(a_citation(THERE), a_citation(number=2))),
    rightly_refused(),
    wrongly_answered(),
]


class _Checker(HTMLParser):
    """Collects what a page would run, fetch or link to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "src", "xlink:href", "action"):
                self.addresses.add(value or "")
            if name == "id":
                self.ids.append(value or "")


def checked(page: str) -> _Checker:
    checker = _Checker()
    checker.feed(page)
    checker.close()
    return checker


def test_a_page_stands_alone() -> None:
    page = as_html(a_report(SOME), "set.jsonl")
    assert page.startswith("<!doctype html>")
    found = checked(page)
    assert found.tags.isdisjoint({"script", "link", "img", "iframe", "form", "object", "base"})
    assert all(address.startswith("#") for address in found.addresses)
    assert not any(name.startswith("on") for name in found.attributes)
    assert "http:" not in page
    assert "https:" not in page
    assert "default-src 'none'" in page


def test_nothing_hostile_gets_through() -> None:
    question = a_question(
        f"q{HOSTILE}",
        question=HOSTILE,
        answers=(HOSTILE,),
        evidence=frozenset({(HOSTILE, 1), HERE}),
        type=HOSTILE,
        history=({"role": "user", "content": HOSTILE},),
    )
    answer = an_answer(a_citation((HOSTILE, 2), HOSTILE), text=HOSTILE)
    late = replace(an_answer(), text=HOSTILE, notes=(HOSTILE,))
    results = [a_result(question, answer), a_result(replace(question, id="2"), late)]
    report = a_report(results, paragraphs={HERE: HOSTILE, (HOSTILE, 1): HOSTILE})
    earlier = [a_result(question, late), a_result(replace(question, id="2"), answer)]
    against = compare(results, earlier, HOSTILE, tuple(METRICS))
    page = as_html(replace(report, against=against), HOSTILE)
    found = checked(page)
    assert found.tags.isdisjoint({"script", "img"})
    assert "onerror" not in found.attributes
    assert "\x00" not in page
    assert "\x1b" not in page
    assert page.count("&lt;script&gt;alert(1)") > 10


def test_ids_are_unique_and_all_that_is_referred_to_is_there() -> None:
    page = as_html(a_report(SOME), "set.jsonl")
    ids = checked(page).ids
    assert len(ids) == len(set(ids))
    used = set(re.findall(r'href="#([^"]+)"', page)) | set(re.findall(r"url\(#([^)]+)\)", page))
    assert used
    assert used <= set(ids)


def test_the_curves_are_drawn_with_text_as_text_in_the_colours_of_the_page() -> None:
    page = as_html(a_report(SOME), "set.jsonl")
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 5
    for words in ["coverage: answerable", "in force: 0.30", "k: paragraphs", "median: 10 ms"]:
        assert any(re.search(rf"<text[^>]*>{words}", drawing) for drawing in drawings), words
    for drawing in drawings:
        assert "currentColor" in drawing
        assert "var(--first)" in drawing
        assert "#01010" not in drawing
        assert "font-family" not in drawing
        assert re.findall(r"#[0-9a-f]{6}\b", drawing) == [], "no colour of its own"


def test_a_miss_shows_what_was_cited_and_the_words_that_should_have_been() -> None:
    page = as_html(a_report(SOME), "set.jsonl")
    missed = re.findall(r"<article>.*?</article>", page, re.DOTALL)
    assert len(missed) == 4
    by_id = {text[text.index("class=tags>") + 11 :].split(" ")[0]: text for text in missed}
    assert set(by_id) == {"w1", "f1", "s1", "u1"}
    assert "There are tulips</blockquote>" in by_id["w1"]
    assert "There are <mark>roses</mark> in the garden." in by_id["w1"]
    assert "evidence at rank 4" in by_id["w1"]
    assert "no citation right, answer not quoted" in by_id["w1"]
    assert "evidence not retrieved" in by_id["f1"]
    assert "The articles do not say." in by_id["f1"]
    assert "several" in by_id["s1"]
    assert "first citation wrong" in by_id["s1"]
    assert "not refused" in by_id["u1"]
    assert "A refusal" in by_id["u1"]


def test_evidence_that_is_not_indexed_is_said_to_be_missing() -> None:
    page = as_html(a_report([wrong()], paragraphs={}), "set.jsonl")
    assert "The index has no such paragraph." in page


def test_much_evidence_folds() -> None:
    places = frozenset((f"{n}.txt", 1) for n in range(9))
    result = a_result(a_question(evidence=places), an_answer())
    report = a_report([result], paragraphs={place: f"text {place[0]}" for place in places})
    page = as_html(report, "set.jsonl")
    assert "<summary>6 more paragraphs would do</summary>" in page
    assert all(f"text {n}.txt" in page for n in range(9))


@pytest.mark.parametrize(
    ("result", "miss"),
    [
        (right(), False),
        (wrong(), True),
        (refused(), True),
        (rightly_refused(), False),
        (wrongly_answered(), True),
        (a_result(a_question(), an_answer(a_citation(THERE), a_citation())), True),
        (a_result(a_question(evidence=frozenset()), an_answer(text="of roses"), rank=None), False),
        (Result(a_question(), None, 1.0, rank=2), True),
        (Result(a_question(), None, 1.0, rank=1), False),
        (Result(a_question(), None, 1.0), False),
    ],
)
def test_what_a_miss_is(result: Result, miss: bool) -> None:
    assert is_miss(result) is miss


def test_a_page_of_retrieval_alone() -> None:
    results = [
        Result(a_question(f"q{n}", type="fact"), None, 5.0 + n, rank=n % 4) for n in range(12)
    ]
    page = as_html(a_report(results), "set.jsonl")
    assert "retrieval alone" in page
    assert len(re.findall("<svg", page)) == 2
    assert page.count("not ranked first") == 9
    assert "Was cited" not in page
    assert "<th>first" not in page


def test_a_page_of_one_question() -> None:
    for result in [right(), refused(held_back=[]), rightly_refused(), wrongly_answered()]:
        assert "</html>" in as_html(a_report([result]), "set.jsonl")


def test_a_comparison_shows_both_answers() -> None:
    before = [wrong("a"), right("b"), right("c"), right("only")]
    now = [right("a"), refused("b"), right("c")]
    against = compare(now, before, "old.json", tuple(METRICS))
    page = as_html(a_report(now, against=against), "set.jsonl")
    assert "Against old.json" in page
    assert "1 only in the earlier one: only" in page
    improved = page[page.index("Improved: 1") : page.index("Broke: 1")]
    assert "There are tulips" in improved
    assert "There are <mark>roses</mark>" in improved
    assert "<b>b</b> right, first, found, answered" in page[page.index("Broke: 1") :]


# -- in a browser --------------------------------------------------------------------------

_BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
_ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    executable = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if executable is None:
        pytest.skip(f"no browser on this machine (looked for {', '.join(_BROWSERS)})")
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_legibly(browser: Any, tmp_path: Path, scheme: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(as_html(a_report(SOME), "set.jsonl"), "utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda request: told.append(request.url))
    page.goto(path.as_uri())
    assert told == [path.as_uri()], "one request, and no complaint"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    colours = page.evaluate(
        """() => { const style = (e, name) => getComputedStyle(e)[name];
        const figure = document.querySelector('figure');
        return [style(figure, 'backgroundColor'), style(figure.querySelector('text'), 'fill'),
                style(figure.querySelector('path[style*="--first"]'), 'stroke')]; }"""
    )
    back, ink, line = (_luminance(colour) for colour in colours)
    assert _contrast(back, ink) >= 7
    assert _contrast(back, line) >= 4.5
    assert (back > ink) is (scheme == "light")
    context.close()


def _luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: float, b: float) -> float:
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
