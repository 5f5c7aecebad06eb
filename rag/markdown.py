"""A draft in Markdown or plain text → its sentences, as a reader would read them out.

Headings, code, rules and tables are no sentences; list markers, emphasis, links, HTML tags and
citation marks are left out of those that are.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from index.sentences import split_sentences

_FRONT_MATTER = re.compile(r"\A---\r?\n.*?\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_HEADING = re.compile(r"^ {0,3}#{1,6}(?:\s|$)")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-+)[ \t]*$")
_RULE = re.compile(r"^ {0,3}(?:[-*_][ \t]*){3,}$")
_TABLE = re.compile(r"^\s*\|.*\|\s*$")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*\S+")
_MARKER = re.compile(r"^\s*(?:>\s?)*\s*(?:(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?)?")
_BEGINS_ITEM = re.compile(r"^\s*(?:>\s?)*\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^()\s]*(?:\s+\"[^\"]*\")?\)|\[[^\]]*\])")
_LINK = re.compile(
    r"\[([^\]]+)\](?:\([^()\s]*(?:\([^()]*\)[^()\s]*)?(?:\s+\"[^\"]*\")?\)|\[[^\]\d][^\]]*\])"
)
_MARK = re.compile(r"\s*\[\^?\d+(?:\s*[,;–-]\s*\d+)*\]")
_NOTE = re.compile(r"\s*\[\^[^\]]+\]:?")
_AUTOLINK = re.compile(r"<https?://[^>\s]+>")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->")
_STRONG = re.compile(r"(\*{1,3}|_{1,3}|~~|`+)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
_BREAK = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*\s+")
_PADDING = "This sentence is here to be long enough."


def draft_sentences(text: str) -> list[str]:
    """The sentences of a draft, in order, each on one line."""
    return [
        sentence
        for block in _blocks(text)
        for sentence in _sentences(_plain(block))
        if re.search(r"\w", sentence)
    ]


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs and list items, the lines of each joined; what is no text left out."""
    block: list[str] = []
    fence = ""
    for line in _FRONT_MATTER.sub("", text.removeprefix("\ufeff")).splitlines():
        opening = _FENCE.match(line)
        if fence:
            fence = "" if opening and opening[1].startswith(fence) else fence
            continue
        if opening:
            fence = opening[1][:3]
        if block and _UNDERLINE.match(line):
            block = []  # what is underlined is a heading
            continue
        is_text = bool(line.strip()) and not (
            opening
            or _HEADING.match(line)
            or _RULE.match(line)
            or _TABLE.match(line)
            or _DEFINITION.match(line)
        )
        if block and (not is_text or _BEGINS_ITEM.match(line)):
            yield " ".join(block)
            block = []
        if is_text:
            block.append(_MARKER.sub("", line, count=1).strip())
    if block:
        yield " ".join(block)


def _plain(block: str) -> str:
    """A block without the signs of Markdown."""
    text = _TAG.sub("", _AUTOLINK.sub("", _IMAGE.sub("", block)))
    text = _NOTE.sub("", _MARK.sub("", _LINK.sub(r"\1", text)))
    for _ in range(3):  # bold inside italics
        text = _STRONG.sub(r"\2", text)
    text = html.unescape(_ESCAPED.sub(r"\1", text))
    return re.sub(r"\s+([.,;:!?])(?=\s|$)", r"\1", " ".join(text.split()))


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a block, short ones by themselves."""
    for start, end in split_sentences(text):
        part = text[start:end]
        last = 0
        for match in _BREAK.finditer(part):
            if match.end() < len(part) and _is_end(part[last : match.end()], part[match.end() :]):
                yield part[last : match.end()].strip()
                last = match.end()
        if part[last:].strip():
            yield part[last:].strip()


def _is_end(before: str, after: str) -> bool:
    """Whether a sentence ends here, were both sides long enough not to be joined."""
    spaced = f"{_PADDING[:-1]}, {before.strip()} {after.strip()}, {_PADDING}"
    place = len(spaced) - len(f"{after.strip()}, {_PADDING}")
    return any(start == place for start, _ in split_sentences(spaced))
