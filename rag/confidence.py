"""How likely it is that the best sentence answers the question, and when to refuse.

A logistic model over what retrieval knows of its best candidate, fitted by
`benchmarks/fit_confidence.py`; `rag.calibration` has the coefficients, a set for each
embedding model. The threshold lies on the risk-coverage curve of docs/quality.md.
"""

from __future__ import annotations

from rag.calibration import Calibration, calibration
from rag.question import Wants
from rag.retrieve import Retrieval

__all__ = ["FEATURES", "FEATURES_OF_WORDS", "Calibration", "calibration", "features"]

_PLAIN_KINDS = (Wants.NUMBER, Wants.DATE, Wants.MONEY)
_ENOUGH_UNKNOWN = 2

FEATURES = ("cosine", "paragraph_cover", "lacks_kind", "unknown_names", "unknown_share")
"""Cosine of the best sentence and word cover of its paragraph; whether a plainly wanted
kind of answer (a number, a date) is missing; names that no article has, at most two; the
share of the question's words that no article has. (A word that other articles use, and this
paragraph does not, tells against it; one that none uses may be just another wording.)"""
FEATURES_OF_WORDS = tuple(name for name in FEATURES if name != "cosine")
"""Those that any embedding model may be judged by."""


def features(retrieval: Retrieval) -> dict[str, float]:
    """What the probability is made of; nothing found gives zeros, which is refused."""
    if not retrieval.candidates:
        return dict.fromkeys(FEATURES, 0.0)
    best = retrieval.candidates[0]
    question = retrieval.question
    around = [c for c in retrieval.candidates[:3] if c.row.place == best.row.place]
    lacks = question.wants in _PLAIN_KINDS and not any(c.offers for c in around)
    unknown = sum(name in retrieval.unknown for name in question.names)
    return {
        "cosine": best.cosine,
        "paragraph_cover": best.paragraph_words.cover,
        "lacks_kind": float(lacks),
        "unknown_names": float(min(unknown, _ENOUGH_UNKNOWN)),
        "unknown_share": len(retrieval.unknown) / max(1, len(question.content)),
    }
