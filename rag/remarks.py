"""The fixed list of remarks: all that an answer may say in words of its own.

Remarks are uncited, and repeated in `Answer.notes`. None ends in a full stop.
"""

from __future__ import annotations

from rag.claims import Remark


def not_answered(part: str) -> Remark:
    """A part of the question that the articles do not answer."""
    return Remark(f"The articles do not say: {part}")
