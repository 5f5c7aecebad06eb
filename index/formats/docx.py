"""Word's DOCX: paragraphs, list items, rows of tables and notes, as python-docx opens them."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final

from index.formats.archive import MAGIC, Archive, broken, parse_xml
from index.formats.extracted import BETWEEN_CELLS, Extracted, FormatError, from_blocks
from index.formats.text import refuse_other_formats

_OF_A_PROGRAM: Final = ("Word Document", "python-docx")  # what it writes where nothing is given
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT_BOX: Final = f"{_W}txbxContent"
_HEADINGS: Final = ("title", "heading 1", "heading1")
_AROUND: Final = tuple(f"{_W}{name}" for name in "sdt sdtContent ins moveTo customXml".split())
"""What blocks, rows and cells may stand in."""
_NOT_SHOWN: Final = (*(f"{_W}{name}" for name in "del moveFrom rt".split()), _FALLBACK)
_BROKEN: Final = (
    *(KeyError, ValueError, AttributeError, TypeError, OSError),
    *(zipfile.BadZipFile, zlib.error),  # a picture, which is not read before
)
_NOTES: Final = ("footnote", "endnote")
_OFF: Final = ("0", "false", "off", "none")


def extract(data: bytes) -> Extracted:
    """The text as a reader sees it: tracked insertions in it, deletions and hidden words not.

    Raises:
        FormatError: it is no DOCX, encrypted, damaged, or has no text.
    """
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise FormatError("is encrypted", "save it without a password")
        raise FormatError("is an old Word file (.doc)", "save it as .docx")
    refuse_other_formats(data, (MAGIC,))
    archive = Archive(data)
    if "[Content_Types].xml" not in archive.names:
        raise FormatError("is not what its name says: it is no Word file", "check where it is from")
    for name in archive.names:
        if name.endswith((".xml", ".rels")):
            parse_xml(archive.read(name) or b"")  # python-docx would trust it
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
        properties = document.core_properties
        blocks = list(_Reader(_notes(document.part)).blocks(document.element.body))
        created = properties.created
        title, author = (
            "" if value in _OF_A_PROGRAM else value
            for value in (properties.title, properties.author)
        )
        headline = next((p.text for p in document.paragraphs if _is_headline(p)), "")
    except _BROKEN as error:
        raise broken() from error
    return from_blocks(
        blocks,
        title=title or headline,
        author=author,
        created=created.date().isoformat() if created else "",
    )


def _is_headline(paragraph: Any) -> bool:
    style = paragraph.style
    return style is not None and (style.name or "").lower() in _HEADINGS


def _notes(part: Any) -> dict[tuple[str, str], Any]:
    """Footnotes and endnotes: (which of them, id) → element."""
    found: dict[tuple[str, str], Any] = {}
    for relation in part.rels.values():
        kind = relation.reltype.rpartition("/")[2].removesuffix("s")
        if kind in _NOTES and not relation.is_external:
            for note in parse_xml(relation.target_part.blob).iterchildren(f"{_W}{kind}"):
                found.setdefault((kind, note.get(f"{_W}id", "")), note)
    return found


class _Reader:
    """Reads blocks; each note, once, after the paragraph or row that refers to it."""

    def __init__(self, notes: dict[tuple[str, str], Any]) -> None:
        self._notes = notes
        self._due: list[Any] = []

    def blocks(self, parent: Any, *, in_cell: bool = False) -> Iterator[str]:
        """The blocks below an element of the body, in order."""
        for child in parent:
            if child.tag == f"{_W}p":
                boxes: list[Any] = []
                yield "".join(self._words(child, boxes))
                for box in boxes:
                    yield from self.blocks(box, in_cell=in_cell)
                if not in_cell:
                    yield from self._notes_due()
            elif child.tag == f"{_W}tbl":
                for row in _inside(child, f"{_W}tr"):
                    yield self._row(row)
                    if not in_cell:
                        yield from self._notes_due()
            elif child.tag in _AROUND:
                yield from self.blocks(child, in_cell=in_cell)

    def _row(self, row: Any) -> str:
        if row.find(f"{_W}trPr/{_W}del") is not None:
            return ""
        cells = (" ".join(self.blocks(c, in_cell=True)).strip() for c in _inside(row, f"{_W}tc"))
        return BETWEEN_CELLS.join(filter(None, cells))

    def _notes_due(self) -> Iterator[str]:
        while self._due:
            due, self._due = self._due, []  # a note may have notes
            for note in due:
                yield from self.blocks(note, in_cell=True)

    def _words(self, element: Any, boxes: list[Any]) -> Iterator[str]:
        """The text of a paragraph; the text boxes anchored in it go to `boxes`."""
        for child in element:
            if child.tag == f"{_W}t":
                yield child.text or ""
            elif child.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
                yield " "
            elif child.tag == f"{_W}noBreakHyphen":
                yield "\u2011"
            elif child.tag == _TEXT_BOX:
                boxes.append(child)
            elif child.tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
                kind = child.tag.removeprefix(_W).removesuffix("Reference")
                note = self._notes.pop((kind, child.get(f"{_W}id", "")), None)
                self._due.extend([] if note is None else [note])
            elif child.tag not in _NOT_SHOWN and not _is_hidden(child):
                yield from self._words(child, boxes)


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, those in content controls among them."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _AROUND:
            yield from _inside(child, tag)


def _is_hidden(element: Any) -> bool:
    """Whether it is a run of words that Word does not show."""
    if element.tag != f"{_W}r":
        return False
    sign = element.find(f"{_W}rPr/{_W}vanish")
    return sign is not None and sign.get(f"{_W}val", "1") not in _OFF
