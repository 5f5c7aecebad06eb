"""An answer as text for a terminal."""

from __future__ import annotations

import textwrap

from rag.models import Answer

_WIDTH = 88


def as_text(answer: Answer) -> str:
    """The answer, then where each citation stands, then the notes."""
    parts = [textwrap.fill(answer.text, _WIDTH)]
    if answer.citations:
        parts.append(
            "\n".join(f"[{c.number}] {c.file}, paragraph {c.paragraph}" for c in answer.citations)
        )
    if answer.notes:
        parts.append("\n".join(answer.notes))
    return "\n\n".join(_printable(part) for part in parts)


def _printable(text: str) -> str:
    """Without control characters: an article must not move the cursor or set the title."""
    return "".join(c if c == "\n" or c.isprintable() else " " for c in text)
