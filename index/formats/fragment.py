"""A piece of HTML that stands where text is expected: its text, with its paragraphs.

Nothing is taken for furniture: whoever put it into a field has already chosen what to keep.
"""

from __future__ import annotations

import re
from typing import Final

from index.formats.extracted import clean, with_newlines
from index.formats.markup import parse_html, text_blocks

_BREAK: Final = re.compile(r"<br\b[^<>]{0,100}>", re.IGNORECASE)
_BREAKS: Final = re.compile(r"(?:<br\b[^<>]{0,100}>(?:\s|&nbsp;){0,20}){2,}", re.IGNORECASE)
_BLOCK: Final = re.compile(
    r"<(?:p|div|li|h[1-6]|blockquote|section|article|tr|td|dd|dt|figcaption|pre|header)\b",
    re.IGNORECASE,
)
_PARAGRAPH: Final = re.compile(r"<p[\s>]", re.IGNORECASE)
_BLANK_LINE: Final = re.compile(r"\n[ \t\r]*\n")


def text_of(page: str) -> str:
    """The text of a piece of HTML, a blank line between two paragraphs; "" if it has none.

    Where it has no paragraphs of its own, its lines and line breaks make them.
    """
    page = with_newlines(page)
    if not _BLOCK.search(page):
        tree = parse_html(_BREAK.sub("\n", page))
        return "" if tree is None else "\n\n".join(filter(str.strip, text_blocks(tree)))
    has_paragraphs = _PARAGRAPH.search(page)
    tree = parse_html(_BREAKS.sub("<p>", page))
    blocks = [] if tree is None else text_blocks(tree)
    if (
        not has_paragraphs
    ):  # headings and lists between lines that a program would make paragraphs of
        blocks = [part for block in blocks for part in _BLANK_LINE.split(block)]
    return "\n\n".join(filter(None, map(clean, blocks)))
