"""Markdown: its text without the signs; title, date and author from the front matter."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.formats.extracted import Extracted, from_blocks
from index.formats.markup import parse_html, text_blocks
from index.formats.text import decode

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.S | re.M)
_FIELD = re.compile(r"^([A-Za-z_-]{2,30})[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_BETWEEN_CELLS = " | "


def extract(data: bytes) -> Extracted:
    """One paragraph for each paragraph, heading, list item, row of a table and code block.

    Raises:
        FormatError: it is no text.
    """
    text = decode(data)
    fields: dict[str, str] = {}
    if front := _FRONT_MATTER.match(text):
        fields = {name.lower(): value.strip("\"'") for name, value in _FIELD.findall(front[1])}
        text = text[front.end() :]
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    blocks = _blocks(tokens)
    headline = next((b for b, is_title in blocks if is_title), "")
    title = fields.get("title", "")
    return from_blocks(
        (block for block, _ in blocks),
        title=title or headline,
        author=fields.get("author", "") or fields.get("authors", "").strip("[]"),
        date=fields.get("date", "") or fields.get("published", ""),
        url=fields.get("url", "") or fields.get("canonical", ""),
        with_title=bool(title),
    )


def _blocks(tokens: list[Token]) -> list[tuple[str, bool]]:
    """Each block, and whether it is a headline of the first rank."""
    blocks: list[tuple[str, bool]] = []
    cells: list[str] | None = None
    is_title = False
    for token in tokens:
        if token.type == "heading_open":
            is_title = token.tag == "h1"
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            blocks.append((_BETWEEN_CELLS.join(cells or []), False))
            cells = None
        elif token.type == "inline":
            text = _inline(token.children or [])
            if cells is None:
                blocks.append((text, is_title))
            else:
                cells.append(text)
            is_title = False
        elif token.type in ("fence", "code_block"):
            blocks.append((token.content, False))
        elif token.type == "html_block":
            tree = parse_html(token.content)
            found = [] if tree is None else text_blocks(tree)
            blocks.extend((block, False) for block in found)
    return blocks


def _inline(tokens: list[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "image":
            parts.append("")  # a picture's description is no sentence of the article
    return "".join(parts)
