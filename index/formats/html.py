"""HTML pages: the article alone, by trafilatura; the whole page where it finds none."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from typing import Any

import trafilatura

from index.formats.article import article_blocks
from index.formats.charsets import browser_name
from index.formats.extracted import (
    BETWEEN_CELLS,
    Extracted,
    FormatError,
    from_blocks,
    letters_of,
    no_text,
)
from index.formats.markup import is_hidden, line_around, name_of, parse_html, text_blocks
from index.formats.page_facts import address_of, author_of, published, title_of
from index.formats.text import decode as decode_text
from index.formats.text import refuse_other_formats

_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})"
    rb"|<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 4096  # bytes
_TAG = re.compile(r"<\s*(?:!doctype|html|head|body|p|div|article|h\d|table|ul|span|br|a)\b", re.I)
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}
_INLINE = re.compile(r"data:[\w/+.;=-]{1,60};base64,[A-Za-z0-9+/=\s]+")  # pictures in the page
_LARGE = 3_000_000  # characters
_WIDE = 0.5  # of the characters of the page's blocks that trafilatura must have found, if few
_FEW = 600  # characters
_SENTENCE = 80  # characters of a block, at least, that is more than a byline
_CUT = ("time", "label", "output", "data", "meter", "cite")
_MOST_CUT = 2000
_READINGS = frozenset({"rt", "rp"})  # how a word is said, above it
_UNSEEN = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only "
    "mw-editsection katex-html MathJax_Preview MJX_Assistive_MathML".split()
)
_LONGEST_UNSEEN = 200  # characters
_BUT_SCRIPTS = " but what scripts may write"
_AS_SHOWN = "save the page as a browser shows it"

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def extract(data: bytes) -> Extracted:
    """The article of a page: menus, footers, comments and sign-ups left out.

    Raises:
        FormatError: it is no HTML, or has no text.
    """
    refuse_other_formats(data, ())
    return from_page(decode(data))


def from_page(page: str) -> Extracted:
    """As `extract`, of a page that is decoded."""
    if not _TAG.search(page):
        raise FormatError("is not HTML: there is no tag in it", "name it with .txt")
    page = _INLINE.sub("data:,", page)
    tree = parse_html(page)
    if tree is None:
        raise no_text(_BUT_SCRIPTS, _AS_SHOWN)
    if len(page) > _LARGE:
        return _whole(tree)
    _take_out(tree)
    found: Any = trafilatura.bare_extraction(
        _for_trafilatura(tree),
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        date_extraction_params=_DATES,
    )
    blocks = [] if found is None or found.body is None else list(_blocks(found.body))
    title = "" if found is None else title_of(tree, found.title or "")
    blocks = article_blocks(tree, blocks, title)
    said = sum(map(len, blocks))
    if said < _FEW:
        # On a short page it may take the article for what stands around one.
        plain = text_blocks(tree, around=False)
        if said < _WIDE * sum(map(len, plain)):
            blocks = plain
    if not any(block.strip() for block in blocks):
        raise no_text(_BUT_SCRIPTS, _AS_SHOWN)
    if found is None:
        return from_blocks(blocks)
    return from_blocks(
        blocks,
        title=title,
        author=author_of(found.author or ""),
        date=published(tree),
        url=address_of(page, found.url or ""),
        with_title=letters_of(title) not in map(letters_of, blocks),
    )


def _take_out(tree: Any) -> None:
    """Remove what no reader sees, or not as words of the text."""
    most = _length(tree) // 2
    for element in list(tree.iter()):
        if element.getparent() is None or name_of(element) == "body":
            continue
        if is_hidden(element) and _length(element) > most:
            # The page itself, until a script shows it.
            for name in {"hidden", "style"}.intersection(element.attrib):
                del element.attrib[name]
        elif name_of(element) in _READINGS or is_hidden(element) or _is_unseen(element):
            element.drop_tree()


def _length(element: Any) -> int:
    """Characters of the text in an element, without scripts."""
    scripts = sum(len(script.text or "") for script in element.iter("script", "style"))
    return len(element.text_content()) - scripts


def _is_unseen(element: Any) -> bool:
    """Whether an element is for programs that read the page aloud, or says a formula again."""
    names = (element.get("class") or "").split()
    return not _UNSEEN.isdisjoint(names) and len(element.text_content()) <= _LONGEST_UNSEEN


def _for_trafilatura(tree: Any) -> Any:
    """A copy in which words of a sentence are not marked as what trafilatura cuts out."""
    copy = deepcopy(tree)
    for element in islice(copy.iter(*_CUT), _MOST_CUT):
        if sum(map(len, line_around(element))) > _SENTENCE:
            element.tag = "span"
    return copy


def _whole(tree: Any) -> Extracted:
    """A page that is too large for an article: all of it, without what stands around."""
    title = next((element.text for element in tree.iter("title")), None)
    return from_blocks(text_blocks(tree, around=False), title=title or "")


def decode(data: bytes) -> str:
    """The page's text: by its byte order mark, UTF-8, or the encoding that it declares.

    Raises:
        FormatError: it is empty or no text.
    """
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            match = _DECLARED.search(data[:_DECLARED_WITHIN])
            if match is not None:
                name = (match[1] or match[2]).decode("ascii", "replace")
                try:
                    return data.decode(browser_name(name), "replace")
                except LookupError:
                    pass
    return decode_text(data)


def _blocks(body: Any) -> Iterator[str]:
    """The paragraphs of trafilatura's tree."""
    for element in body:
        if element.tag == "row":
            cells = (" ".join(_text(cell).split()) for cell in element)
            yield BETWEEN_CELLS.join(filter(None, cells))
        elif element.tag in ("list", "quote", "table", "div") and len(element):
            if element.text and element.text.strip():
                yield element.text
            yield from _blocks(element)
        else:
            yield _text(element)
        if element.tail and element.tail.strip():
            yield element.tail


def _text(element: Any) -> str:
    """The words of an element, a line break between lines."""
    parts = [element.text or ""]
    for child in element:
        if child.tag == "lb":
            parts.append(" ")
        parts.extend((_text(child), child.tail or ""))
    return "".join(parts)
