"""EPUB: the chapters in the order of the spine, as one article."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from index.formats.archive import MAGIC, Archive, broken
from index.formats.extracted import Extracted, FormatError, from_blocks, no_text
from index.formats.html import decode
from index.formats.markup import parse_html, text_blocks
from index.formats.text import refuse_other_formats

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_FONTS: Final = (".ttf", ".otf", ".woff", ".woff2")
_AROUND: Final = ("nav", "footer", "form", "menu")
"""What is no text of a chapter. Its boxes and footnotes, which are `aside`, are."""
_MARKS: Final = frozenset("noteref backlink doc-noteref doc-backlink".split())
"""Of links: the mark of a footnote, and that which leads back from it."""
_LONGEST_MARK: Final = 8  # characters: more are words
_OPF: Final = "{http://www.idpf.org/2007/opf}"
_PAGES: Final = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/xml")


def extract(data: bytes) -> Extracted:
    """All chapters but the table of contents.

    Raises:
        FormatError: it is no EPUB, encrypted, damaged, or has no text.
    """
    refuse_other_formats(data, (MAGIC,))
    archive = Archive(data)
    container = archive.xml(_CONTAINER)
    if container is None:
        raise FormatError("is not what its name says: it is no EPUB", "check where it is from")
    place = next((e.get("full-path", "") for e in _named(container, "rootfile")), "")
    package = archive.xml(place)
    if package is None:
        raise broken()
    locked = _encrypted(archive)
    blocks: list[str] = []
    for name in _spine(package, posixpath.dirname(place)):
        if name in locked:
            raise FormatError("is encrypted", "get it without copy protection")
        page = archive.read(name)
        tree = None if not page or not page.strip() else parse_html(decode(page))
        if tree is not None:
            blocks.extend(text_blocks(_chapter(tree)))
    if not blocks:
        raise no_text()
    return from_blocks(
        blocks,
        title=_first(package, "title"),
        author=", ".join(e.text.strip() for e in _named(package, "creator") if e.text),
        date=_date(package, ("publication", "original-publication", "ops-publication", "")),
        created=_date(package, ("creation",)),
        url=next((u for u in [_first(package, "source")] if u.startswith("http")), ""),
    )


def _chapter(tree: Any) -> Any:
    """A page without what is no text of it."""
    unwanted = list(tree.iter(*_AROUND))
    for link in tree.iter("a"):
        said = f"{link.get('epub:type', '')} {link.get('role', '')}".split()
        if not _MARKS.isdisjoint(said) and len(link.text_content()) <= _LONGEST_MARK:
            unwanted.append(link)
    for element in unwanted:
        if element.getparent() is not None:
            element.drop_tree()
    return tree


def _date(package: Any, events: tuple[str, ...]) -> str:
    """The first date of the package for the first of these events."""
    dates = [
        (str(e.get("event") or e.get(f"{_OPF}event") or "").lower(), e.text.strip())
        for e in _named(package, "date")
        if e.text and e.text.strip()
    ]
    return next((text for wanted in events for event, text in dates if event == wanted), "")


def _spine(package: Any, folder: str) -> Iterator[str]:
    """The names of the chapters, in reading order."""
    items = {item.get("id"): item for item in _named(package, "item")}
    for reference in _named(package, "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split():
            continue
        if item.get("media-type", _PAGES[0]) in _PAGES:
            path = unquote(item.get("href", "").partition("#")[0])
            yield posixpath.normpath(posixpath.join(folder, path))


def _encrypted(archive: Archive) -> frozenset[str]:
    """The members that only a key opens; fonts, often scrambled, do not matter."""
    listed = archive.xml(_ENCRYPTION)
    if listed is None:
        return frozenset()
    names = (unquote(e.get("URI", "")) for e in _named(listed, "CipherReference"))
    return frozenset(name for name in names if not name.lower().endswith(_FONTS))


def _first(root: Any, name: str) -> str:
    return next((e.text.strip() for e in _named(root, name) if e.text and e.text.strip()), "")


def _named(root: Any, name: str) -> Iterator[Any]:
    """The elements of a name in any namespace."""
    return iter(root.iter(f"{{*}}{name}"))
