"""Markdown as programs for pages and notes write it: front matter, rules, signs of their own."""

from __future__ import annotations

import json

import pytest

from index.formats.extracted import Extracted
from index.formats.markdown import extract
from index.formats.worker import read
from index.paragraphs import split_paragraphs
from tests.index.hostile import OPENED, REPAIRS


def paragraphs(source: str) -> list[str]:
    found = extract(source.encode())
    return [found.text[p.start : p.end] for p in split_paragraphs(found.text)]


def below(front: str) -> Extracted:
    """What is read of a text below some front matter, of which nothing is text but its title."""
    found = extract(f"{front}\n\n{OPENED}\n".encode())
    assert found.text == (f"{found.title}\n\n{OPENED}" if found.title else OPENED)
    return found


# -- front matter --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start",
    [
        "---\n\n# Harbour\n\n",
        "---\nNote: this is the first part.\n\nIt is text between rules.\n\n",
        "---\nNote: it is text between rules.\n",
        "---\n\nnote: it is text between rules.\n\n",
        "---\n- An item\n- Another\n\n",
        "+++\nno = [front matter\n",
    ],
)
def test_a_text_may_begin_with_a_rule(start: str) -> None:
    rule = start[:3]
    found = paragraphs(f"{start}{rule}\n\n{OPENED}\n\n---\n\n{REPAIRS}\n")
    assert len(found) > 2
    assert found[-2:] == [OPENED, REPAIRS]


def test_a_rule_that_opens_and_never_closes_is_a_rule() -> None:
    assert paragraphs(f"---\ntitle: Harbour\n\n{OPENED}") == ["title: Harbour", OPENED]


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: 'A: b'\nauthor: Ann Byron\ndate: 2025-12-30 # first\nurl: https://x.example/\n---",
        '---\r\ntitle: "A: b"\r\nauthors:\r\n  - Ann Byron\r\npublished_at: 2025-12-30\r\n'
        "permalink: https://x.example/\r\n...",
        "\ufeff---\nTitle: A: b\nAuthor: Ann Byron\nDate: 2025-12-30\nCanonical: https://x.example/\n---",
        "---\ntitle: >-\n  A:\n  b\nauthors: [{name: Ann Byron}]\ndescription: |\n  Two\n  lines\n"
        "pubDate: 2025-12-30\nlink: https://x.example/\n---",
        '+++\ntitle = "A: b"\nauthor = "Ann Byron"\ndate = 2025-12-30\nurl = "https://x.example/"\n+++',
        json.dumps(
            {
                "title": "A: b",
                "author": "Ann Byron",
                "date": "2025-12-30",
                "url": "https://x.example/",
            },
            indent=1,
        ),
    ],
    ids=["yaml", "crlf", "loose", "blocks", "toml", "json"],
)
def test_front_matter_of_every_kind(front: str) -> None:
    found = below(front)
    assert (found.title, found.author, found.date, found.url) == (
        "A: b",
        "Ann Byron",
        "2025-12-30",
        "https://x.example/",
    )


def test_a_date_keeps_its_time_zone_and_a_day_of_creation_comes_last() -> None:
    assert below("---\ndate: 2025-12-30T23:30:00-05:00\n---").date == "2025-12-30T23:30:00-05:00"
    assert below("+++\ndate = 2025-12-30T23:30:00-05:00\n+++").date.startswith("2025-12-30T23")
    made = below("---\ncreated: 2026-01-08\ntags:\n  - sea\n---")
    assert (made.date, made.created) == ("", "2026-01-08")


@pytest.mark.parametrize(
    "front",
    [
        "a0: &a0 [x, x]\n"
        + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 99))
        + "author: *a98",
        "author: &a [*a, *a]",
        "author: " + "[" * 15_000,
        "tags: !!python/object/apply:os.system ['true']",
    ],
    ids=["bomb", "loop", "deep", "object"],
)
def test_yaml_that_means_harm_does_none(front: str) -> None:
    reply = read("markdown", f"---\n{front}\n---\n\n{OPENED}".encode())
    assert reply["article"]["text"].endswith(OPENED)


# -- signs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("It is open.[^1] Yes.[^long-name]", "It is open. Yes."),
        ("- [x] Painted", "Painted"),
        ("* [ ] Painted", "Painted"),
        ("The ~~old~~ *new* rate", "The new rate"),
        ("[[Carla Ruiz|Ruiz]] and [[Peter Lang]] ![[map.png]]came", "Ruiz and Peter Lang came"),
        ("They ==disagree== on 1 == 2", "They disagree on 1 == 2"),
        ("`a[^1] [[b]] ==c==`", "a[^1] [[b]] ==c=="),
        ("A list [x] of it", "A list [x] of it"),
    ],
)
def test_signs_of_programs_for_notes_are_left_out(source: str, text: str) -> None:
    assert paragraphs(source) == [text]


def test_a_callout_has_its_title_apart() -> None:
    assert paragraphs(f"> [!info]- Of note\n> {OPENED}\n") == ["Of note", OPENED]
    assert paragraphs(f"> [!NOTE]\n> {OPENED}\n") == [OPENED]


def test_footnotes_are_paragraphs() -> None:
    notes = "[^a]: Letter of the mayor.\n    It has two lines.\n[^b]: https://x.example/\n"
    assert paragraphs(f"{OPENED}[^a] [^b]\n{notes}") == [
        OPENED,
        "Letter of the mayor. It has two lines.",
        "https://x.example/",
    ]
    assert paragraphs("> [^a]: Letter of the mayor.") == ["Letter of the mayor."]
    assert paragraphs("```\n[^a]: code\n```") == ["[^a]: code"]
