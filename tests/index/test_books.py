"""EPUB and DOCX: boxes, notes, and what their writers have struck out, moved or hidden."""

from __future__ import annotations

import io
import zipfile

import pytest

from index.formats import docx, epub
from index.formats.extracted import Extracted
from index.paragraphs import split_paragraphs
from tests.index.hostile import (
    CHAPTERS,
    OPENED,
    REPAIRS,
    docx_with,
    epub_members,
    rezipped,
    zipped,
)

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "OEBPS/content.opf"


def paragraphs(found: Extracted) -> list[str]:
    return [found.text[p.start : p.end] for p in split_paragraphs(found.text)]


# -- EPUB ----------------------------------------------------------------------------------


def test_boxes_and_footnotes_of_a_book_are_read_and_menus_are_not() -> None:
    chapter = (
        f'<nav><a href="a">Contents</a></nav><p>{OPENED}<a epub:type="noteref" href="#n">1</a></p>'
        f'<aside epub:type="footnote" id="n"><p><a role="doc-backlink" href="#r">1</a>'
        f"It was a Monday.</p></aside><aside><p>{REPAIRS}</p></aside><footer>Page 1</footer>"
    )
    found = epub.extract(zipped(epub_members({"a.xhtml": chapter})))
    assert paragraphs(found) == [OPENED, "It was a Monday.", REPAIRS]


@pytest.mark.parametrize(
    ("dates", "date", "created"),
    [
        (
            '<dc:date opf:event="modification">2026-03-01</dc:date><dc:date>2026-01-06</dc:date>',
            "2026-01-06",
            "",
        ),
        (
            '<dc:date>2026-01-07</dc:date><dc:date opf:event="publication">2026-01-06</dc:date>',
            "2026-01-06",
            "",
        ),
        (
            '<dc:date opf:event="modification">2026-03-01</dc:date>'
            '<dc:date opf:event="creation">2026-01-05</dc:date>',
            "",
            "2026-01-05",
        ),
        ('<dc:date opf:event="modification">2026-03-01</dc:date>', "", ""),
    ],
)
def test_a_day_of_change_is_no_day_of_publication(dates: str, date: str, created: str) -> None:
    members = epub_members(CHAPTERS)
    package = members[PACKAGE].decode().replace("<dc:date>2025-12-30</dc:date>", dates)
    package = package.replace("<metadata", '<metadata xmlns:opf="http://www.idpf.org/2007/opf"')
    found = epub.extract(zipped(members | {PACKAGE: package.encode()}))
    assert (found.date, found.created) == (date, created)


# -- DOCX ----------------------------------------------------------------------------------


def words(text: str, around: str = "", properties: str = "") -> str:
    run = f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"
    return f'<w:{around} w:id="1" w:author="a">{run}</w:{around}>' if around else run


def note(kind: str, number: int) -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def with_notes(data: bytes, **notes: str) -> bytes:
    """A DOCX with parts of footnotes and endnotes, each with this XML in it."""
    types = "[Content_Types].xml"
    relations = "word/_rels/document.xml.rels"
    changes = {}
    members = {types: "", relations: ""}
    for kind, inner in notes.items():
        changes[f"word/{kind}s.xml"] = f"<w:{kind}s {W}>{inner}</w:{kind}s>".encode()
        members[types] += (
            f'<Override PartName="/word/{kind}s.xml" ContentType="application/vnd.openxmlformats-'
            f'officedocument.wordprocessingml.{kind}s+xml"/>'
        )
        members[relations] += (
            f'<Relationship Id="r{kind}" Type="{OFFICE}/{kind}s" Target="{kind}s.xml"/>'
        )
    for name, added in members.items():
        end = b"</Types>" if name == types else b"</Relationships>"
        changes[name] = member(data, name).replace(end, added.encode() + end)
    return rezipped(data, changes)


def member(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def test_notes_stand_below_what_refers_to_them() -> None:
    cell = f"<w:tc><w:p>{words('2024')}{note('footnote', 3)}</w:p></w:tc>"
    other = f"<w:tc><w:p>{words('120')}</w:p></w:tc>"
    data = docx_with(
        f"<w:p>{words(OPENED)}{note('footnote', 2)}{note('endnote', 2)}{note('footnote', 9)}</w:p>"
        f"<w:tbl><w:tr>{cell}{other}</w:tr></w:tbl>"
        f"<w:p>{words(REPAIRS)}{note('footnote', 2)}</w:p>"
    )
    foot = (
        f'<w:footnote w:id="-1" w:type="separator"><w:p>{words("-x-")}</w:p></w:footnote>'
        f'<w:footnote w:id="2"><w:p>{words("First.")}{note("footnote", 2)}</w:p>'
        f"<w:p>{words('Second.')}</w:p></w:footnote>"
        f'<w:footnote w:id="3"><w:p>{words("Third.")}</w:p></w:footnote>'
    )
    end = f'<w:endnote w:id="2"><w:p>{words("Last.")}</w:p></w:endnote>'
    found = docx.extract(with_notes(data, footnote=foot, endnote=end))
    assert paragraphs(found) == [
        *[OPENED, "First.", "Second.", "Last."],
        *["2024 | 120", "Third."],
        REPAIRS,
    ]


def test_what_was_moved_stands_where_it_was_moved_to() -> None:
    data = docx_with(
        f"<w:p>{words('It is open. ', 'moveFrom')}{words('She said so.')}</w:p>"
        f"<w:p>{words('It is open. ', 'moveTo')}</w:p>"
    )
    assert paragraphs(docx.extract(data)) == ["She said so.", "It is open."]


def test_hidden_words_are_left_out() -> None:
    off = '<w:vanish w:val="0"/>'
    data = docx_with(
        f"<w:p>{words('Secret. ', properties='<w:vanish/>')}{words('Shown.', properties=off)}</w:p>"
    )
    assert paragraphs(docx.extract(data)) == ["Shown."]


def test_rows_are_read_once_and_those_struck_out_are_not() -> None:
    inner = f"<w:tbl><w:tr><w:tc><w:p>{words('inner')}</w:p></w:tc></w:tr></w:tbl>"
    struck = f'<w:tr><w:trPr><w:del w:id="1" w:author="a"/></w:trPr><w:tc><w:p>{words("x")}</w:p>'
    control = f"<w:sdt><w:sdtContent><w:tc><w:p>{words('c')}</w:p></w:tc></w:sdtContent></w:sdt>"
    data = docx_with(
        f"<w:tbl><w:tr><w:tc><w:p>{words('a')}</w:p>{inner}</w:tc><w:tc><w:p>{words('b')}</w:p></w:tc>"
        f"{control}</w:tr>{struck}</w:tc></w:tr></w:tbl>"
    )
    assert paragraphs(docx.extract(data)) == ["a inner | b | c"]
