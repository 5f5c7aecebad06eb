"""An answer as text for a terminal."""

from __future__ import annotations

import json
import textwrap
import unicodedata

from rag.models import Answer

_WIDTH = 88
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def as_text(answer: Answer) -> str:
    """The answer, then where each citation stands, then the notes."""
    parts = [textwrap.fill(answer.text, _WIDTH)]
    if answer.citations:
        parts.append(
            "\n".join(f"[{c.number}] {c.file}, paragraph {c.paragraph}" for c in answer.citations)
        )
    if answer.notes:
        parts.append("\n".join(answer.notes))
    return "\n\n".join(printable(part) for part in parts)


def printable(text: str) -> str:
    """Without control characters: an article must not move the cursor or set the title."""
    return "".join(c if c == "\n" or c.isprintable() else " " for c in text)


def printable_json(text: str) -> str:
    """JSON with invisible characters written as escapes; it means the same."""
    return "".join(
        json.dumps(c)[1:-1] if c != "\n" and unicodedata.category(c) in _INVISIBLE else c
        for c in text
    )
