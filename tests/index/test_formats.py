"""Formats one by one: what their files say, and the process that reads them."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.formats import APART, json_lines, markup, text
from index.formats.apart import Apart
from index.formats.charsets import browser_name
from index.formats.extracted import Extracted, FormatError, clean, from_blocks
from index.formats.worker import read
from index.load import SourceFile, digest, entries
from index.paragraphs import split_paragraphs
from tests.index.hostile import (
    FRENCH,
    OPENED,
    PAGE,
    REPAIRS,
    RUSSIAN,
    mail,
    pdf_lines,
    pdf_with_content,
)

POLISH = (
    "Wójt gminy ogłosił w poniedziałek, że stary most zostanie znów otwarty dla pieszych. "
    "Żaden z mieszkańców nie wiedział, ile będą kosztować prace remontowe przy moście.\n"
) * 3


def extract(name: str, data: bytes) -> Extracted:
    """In this process: what the process apart would reply."""
    reply = read(name, data)
    if "article" not in reply:
        raise FormatError(reply["reason"], reply["fix"])
    return Extracted(**reply["article"])


def paragraphs(found: Extracted) -> list[str]:
    return [found.text[p.start : p.end] for p in split_paragraphs(found.text)]


# -- blocks --------------------------------------------------------------------------------


@given(st.lists(st.text(max_size=40), max_size=8), st.text(max_size=20))
def test_every_block_becomes_one_paragraph(blocks: list[str], title: str) -> None:
    kept = [clean(block) for block in blocks if any(c.isalnum() for c in clean(block))]
    try:
        found = from_blocks(blocks, title=title, with_title=False)
    except FormatError:
        assert not kept
        return
    assert paragraphs(found) == kept
    found.text.encode("utf-8")


def test_a_title_stands_above_unless_it_does_already() -> None:
    assert from_blocks(["Text."], title="Title", with_title=True).text == "Title\n\nText."
    again = from_blocks(["TITLE!", "Text."], title="Title", with_title=True)
    assert again.text == "TITLE!\n\nText."


def test_ligatures_and_soft_hyphens_are_mended() -> None:
    assert clean("the of\ufb01ce\u00ad of \ufb02oods\x00\n now") == "the office of floods now"


# -- encodings -----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("words", [RUSSIAN, FRENCH, OPENED, "Καλημέρα σε όλους, είπε ο δήμαρχος. "])
def test_utf_16_without_its_mark_is_told(words: str, encoding: str) -> None:
    assert text.decode((words * 3).encode(encoding)) == words * 3


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        ("“Quotes” – and dashes… of Windows, he’d said, cost £5. " * 3, "cp1252"),
    ],
    ids=["cp1251", "koi8-r", "cp1252", "cp1250", "quotes"],
)
def test_encodings_of_one_byte_are_told(words: str, encoding: str) -> None:
    assert text.decode(words.encode(encoding)) == words


def test_utf_8_with_a_broken_byte_stays_utf_8() -> None:
    assert text.decode(RUSSIAN.encode() + b"\xd0") == f"{RUSSIAN}\ufffd"


@given(st.binary(max_size=300))
def test_bytes_are_text_or_refused(data: bytes) -> None:
    with suppress(FormatError):  # anything else fails this test
        assert "\x00" not in text.decode(data)


# -- HTML, Markdown, mail ------------------------------------------------------------------


def test_what_stands_around_an_article_is_left_out() -> None:
    found = extract("html", PAGE.encode())
    assert paragraphs(found)[0] == "Harbour opens again"
    assert "Home" not in found.text
    assert "cats" not in found.text
    assert (found.title, found.author, found.date) == (
        "Harbour opens again",
        "Ann Byron",
        "2025-12-30",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_a_page_says_in_which_encoding_it_is(encoding: str) -> None:
    page = f"<html><head><meta charset='{encoding}'></head><body><p>{RUSSIAN}</p></body></html>"
    assert paragraphs(extract("html", page.encode(encoding))) == [" ".join(RUSSIAN.split())]


@pytest.mark.parametrize(
    ("declared", "written", "words"),
    [
        ("gb2312", "gbk", "前总理朱镕基的回忆录星期三在北京出版，共四卷，首印十万册。"),
        ("gbk", "gb18030", "部长说，第一笔款将在三月到账，贷款期限为㐀二十五年。"),
        ("Shift_JIS", "cp932", "①停電はⅡ期に分けて解消する計画だと当局は髙橋氏に説明している。"),
        ("x-sjis", "cp932", "①停電はⅡ期に分けて解消する計画だと当局は説明している。"),
        ("euc-kr", "cp949", "햏자들은 월요일에 오래된 항구가 다시 열렸다고 똠방각하에게 말했다."),
        ("big5", "big5hkscs", "部長說，第一筆款將在三月到賬，貸款期限為二十五年，喺香港。"),
        ("tis-620", "cp874", "ท่าเรือเก่าเปิดอีกครั้งเมื่อวันจันทร์ “หลังพายุ” นายกเทศมนตรีกล่าว…"),
        (
            "iso-8859-9",
            "cp1254",
            "Eski liman “pazartesi günü” yeniden açıldı, dedi belediye başkanı…",
        ),
        ("iso-8859-1", "cp1252", "The harbour “opened again” – on Monday, said the mayor…"),
        ("iso-8859-8-i", "cp1255", "הנמל הישן נפתח מחדש ביום שני על ידי ראש העירייה – “סוף סוף”."),
        ("windows-1251", "cp1251", "Старую гавань снова открыли в понедельник, сообщил мэр."),
    ],
)
def test_a_declared_encoding_is_what_browsers_take_it_for(
    declared: str, written: str, words: str
) -> None:
    page = f"<html><head><meta charset='{declared}'></head><body><p>{words}</p></body></html>"
    assert paragraphs(extract("html", page.encode(written))) == [words]


def test_a_name_that_no_browser_knows_is_given_back() -> None:
    assert browser_name(" X-Unknown ") == "x-unknown"
    assert browser_name("Windows-1252") == "cp1252"


def test_blocks_are_told_apart_as_a_browser_does() -> None:
    tree = markup.parse_html(
        "<body>Bare text<p>One <b>bold</b> word.<br>Same block.</p><ul><li>A</li><li>B<p>C</p></ul>"
        "<table><tr><td>1</td><td>2</td></tr></table><script>x()</script><nav>Menu</nav>"
    )
    blocks = [" ".join(block.split()) for block in markup.text_blocks(tree) if block.strip()]
    expected = ["Bare text", "One bold word. Same block.", "A", "B", "C", "1 | 2", "Menu"]
    assert blocks == expected
    assert "Menu" not in markup.text_blocks(tree, around=False)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>One<br>line<br> <br>Two</p>", ["One line", "Two"]),
        ("<ul><li>A<ul><li>B</li></ul>C</li></ul>", ["A", "B", "C"]),
        ("<table><tr><td><p>1</p><p>2</p></td><td></td><td>3<br>4</td></tr>", ["1 2 | 3 4"]),
        (f"<table><tr><td><p>{OPENED}</p><p>{REPAIRS}</p></td></tr></table>", [OPENED, REPAIRS]),
        (f"<tr><td>Menu<td>{OPENED}<br><br>{REPAIRS}", ["Menu", OPENED, REPAIRS]),
        ("<p>A<span hidden>B</span>C</p><p style='color:red;display:none'>D</p>", ["AC"]),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字", ["漢字"]),
        ("Text<fieldset><legend>A</legend>B</fieldset>", ["Text", "A", "B"]),
    ],
)
def test_lines_cells_and_items_are_not_glued(source: str, expected: list[str]) -> None:
    blocks = markup.text_blocks(markup.parse_html(f"<body>{source}"))
    assert [" ".join(block.split()) for block in blocks] == expected


def test_markdown_is_read_without_its_signs() -> None:
    source = f"# Harbour\n\n{OPENED}\n\nTwo\nlines *with* [a link](x).\n\n1. One\n2. Two\n"
    found = extract("markdown", source.encode())
    assert paragraphs(found) == ["Harbour", OPENED, "Two lines with a link.", "One", "Two"]
    assert found.title == "Harbour"


def test_html_in_markdown_is_read_as_html() -> None:
    source = b"<!-- no text -->\n\n<div>Some <b>bold</b> text.</div>\n\nMore text.\n"
    assert paragraphs(extract("markdown", source)) == ["Some bold text.", "More text."]


def test_a_large_page_is_read_as_a_whole_and_pictures_in_it_count_for_nothing() -> None:
    picture = "<img src='data:image/png;base64," + "QUJD" * 1_000_000 + "'>"
    assert extract("html", PAGE.replace("<h2>", f"{picture}<h2>").encode()).author == "Ann Byron"
    large = f"<title>A &amp; B</title><nav>Menu</nav>{f'<p>{OPENED}</p>' * 40_000}"
    found = extract("html", large.encode())
    assert found.title == "A & B"
    assert len(paragraphs(found)) == 40_000


def test_front_matter_is_no_text() -> None:
    found = extract("markdown", b"---\ntitle: 'A: b'\nDate: 2025-12-30\n---\nText of it.\n")
    assert (found.text, found.title, found.date) == ("A: b\n\nText of it.", "A: b", "2025-12-30")


def test_hard_wrapped_mail_keeps_its_paragraphs() -> None:
    lines = "\n\n".join(textwrap.fill(words, 60) for words in (OPENED, REPAIRS))
    found = extract("eml", mail(text=lines))
    assert [" ".join(p.split()) for p in paragraphs(found)[1:]] == [OPENED, REPAIRS]


# -- PDF -----------------------------------------------------------------------------------


def test_pages_begin_where_their_text_does() -> None:
    found = extract("pdf", pdf_lines([(72, 700, OPENED)], [], [(72, 700, REPAIRS), (72, 30, "3")]))
    assert paragraphs(found) == [OPENED, REPAIRS]
    assert found.pages == (0, len(OPENED) + 2, len(OPENED) + 2)


def test_a_paragraph_goes_on_over_a_page() -> None:
    first = "The harbour of Bath was opened again on Monday by the mayor, and many"
    found = extract(
        "pdf",
        pdf_lines(
            [(72, 780, "Times 7"), (72, 700, first), (72, 40, "7")],
            [(72, 780, "Times 8"), (72, 700, "people came to see it."), (72, 40, "8")],
        ),
    )
    assert paragraphs(found) == [f"{first} people came to see it."]
    assert found.pages == (0, len(first) + 1)


def test_indents_and_short_lines_begin_paragraphs() -> None:
    long = "The harbour of Bath was opened again on Monday by the mayor of the town."
    lines = [(72, 700, long), (84, 688, long), (72, 676, "Few came."), (72, 664, long)]
    assert paragraphs(extract("pdf", pdf_lines([*lines]))) == [long, f"{long} Few came.", long]


def test_a_title_made_by_a_program_is_none() -> None:
    assert extract("pdf", pdf_lines([(72, 700, OPENED)])).title == ""


# -- JSON ----------------------------------------------------------------------------------


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_any_json_is_an_article_or_refused(value: object) -> None:
    for item in (value, {"text": value, "id": value, "title": value, "date": value}):
        try:
            found = json_lines.article_of(item)
        except FormatError:
            continue
        found.text.encode("utf-8")
    assert isinstance(json_lines.id_of({"id": value}), str)


def test_an_edited_line_changes_one_article_alone(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    source = SourceFile("wire.jsonl", path)

    def digests() -> dict[str, str]:
        found: dict[str, str] = {}
        for entry in entries(source, 10**6):
            assert isinstance(entry, tuple)
            found[entry[0].name] = digest(entry[1])
        return found

    path.write_text('{"id": 1, "text": "One."}\n{"id": 2, "text": "Two."}\n')
    before = digests()
    path.write_text('{"id": 0, "text": "New."}\n{"id": 1, "text": "One."}\n{"id": 2, "text": "2."}')
    after = digests()
    assert list(after) == ["wire.jsonl#0", "wire.jsonl#1", "wire.jsonl#2"]
    assert after["wire.jsonl#1"] == before["wire.jsonl#1"]
    assert after["wire.jsonl#2"] != before["wire.jsonl#2"]


def test_many_wrong_lines_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    path.write_text("{\n" * 50)
    said = [str(entry) for entry in entries(SourceFile("wire.jsonl", path), 10**6)]
    assert len(said) == 11
    assert "40 more lines of wire.jsonl cannot be read" in said[-1]


# -- the process apart ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    with Apart() as apart:
        yield apart


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*APART.values(), "json_lines"}))
@given(data=st.binary(max_size=200))
@settings(max_examples=20, deadline=None)
def test_any_bytes_are_an_article_or_refused(apart: Apart, name: str, data: bytes) -> None:
    heads = {"pdf": b"%PDF-1.4\n", "docx": b"PK\x03\x04", "epub": b"PK\x03\x04", "json_lines": b"{"}
    for given_data in (data, heads.get(name, b"<p>") + data):
        with suppress(FormatError):  # anything else fails this test
            apart.extract(name, given_data).text.encode("utf-8")


@pytest.mark.slow
def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    slow = pdf_with_content(b"BT /F1 9 Tf (a) Tj ET\n" * 2_000_000)
    with Apart(seconds=2.0) as apart:
        started = time.monotonic()
        with pytest.raises(FormatError, match="takes longer than 2 s to read"):
            apart.extract("pdf", slow)
        assert time.monotonic() - started < 6
        assert apart.extract("eml", mail(text=OPENED)).title == "Hafen wieder geöffnet"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_reader_that_dies_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with Apart() as apart:
        apart.extract("html", PAGE.encode())
        assert apart._process is not None
        first = apart._process.pid
        os.kill(first, 9)
        with pytest.raises(FormatError, match="breaks the program that reads it"):
            apart.extract("html", PAGE.encode())
        assert apart.extract("html", PAGE.encode()).title == "Harbour opens again"
        assert apart._process is not None
        assert apart._process.pid != first


@pytest.mark.slow
def test_the_process_ends_with_its_owner() -> None:
    with Apart() as apart:
        apart.extract("html", PAGE.encode())
        process = apart._process
        assert process is not None
        assert process.poll() is None
    assert process.poll() is not None
