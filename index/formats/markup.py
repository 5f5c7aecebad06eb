"""Blocks of text of an HTML tree: what a reader sees as paragraphs, headings, items and rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree, html

_SILENT: Final = frozenset(
    "script style template noscript head iframe object embed svg math canvas audio video map "
    "select textarea button input dialog".split()
)
_AROUND: Final = frozenset("nav footer aside form menu".split())
"""What stands around an article on a page."""
_BLOCKS: Final = frozenset(
    "address article blockquote body caption center dd details div dl dt figcaption figure h1 h2 "
    "h3 h4 h5 h6 header hgroup hr html li main ol p pre section summary table tbody tfoot thead "
    "tr ul nav footer aside form".split()
)
_CELLS: Final = frozenset({"td", "th"})
_BETWEEN_CELLS: Final = " | "


def parse_html(text: str) -> Any | None:
    """The tree of an HTML document; None if there is none in it."""
    parser = html.HTMLParser(recover=True, no_network=True, huge_tree=False, encoding="utf-8")
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def text_blocks(root: Any, *, around: bool = True) -> list[str]:
    """The blocks of a tree, in order.

    Args:
        root: an element of lxml.
        around: with menus, footers and the like.
    """
    blocks: list[str] = []
    part: list[str] = []

    def finish() -> None:
        if part:
            blocks.append("".join(part))
            part.clear()

    for sign, element in _walk(root, around):
        name = _name(element)
        if sign == "text":
            part.append(element.text or "")
        elif sign == "tail":
            part.append(element.tail or "")
        elif name == "br":
            part.append(" ")
        elif name in _CELLS:
            if sign == "start" and part and "".join(part).strip():
                part.append(_BETWEEN_CELLS)
        elif name in _BLOCKS:
            finish()
    finish()
    return blocks


def _walk(root: Any, around: bool) -> Iterator[tuple[str, Any]]:
    """The tree in reading order, without recursion: its depth is the writer's choice."""
    stack: list[tuple[str, Any]] = [("enter", root)]
    while stack:
        sign, element = stack.pop()
        if sign != "enter":
            yield sign, element
            continue
        name = _name(element)
        if not name or name in _SILENT or (not around and name in _AROUND):
            continue
        yield "start", element
        yield "text", element
        stack.append(("end", element))
        for child in reversed(element):
            stack.append(("tail", child))
            stack.append(("enter", child))


def _name(element: Any) -> str:
    """The tag in lower case without its namespace; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""
