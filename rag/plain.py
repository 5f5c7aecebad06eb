"""An answer as text for a terminal."""

from __future__ import annotations

import json
import os
import textwrap
import unicodedata
from typing import Final, TextIO

from rag.models import Answer
from rag.quotations import carry_span, find_quotations

_WIDTH = 88
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


_BOLD: Final = "\x1b[1m"
_PLAIN: Final = "\x1b[0m"


def shows_bold(stream: TextIO) -> bool:
    """Whether a stream is a terminal whose user has not asked for plain text (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def as_text(answer: Answer, *, bold: bool = False) -> str:
    """The answer, then where each citation stands, then the notes.

    Args:
        answer: of any mode.
        bold: whether to show its answer phrases in bold, with the codes of a terminal.
    """
    parts: list[str] = []
    if answer.citations:
        parts.append(
            "\n".join(
                f"[{c.number}] {c.place}{f' (article of {c.date})' if c.date else ''}"
                for c in answer.citations
            )
        )
    notes = [note for note in answer.notes if note not in answer.text]  # no remark twice
    if notes:
        parts.append("\n".join(notes))
    return "\n\n".join([_said(answer, bold), *map(printable, parts)])


def _said(answer: Answer, bold: bool) -> str:
    """The text of the answer in lines."""
    lines = textwrap.fill(answer.text, _WIDTH)
    shown = printable(lines)
    if bold:
        phrases = [quotation.phrase for quotation in find_quotations(answer) if quotation.phrase]
        spans = [carry_span(phrase, answer.text, lines) for phrase in phrases]
        for start, end in sorted(filter(None, spans), reverse=True):
            shown = f"{shown[:start]}{_BOLD}{shown[start:end]}{_PLAIN}{shown[end:]}"
    return shown


def printable(text: str) -> str:
    """Without control characters: an article must not move the cursor or set the title."""
    return "".join(c if c == "\n" or c.isprintable() else " " for c in text)


def printable_json(text: str) -> str:
    """JSON with invisible characters written as escapes; it means the same."""
    return "".join(
        json.dumps(c)[1:-1] if c != "\n" and unicodedata.category(c) in _INVISIBLE else c
        for c in text
    )
