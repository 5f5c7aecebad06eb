"""Every file of a hostile folder is indexed rightly, or named with its reason; none breaks it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from index.chunk import chunk_article
from index.load import list_files
from index.models import Article
from index.scan import Scan, scan_folder
from tests.index import hostile
from tests.index.hostile import FILES, IN_SHARED, MAX_BYTES, SECRET, SHARED, Indexed, Named

SECONDS = 4.0
ARTICLES = [*FILES, *(name for _, articles in SHARED.values() for name in articles)]


@dataclass(frozen=True)
class Outcome:
    scan: Scan
    expected: dict[str, hostile.Outcome]
    reasons: dict[str, str]
    longest: float
    """Seconds that the slowest file took."""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The folder, made and read once."""
    folder = tmp_path_factory.mktemp("hostile") / "articles"
    expected = hostile.make(folder)
    times = [time.monotonic()]
    scan = scan_folder(
        list_files(folder),
        {},
        MAX_BYTES,
        lambda what, done, total: times.append(time.monotonic()),
        seconds_a_file=SECONDS,
    )
    longest = max(after - before for before, after in pairwise(times))
    reasons = {item.file: item.reason for item in scan.skipped}
    return Outcome(scan, expected, reasons, longest)


@pytest.mark.slow
@pytest.mark.parametrize("name", ARTICLES, ids=ascii)
def test_a_file_is_indexed_rightly_or_named(outcome: Outcome, name: str) -> None:
    if name not in outcome.expected:
        pytest.skip("this system has no such names")
    check(outcome, name)


@pytest.mark.slow
def test_what_only_some_systems_allow_is_named(outcome: Outcome) -> None:
    others = outcome.expected.keys() - set(ARTICLES)
    assert "huge.txt" in others
    for name in others:
        check(outcome, name)


def check(outcome: Outcome, name: str) -> None:
    expected = outcome.expected[name]
    if isinstance(expected, Named):
        assert name not in outcome.scan.changed
        assert expected.reason in outcome.reasons[name]
    else:
        assert name in outcome.scan.changed, outcome.reasons.get(name)
        check_article(outcome.scan.changed[name], expected)


def check_article(article: Article, expected: Indexed) -> None:
    shown = [article.paragraph_text(p.number)[:100] for p in article.paragraphs]
    for number, words in expected.words.items():
        assert words in article.paragraph_text(number), shown
    assert expected.count in (None, len(article.paragraphs)), shown
    assert not [words for words in expected.without if words in article.text]
    assert SECRET not in article.text
    for fact, value in expected.facts.items():
        assert getattr(article, fact) == value, fact
    for number, page in expected.pages.items():
        assert article.page_at(article.paragraph(number).start) == page
    for chunk in chunk_article(article):
        paragraph = article.paragraph(chunk.paragraph)
        assert paragraph.start <= chunk.start < chunk.end <= paragraph.end
        assert article.text[chunk.start : chunk.end] == chunk.text
    article.text.encode("utf-8")


@pytest.mark.slow
def test_articles_in_one_file_are_named_one_by_one(outcome: Outcome) -> None:
    said = [item.reason for item in outcome.scan.skipped if "wire.jsonl" in item.reason]
    assert sorted(said) == sorted(IN_SHARED)


@pytest.mark.slow
def test_nothing_else_is_left_out_and_nothing_hangs(outcome: Outcome) -> None:
    named = {name for name, what in outcome.expected.items() if isinstance(what, Named)}
    in_shared = {"wire.jsonl", "wire.jsonl#a17", "wire.jsonl#line-4"}
    assert outcome.reasons.keys() - named - in_shared == set()
    assert len(outcome.expected) >= 60
    assert outcome.longest < 2 * SECONDS + 3


def test_what_leads_out_is_not_followed(outcome: Outcome) -> None:
    assert not [a for a in outcome.scan.changed.values() if SECRET in a.text]


def test_two_scans_find_the_same(outcome: Outcome, tmp_path: Path) -> None:
    """The process apart gives the same words each time: an index from scratch equals an update."""
    for name in ("page.html", "report.pdf", "letter.docx", "book.epub", "plain.eml"):
        (tmp_path / name).write_bytes(FILES[name][0]())
    again = scan_folder(list_files(tmp_path), {}, MAX_BYTES, lambda what, done, total: None)
    for name, article in again.changed.items():
        assert article.text == outcome.scan.changed[name].text
        assert article.paragraphs == outcome.scan.changed[name].paragraphs
