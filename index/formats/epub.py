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
            blocks.extend(text_blocks(tree, around=False))
    if not blocks:
        raise no_text()
    return from_blocks(
        blocks,
        title=_first(package, "title"),
        author=", ".join(e.text.strip() for e in _named(package, "creator") if e.text),
        date=_first(package, "date"),
        url=next((u for u in [_first(package, "source")] if u.startswith("http")), ""),
    )


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
