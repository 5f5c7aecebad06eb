"""The day of an article: from its file's facts, its name or its dateline; never a guess."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.boilerplate import classify
from index.dates import article_date, is_date_line, parse_date
from index.paragraphs import split_paragraphs

BODY = "The harbour of Bath was opened again on Monday by Mayor Carla Ruiz, after the storm."


def dated(text: str, name: str = "a.txt", **facts: str) -> str | None:
    return article_date(name, text, classify(text, split_paragraphs(text)), **facts)


@pytest.mark.parametrize(
    "text",
    [
        "2025-12-30",
        "2025-12-30T23:30:00-05:00",
        "2025-12-30T00:10:00+14:00",
        "2025-12-30T23:59:59Z",
        "2025/12/30",
        "20251230",
        "D:20251230235959-11'00'",
        "Tue, 30 Dec 2025 23:30:00 -0500",
        "December 30, 2025",
        "Dec. 30th, 2025",
        "30 December 2025",
        "30-Dec-2025",
        "30. Dezember 2025",
        "30 de diciembre de 2025",
        "30 décembre 2025",
        "30 декабря 2025 года",
        "30.12.2025",
        "30/12/2025",
        "12/30/2025",
        "2025年12月30日",
        "2025년 12월 30일",
    ],
)
def test_days_are_read_as_they_are_written(text: str) -> None:
    assert parse_date(text) == date(2025, 12, 30)


@pytest.mark.parametrize(
    "text", ["", "soon", "03/04/2025", "31 February 2025", "2025-13-01", "1234567", "2025", "May"]
)
def test_what_is_no_plain_day_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.dates(date(1500, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%Y%m%d}") == day
    assert parse_date(f"{day:%d %B %Y}") == day
    assert parse_date(f"{day:%B %d, %Y}") == day


@given(st.text(max_size=80), st.text(max_size=200))
def test_any_text_has_a_day_or_none(name: str, text: str) -> None:
    found = dated(text, name, stated=name, created=text)
    assert found is None or date.fromisoformat(found)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2025-12-30_x.txt", "2025-12-30"),
        ("20251230.txt", "2025-12-30"),
        ("archive/2025/12/30/story.txt", "2025-12-30"),
        ("story-20251230T1200.html", "2025-12-30"),
        ("2024/x_2025_12_30.md", "2025-12-30"),
        ("wire.jsonl#2025-12-30-a", "2025-12-30"),
        ("loan_30_December_2025.txt", "2025-12-30"),
        ("30.12.2025.txt", "2025-12-30"),
        ("новости 30 декабря 2025.txt", "2025-12-30"),
        ("03-04-2025.txt", None),
        ("003_0d0a706ae6d384e8.txt", None),
        ("c20251230f.txt", None),
        ("1220251230.txt", None),
        ("2025-12-32.txt", None),
        ("2025-1230.txt", None),
    ],
)
def test_names_of_files(name: str, day: str | None) -> None:
    assert dated(BODY, name) == day


@pytest.mark.parametrize(
    "head",
    [
        "LONDON, Dec 30, 2025 (Reuters) - {}",
        "Dec. 30, 2025 (Reuters) - {}",
        "NEW YORK/LONDON, 30 December 2025 - {}",
        "KYIV, Ukraine (AP) — Dec. 30, 2025 — {}",
        "WASHINGTON, Dec. 30, 2025 /PRNewswire/ -- {}",
        "Moskau, 30. Dezember 2025 (dpa) – {}",
        "МОСКВА, 30 декабря 2025 (ТАСС) - {}",
        "Headline\n\nPublished: 30 December 2025\n\n{}",
        "Headline\n\nTuesday, December 30, 2025 14:05 GMT\n\n{}",
        "Headline\n\nBy Ann Byron, 30 December 2025\n\n{}",
        "Headline\n\nDec 30, 2025 | 3 min read\n\n{}",
        "Headline\n\nUpdated 2 Jan 2026\n\nPublished 30 Dec 2025\n\n{}",
        "Headline\n\nStand: 30.12.2025, 14:05 Uhr\n\n{}",
        "{}\n\nPublished on 30 December 2025.",
        "MOSCOW, December 30, 2025. /TASS/. {}",
        "Москва. 30 декабря 2025 г. INTERFAX.RU - {}",
        "KYIV. Dec 30, 2025 (Interfax-Ukraine) - {}",
        "Headline\n\nBy Ann Byron | December 30, 2025\n\n{}",
        "Headline\n\nBy Ann Byron, Reuters\nDecember 30, 2025 6:22 PM GMT+1\n\n{}",
        "Headline\n\nBy Ann Byron | Dec. 30, 2025 6:22 pm ET\n\n{}",
        "Headline\n\nGeneva, 30 December 2025\n\n{}",
        "FOR IMMEDIATE RELEASE: December 30, 2025\n\n{}",
        "Headline\n\nA short lead.\n\nDec. 30, 2025, 6:22 p.m. ET\n\n{}",
        "Headline\n\n30 грудня 2025, 18:22\n\n{}",
        "Headline\n\n30 grudnia 2025\n\n{}",
        "Headline\n\n30 Aralık 2025\n\n{}",
        "Headline\n\n30 ديسمبر 2025\n\n{}",
        "Headline\n\n2025年12月30日 18時22分\n\n{}",
        "Headline\n\n2025-12-30 18:22:00 来源: 新华网\n\n{}",
        "Headline\n\nStarts 14 August 2026\n\n{}\n\nPublished 30 December 2025",
    ],
)
def test_datelines(head: str) -> None:
    assert dated(head.format(BODY)) == "2025-12-30"


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        f"{BODY}\n\nThe war began on Feb. 24, 2022, and it has not ended since, said the mayor.",
        f"The meeting of 5 May 2020 - the last of the committee - was the best.\n\n{BODY}",
        f"Born May 5, 1970: Ann Byron is the writer of many books about her town.\n\n{BODY}",
        f"On December 5, 2021 (Sunday) - a thing happened in the town.\n\n{BODY}",
        f"LONDON, Dec 30 (Reuters) - {BODY}",
        f"Ann Byron, engineer\n\nBorn 14 June 1931\n\n{BODY}",
        f"Ann Byron, engineer\n\nBorn: 14 June 1931\n\n{BODY}",
        f"The bridge\n\nOpened | 14 June 1931\n\n{BODY}",
        f"Talk on bridges\n\nWhen: Friday, 14 August 2026, 19:00\n\n{BODY}",
        f"Grants\n\nDeadline 31 March 2026\n\n{BODY}",
        f"The loan\n\n{BODY}\n\nFirst loan: 12 May 2019",
        f"The war\n\n{BODY}\n\n24 February 2022\n\n{BODY}\n\n6 December 2025\n\n{BODY}",
        f"24 February 2022\n\n{BODY}\n\n6 December 2025\n\n{BODY}",
    ],
)
def test_days_that_are_told_of_are_not_the_article_s(text: str) -> None:
    assert dated(text) is None


def test_a_chinese_dateline_takes_its_year_from_the_path() -> None:
    assert dated(f"新华社北京12月30日电 {BODY}", "2025/a.txt") == "2025-12-30"


@pytest.mark.parametrize(
    ("line", "is_date"),
    [
        ("Last modified on Wed 7 Jan 2026 09.10 GMT", False),
        ("Tue 6 Jan 2026 18.22 GMT", True),
        ("Published 6:22 PM EST, Tue January 6, 2026", True),
        ("5 min read", True),
        ("Loan agreed on 6 January 2026", False),
        ("NATO", False),
        ("The loan", False),
    ],
)
def test_lines_that_tell_the_day_and_no_more(line: str, is_date: bool) -> None:
    assert is_date_line(line) is is_date


def test_a_dateline_without_a_year_takes_that_of_the_name_or_of_the_file() -> None:
    text = f"LONDON, Dec 30 (Reuters) - {BODY}"
    assert dated(text, "2025/a.txt") == "2025-12-30"
    assert dated(text, created="2026-01-02") == "2025-12-30"
    assert dated(text, created="2025-12-30T10:00:00Z") == "2025-12-30"


def test_what_the_file_says_comes_before_its_name_and_its_name_before_its_text() -> None:
    text = f"LONDON, Dec 3, 2025 (Reuters) - {BODY}"
    facts = {"stated": "2025-12-01", "created": "2025-12-04"}
    assert dated(text, "2025-12-02.txt", **facts) == "2025-12-01"
    assert dated(text, "2025-12-02.txt", created="2025-12-04") == "2025-12-02"
    assert dated(text, created="2025-12-04") == "2025-12-03"
    assert dated(BODY, created="2025-12-04") == "2025-12-04"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system has one time zone")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_local_time_changes_nothing(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert parse_date("2025-12-30T23:30:00-05:00") == date(2025, 12, 30)
        from index.formats.json_lines import article_of

        assert article_of({"text": "x", "date": 1767139200}).date == "2025-12-31"
    finally:
        monkeypatch.undo()
        time.tzset()
