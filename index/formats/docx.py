"""Word's DOCX: paragraphs, list items and rows of tables, as python-docx opens them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

from index.formats.archive import MAGIC, Archive, broken, parse_xml
from index.formats.extracted import Extracted, FormatError, from_blocks
from index.formats.text import refuse_other_formats

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT_BOX: Final = f"{_W}txbxContent"
_HEADINGS: Final = ("title", "heading 1", "heading1")
_BETWEEN_CELLS: Final = " | "


def extract(data: bytes) -> Extracted:
    """The text as it stands, tracked insertions in it and deletions not.

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
        blocks = list(_blocks(document.element.body))
        created = properties.created
        title, author = properties.title, properties.author
        headline = next((p.text for p in document.paragraphs if _is_headline(p)), "")
    except (KeyError, ValueError, AttributeError, TypeError, OSError) as error:
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


def _blocks(parent: Any) -> Iterator[str]:
    """The blocks below an element of the body, in order."""
    for child in parent:
        if child.tag == f"{_W}p":
            boxes: list[Any] = []
            yield "".join(_words(child, boxes))
            for box in boxes:
                yield from _blocks(box)
        elif child.tag == f"{_W}tbl":
            for row in child.iter(f"{_W}tr"):
                cells = (" ".join(_blocks(cell)).strip() for cell in row.iterchildren(f"{_W}tc"))
                yield _BETWEEN_CELLS.join(filter(None, cells))
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _blocks(child)


def _words(element: Any, boxes: list[Any]) -> Iterator[str]:
    """The text of a paragraph; the text boxes anchored in it go to `boxes`."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            yield " "
        elif child.tag in (f"{_W}noBreakHyphen",):
            yield "\u2011"
        elif child.tag == _TEXT_BOX:
            boxes.append(child)
        elif child.tag not in (f"{_W}del", _FALLBACK):
            yield from _words(child, boxes)
