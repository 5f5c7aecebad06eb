"""Markdown: its text without the signs; title, date and author from the front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.formats import front_matter
from index.formats.extracted import BETWEEN_CELLS, Extracted, from_blocks, with_newlines
from index.formats.facts import facts_of
from index.formats.markup import parse_html, text_blocks
from index.formats.text import decode

_FENCE: Final = re.compile(r" {0,3}(```|~~~)")
_FOOTNOTE: Final = re.compile(r" {0,3}\[\^[^\]\s]{1,60}\]:[ \t]*")
_CALLOUT: Final = re.compile(r"\[![\w-]{1,30}\][+-]?[ \t]*")
_TASK: Final = re.compile(r"\[[ xX]\][ \t]+")

# Signs that programs for notes know beside those of Markdown.
_SIGNS: Final = (
    (re.compile(r"^\[\^[^\]\s]{1,60}\]:\s|\[\^[^\]\s]{1,60}\]"), ""),  # the mark of a footnote
    (re.compile(r"!\[\[[^\[\]\n]{1,300}\]\]"), ""),  # a picture, or another text, put here
    (re.compile(r"\[\[[^\[\]|\n]{1,300}\|([^\[\]|\n]{1,300})\]\]"), r"\1"),
    (re.compile(r"\[\[([^\[\]|\n]{1,300})\]\]"), r"\1"),
    (re.compile(r"==(?=\S)([^=\n]{1,500})(?<=\S)=="), r"\1"),
)


def extract(data: bytes) -> Extracted:
    """One paragraph for each paragraph, heading, list item, row of a table and code block.

    Raises:
        FormatError: it is no text.
    """
    text = with_newlines(decode(data).removeprefix("\ufeff"))
    fields, text = front_matter.split(text)
    facts = facts_of(fields)
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    blocks = _blocks(parser.parse("\n".join(_footnotes_apart(text))))
    headline = next((b for b, is_title in blocks if is_title), "")
    return from_blocks(
        (block for block, _ in blocks),
        title=facts.title or headline,
        author=facts.author,
        date=facts.date,
        created=facts.created,
        url=facts.url,
        with_title=bool(facts.title),
    )


def _footnotes_apart(text: str) -> Iterator[str]:
    """The lines of a text, each footnote a paragraph without its mark."""
    fence = ""
    for line in text.split("\n"):
        if match := _FENCE.match(line):
            fence = "" if fence == match[1] else fence or match[1]
        note = None if fence else _FOOTNOTE.match(line)
        if note is None:
            yield line
        else:
            yield from ("", line[note.end() :])


def _blocks(tokens: list[Token]) -> list[tuple[str, bool]]:
    """Each block, and whether it is a headline of the first rank."""
    blocks: list[tuple[str, bool]] = []
    cells: list[str] | None = None
    is_title = False
    around = ["", ""]  # the types of the two tokens before
    for token in tokens:
        if token.type == "heading_open":
            is_title = token.tag == "h1"
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            blocks.append((BETWEEN_CELLS.join(cells or []), False))
            cells = None
        elif token.type == "inline":
            texts = _without_box(token.children or [], around)
            if cells is None:
                blocks.extend((text, is_title) for text in texts)
            else:
                cells.extend(texts)
            is_title = False
        elif token.type in ("fence", "code_block"):
            blocks.append((token.content, False))
        elif token.type == "html_block":
            tree = parse_html(token.content)
            found = [] if tree is None else text_blocks(tree)
            blocks.extend((block, False) for block in found)
        around = [around[1], token.type]
    return blocks


def _without_box(tokens: list[Token], around: list[str]) -> list[str]:
    """The text of a block, without the box of a task; the title of a callout by itself."""
    first = tokens[0].content if tokens and tokens[0].type == "text" else ""
    if around == ["list_item_open", "paragraph_open"] and (match := _TASK.match(first)):
        return [_inline(tokens)[match.end() :]]
    if around == ["blockquote_open", "paragraph_open"] and (match := _CALLOUT.match(first)):
        types = [token.type for token in tokens]
        end = types.index("softbreak") if "softbreak" in types else len(tokens)
        return [_inline(tokens[:end])[match.end() :], _inline(tokens[end:])]
    return [_inline(tokens)]


def _inline(tokens: list[Token]) -> str:
    """The text of tokens, without what is struck out."""
    parts: list[str] = []
    struck = 0
    for token in tokens:
        if token.type in ("s_open", "s_close"):
            struck += token.nesting
        elif struck:
            continue
        elif token.type == "text":
            parts.append(_without_signs(token.content))
        elif token.type == "code_inline":
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "image":
            parts.append("")  # a picture's description is no sentence of the article
    return "".join(parts)


def _without_signs(text: str) -> str:
    for sign, words in _SIGNS:
        text = sign.sub(words, text)
    return text
