"""Text → numbered paragraphs, counted as a reader of a text editor would.

Blank lines split blocks. Inside a block every line is a paragraph, unless the
block is hard-wrapped (lines broken in mid-sentence by an editor or a mailer):
then the whole block is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from index.models import Paragraph

BYTE_ORDER_MARK = "\ufeff"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_CLOSING_QUOTES = "\"'”’“»›«」』"
_SENTENCE_ENDS = tuple(".!?…:;。！？")
_BULLET_OR_NUMBER = re.compile(r"[-+*•·▪▫◦‣⁃●○■□–—]|\d|\(\d|[#№]")

_MIN_WRAPPED_LINE = 40
_MAX_WRAPPED_LINE = 120
_MIN_SHARE_OF_LONGEST = 0.7

Span = tuple[int, int]


def split_paragraphs(text: str) -> list[Paragraph]:
    """Number the paragraphs of a text, from 1.

    Returns paragraphs whose `start`/`end` are code-point offsets into `text`,
    in order, without overlap and without surrounding white space.
    """
    spans: list[Span] = []
    for block in _blocks(text):
        if _is_hard_wrapped(text, block):
            spans.append((block[0][0], block[-1][1]))
        else:
            spans.extend(block)
    return [Paragraph(number, start, end) for number, (start, end) in enumerate(spans, start=1)]


def _blocks(text: str) -> Iterator[list[Span]]:
    """Runs of lines that are not blank, each line without surrounding white space."""
    block: list[Span] = []
    for start, end in _lines(text):
        line = text[start:end]
        stripped = line.strip()
        if stripped:
            left = start + len(line) - len(line.lstrip())
            block.append((left, left + len(stripped)))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _lines(text: str) -> Iterator[Span]:
    position = len(BYTE_ORDER_MARK) if text.startswith(BYTE_ORDER_MARK) else 0
    while position < len(text):
        match = _LINE.match(text, position)
        assert match is not None
        yield position, position + len(match.group().rstrip("\r\n"))
        position = match.end()


def _is_hard_wrapped(text: str, block: list[Span]) -> bool:
    if len(block) < 2:
        return False
    lines = [text[start:end] for start, end in block]
    longest = max(map(len, lines))
    breaks = sum(
        _breaks_in_mid_sentence(line, following, longest) for line, following in pairwise(lines)
    )
    return 2 * breaks >= len(lines) - 1


def _breaks_in_mid_sentence(line: str, following: str, longest: int) -> bool:
    if line.rstrip(_CLOSING_QUOTES).endswith(_SENTENCE_ENDS):
        return False
    if _BULLET_OR_NUMBER.match(following):
        return False
    if following[0].islower():
        return True
    return (
        longest <= _MAX_WRAPPED_LINE
        and len(line) >= _MIN_WRAPPED_LINE
        and len(line) >= _MIN_SHARE_OF_LONGEST * longest
    )
