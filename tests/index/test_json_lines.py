"""JSON as feeds, programs for pages and scrapers write it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from index.formats import is_apart
from index.formats.extracted import Extracted, FormatError
from index.formats.json_lines import article_of, items_of, parse
from index.load import SourceFile, entries, extract
from index.paragraphs import split_paragraphs
from tests.index.hostile import OPENED, REPAIRS


def paragraphs(found: Extracted) -> list[str]:
    return [found.text[p.start : p.end] for p in split_paragraphs(found.text)]


def text_of(value: object) -> list[str]:
    return paragraphs(article_of({"text": value}))


# -- the text ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        f"<p>{OPENED}</p><p>{REPAIRS} <a href='x'></a>&nbsp;</p>",
        f"<p>{OPENED}<p>{REPAIRS}",
        f"{OPENED}<br><br />{REPAIRS}",
        f"{OPENED}<BR>\n{REPAIRS}",
        f"<div>{OPENED}<br/>&nbsp;<br/>{REPAIRS}</div>",
        f"\n<!-- wp:paragraph -->\n<p>{OPENED}</p>\n\n<p>{REPAIRS}</p>",
        f"<em>{OPENED[:20]}</em>{OPENED[20:]}\n\n{REPAIRS}",
        f"<html><head><title>x</title></head><body><aside>{OPENED}</aside>{REPAIRS}</body></html>",
    ],
)
def test_html_in_a_text_is_read_as_html(page: str) -> None:
    assert text_of(page) == [OPENED, REPAIRS]


def test_paragraphs_between_headings_of_html_are_told_by_blank_lines() -> None:
    page = f"{OPENED}\n\n<h2>What comes next</h2>\n{REPAIRS}\n\n{OPENED}"
    assert text_of(page) == [OPENED, "What comes next", REPAIRS, OPENED]


def test_characters_that_html_writes_as_entities_are_told() -> None:
    assert text_of("&quot;Yes&quot;, said AT&amp;T &#8211; &pound;5.") == ['"Yes", said AT&T – £5.']


@pytest.mark.parametrize(
    "words", ["1 < 2 and 3 > 2", "AT&T & Co; R&D; &c.", "Begin it with the <p> tag.", "a <- b </p>"]
)
def test_text_that_is_no_html_stays_as_it_is(words: str) -> None:
    assert text_of(words) == [words]


@pytest.mark.parametrize(
    "value",
    [
        [OPENED, REPAIRS],
        [{"type": "paragraph", "text": OPENED}, {"type": "image"}, {"text": REPAIRS}],
        [{"type": "text/html", "value": f"<p>{OPENED}</p><p>{REPAIRS}</p>"}],
        {"rendered": f"<p>{OPENED}</p>\n<p>{REPAIRS}</p>\n", "protected": False},
        {"blocks": [{"data": {"text": OPENED}}, {"data": {"text": REPAIRS}}]},
    ],
)
def test_a_text_may_be_in_parts(value: object) -> None:
    assert text_of(value) == [OPENED, REPAIRS]


@pytest.mark.parametrize(
    "name",
    "articleBody article_body ArticleBody content_html fullText BODY content:encoded".split(),
)
def test_a_text_may_have_another_name(name: str) -> None:
    assert paragraphs(article_of({name: OPENED, "text": " "})) == [OPENED]


def test_the_names_that_are_documented_go_first() -> None:
    item = {"Text": "b", "body": "c", "text": "a", "headline": "d", "title": "e", "pubDate": "f"}
    found = article_of({**item, "date": "2025-12-30", "link": "g", "url": "h"})
    assert (found.text, found.title, found.date, found.url) == ("e\n\na", "e", "2025-12-30", "h")


def test_parts_without_end_are_refused() -> None:
    value: Any = OPENED
    for _ in range(300):
        value = {"text": [value]}
    with pytest.raises(FormatError, match="has no text"):
        article_of({"text": value, "author": [[[[[["x"]]]]]]})


def test_json_of_windows_is_read() -> None:
    assert parse(json.dumps({"text": "ä"}).encode("utf-16")) == {"text": "ä"}


# -- what it says about itself -------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ({"publishedAt": "2026-01-06T18:22:00Z"}, "2026-01-06T18:22:00Z"),
        ({"publishedAt": None, "published_at": "2026-01-06"}, "2026-01-06"),
        ({"publication_date": "2026-01-06"}, "2026-01-06"),
        ({"pubDate": "Wed, 07 Jan 2026 08:00:00 GMT"}, "Wed, 07 Jan 2026 08:00:00 GMT"),
        ({"published_at": "1767722520"}, "2026-01-06"),
        ({"published_at": "1767722520000"}, "2026-01-06"),
        ({"published_at": 1767722520000}, "2026-01-06"),
        ({"datePublished": 1767722520.5}, "2026-01-06"),
        ({"date": 20260106}, "20260106"),
        ({"date": "20260106"}, "20260106"),
        ({"date": float("inf")}, ""),
        ({"date": float("nan")}, ""),
        ({"date": True}, ""),
    ],
)
def test_dates_of_many_names_and_forms(said: dict[str, object], date: str) -> None:
    found = article_of({"text": OPENED, "created_at": "2025-01-01", **said})
    assert (found.date, found.created) == (date, "2025-01-01")


def test_a_message_of_a_network_has_its_day() -> None:
    found = article_of({"full_text": OPENED, "created_at": "Tue Jan 06 18:22:00 +0000 2026"})
    assert found.created == "06 Jan 2026"


@pytest.mark.parametrize(
    "said",
    [
        {"byline": "By Ann Byron"},
        {"author": {"@type": "Person", "name": "Ann Byron"}},
        {"author": 7, "authors": [{"displayName": "Ann Byron"}]},
        {"creator": "Ann Byron"},
        {"dc:creator": ["Ann Byron"]},
    ],
)
def test_authors_of_many_forms(said: dict[str, object]) -> None:
    assert article_of({"text": OPENED, **said}).author == "Ann Byron"


def test_titles_and_addresses_of_programs_for_pages() -> None:
    title = {"rendered": "Harbour &#8211; at last"}
    found = article_of({"title": title, "canonical_url": "https://x.example/h", "text": OPENED})
    assert (found.title, found.url) == ("Harbour – at last", "https://x.example/h")
    assert article_of({"headline": "Harbour", "text": OPENED}).title == "Harbour"


# -- several in a file ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "around",
    [
        lambda items: {"status": "ok", "articles": items},
        lambda items: {"version": "https://jsonfeed.org/version/1.1", "title": "P", "items": items},
        lambda items: {"data": items},
        lambda items: {"Results": items, "next": None},
        lambda items: {"response": {"docs": items}},
    ],
)
def test_what_a_service_answers_is_a_list_of_articles(around: Any) -> None:
    items = [{"id": 1, "content_html": f"<p>{OPENED}</p>"}, {"content": REPAIRS}]
    found = dict(items_of(json.dumps(around(items)).encode()))
    assert list(found) == ["1", "item-2"]
    assert [article_of(parse(item)).text for item in found.values()] == [OPENED, REPAIRS]


@pytest.mark.parametrize(
    "item",
    [
        {"text": OPENED, "items": [{"text": "x"}]},
        {"body": [{"text": OPENED}], "news": [{"text": "x"}]},
        {"articles": []},
        {"data": ["x"]},
        {},
    ],
)
def test_an_object_with_a_text_or_without_articles_is_one(item: dict[str, object]) -> None:
    data = json.dumps(item).encode()
    assert list(items_of(data)) == [("", data)]


def test_html_is_read_apart(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    lines = [{"text": OPENED}, {"text": f"<p>{OPENED}</p>"}]
    path.write_text("\n".join([*map(json.dumps, lines), '{"text": "\\u003Cp>Yes.</p>"}']))
    found = list(entries(SourceFile("wire.jsonl", path), 10**6))
    assert [is_apart(".jsonl", entry[1]) for entry in found if isinstance(entry, tuple)] == [
        False,
        True,
        True,
    ]
    texts = [extract(*entry).text for entry in found if isinstance(entry, tuple)]
    assert texts == [OPENED, OPENED, "Yes."]
