"""Blocks of text of an HTML tree: what a reader sees as paragraphs, headings, items and rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from lxml import etree, html

from index.formats.extracted import BETWEEN_CELLS

_SILENT: Final = frozenset(
    "script style template noscript head iframe object embed svg canvas audio video map "
    "select textarea button input dialog rt rp annotation annotation-xml".split()
)
_AROUND: Final = frozenset("nav footer aside form menu".split())
"""What stands around an article on a page."""
_BLOCKS: Final = frozenset(
    "address article blockquote body caption center dd details div dl dt fieldset figcaption "
    "figure h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main ol p pre section summary table "
    "tbody tfoot thead tr ul nav footer aside form".split()
)
_CELLS: Final = frozenset({"td", "th"})
ENOUGH: Final = 400
"""Characters of a line that tell a sentence from a byline."""
_NEIGHBOURS: Final = 20  # elements of a line that are looked at on each side
_PROSE_IN_CELL: Final = 60  # letters of each of two paragraphs that make a cell a column of text
_NOT_SHOWN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A block's text as written, the element in which it stands, and its letters within links."""

    text: str
    element: Any
    linked: int = 0


def parse_html(text: str) -> Any | None:
    """The tree of an HTML document; None if there is none in it."""
    parser = html.HTMLParser(
        recover=True,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def text_blocks(root: Any, *, around: bool = True) -> list[str]:
    """The blocks of a tree, in order, as `blocks_of`, their text alone."""
    return [block.text for block in blocks_of(root, around=around)]


def blocks_of(root: Any, *, around: bool = True) -> list[TextBlock]:
    """The blocks of a tree, in order.

    A row of a table is one block, its cells apart; but where a table only lays out the page, and
    its cells hold paragraphs, these are blocks. Two line breaks after each other end a block.

    Args:
        root: an element of lxml.
        around: with menus, footers and the like.
    """
    return _Reader(around).read(root)


def block_element(element: Any) -> Any:
    """The nearest element, itself or above, that makes a block."""
    while not _is_block(element) and element.getparent() is not None:
        element = element.getparent()
    return element


def name_of(element: Any) -> str:
    """The tag in lower case without its namespace; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def is_hidden(element: Any) -> bool:
    """Whether a browser would not show it, as far as the page itself says; a whole page is shown
    in the end, by a script."""
    if name_of(element) in ("html", "body"):
        return False
    return element.get("hidden") is not None or bool(_NOT_SHOWN.search(element.get("style") or ""))


def line_around(element: Any) -> tuple[str, str]:
    """The words before and after an element, as far as no block stands between, and not many more
    than `ENOUGH` characters."""
    before: list[str] = []
    after: list[str] = []
    while not _is_block(element) and (parent := element.getparent()) is not None:
        after.append(element.tail or "")
        for sibling in islice(element.itersiblings(), _NEIGHBOURS):
            if _is_block(sibling) or sum(map(len, after)) > ENOUGH:
                break
            after.extend((_words(sibling), sibling.tail or ""))
        for sibling in islice(element.itersiblings(preceding=True), _NEIGHBOURS):
            before.append(sibling.tail or "")
            if _is_block(sibling) or sum(map(len, before)) > ENOUGH:
                break
            before.append(_words(sibling))
        else:
            before.append(parent.text or "")
        if sum(map(len, before)) + sum(map(len, after)) > 2 * ENOUGH:
            break
        element = parent
    return "".join(reversed(before)), "".join(after)


def _is_block(element: Any) -> bool:
    return name_of(element) in _BLOCKS or name_of(element) in _CELLS


def _words(element: Any) -> str:
    parts: list[str] = []
    for text in element.itertext() if name_of(element) else ():
        parts.append(text)
        if sum(map(len, parts)) > ENOUGH:
            break
    return "".join(parts)


class _Reader:
    """Gathers the blocks of a tree."""

    def __init__(self, around: bool) -> None:
        self._around = around
        self._blocks: list[TextBlock] = []
        self._part: list[str] = []
        self._origin: Any = None
        self._linked = 0
        self._links = 0  # open
        self._row: Any = None  # the row of a table of data that is being read
        self._break = False  # a line break is the last thing read
        self._cell = False  # a cell has begun and said nothing yet

    def read(self, root: Any) -> list[TextBlock]:
        for sign, element in _walk(root, self._around):
            if sign == "text":
                self._say(element.text, element)
            elif sign == "tail":
                self._say(element.tail, element.getparent())
            else:
                self._pass(sign, element, name_of(element))
        self._finish()
        return self._blocks

    def _say(self, text: str | None, parent: Any) -> None:
        if not text:
            return
        if text.isspace():
            self._part.append(text)
            return
        if self._cell and self._origin is not None:
            self._part.append(BETWEEN_CELLS)
        self._part.append(text)
        self._break = self._cell = False
        if self._origin is None:
            self._origin = parent
        if self._links:
            self._linked += sum(map(str.isalnum, text))

    def _pass(self, sign: str, element: Any, name: str) -> None:
        if name == "a":
            self._links += 1 if sign == "start" else -1
        elif name == "time" and self._part and self._part[-1][-1:].isalnum() and sign == "start":
            self._part.append(" ")  # a style sheet sets it apart
        elif name == "br":
            if sign == "start":
                self._new_line()
        elif name == "tr" and self._row is None and sign == "start" and _is_data(element):
            self._finish()
            self._row = element
        elif self._row is not None:
            if element is self._row:
                self._finish()
                self._row = None
            elif name in _CELLS:
                self._cell = True
            elif name in _BLOCKS:
                self._part.append(" ")
        elif name in _BLOCKS or name in _CELLS:
            self._finish()

    def _new_line(self) -> None:
        if self._break and self._row is None:
            self._finish()
        self._part.append(" ")
        self._break = True

    def _finish(self) -> None:
        if self._origin is not None:
            element = self._origin if self._row is None else self._row
            self._blocks.append(TextBlock("".join(self._part), element, self._linked))
        self._part.clear()
        self._origin, self._linked, self._break, self._cell = None, 0, False, False


def _is_data(row: Any) -> bool:
    """Whether a row has cells that say something beside each other; else it lays out a page."""
    cells = [cell for cell in row if name_of(cell) in _CELLS]
    if len(cells) < 2 or next(row.iterdescendants("table", "tr"), None) is not None:
        return False
    return not any(_holds_prose(cell) for cell in cells)


def _holds_prose(cell: Any) -> bool:
    if next(cell.iter("p", "div", "br", "li"), None) is None:
        return False
    parts = _Reader(around=True).read(cell)
    return sum(sum(map(str.isalnum, part.text)) >= _PROSE_IN_CELL for part in parts) >= 2


def _walk(root: Any, around: bool) -> Iterator[tuple[str, Any]]:
    """The tree in reading order, without recursion: its depth is the writer's choice."""
    stack: list[tuple[str, Any]] = [("enter", root)]
    while stack:
        sign, element = stack.pop()
        if sign != "enter":
            yield sign, element
            continue
        name = name_of(element)
        if not name or name in _SILENT or is_hidden(element):
            continue
        if not around and name in _AROUND and not _is_page(element, name):
            continue
        yield "start", element
        yield "text", element
        stack.append(("end", element))
        for child in reversed(element):
            stack.append(("tail", child))
            stack.append(("enter", child))


def _is_page(element: Any, name: str) -> bool:
    """Some programs put a whole page into a form."""
    return name == "form" and next(element.iter("h1"), None) is not None
