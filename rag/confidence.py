"""How likely it is that the best sentence answers the question, and when to refuse.

A logistic model over what retrieval knows of its best candidate, fitted by
`benchmarks/fit_confidence.py`; the coefficients stand in `confidence.json`, a set for each
embedding model. The threshold lies on the risk-coverage curve of docs/quality.md.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from index.errors import IndexStoreError
from rag.question import Wants
from rag.retrieve import Retrieval

_TABLE = "confidence.json"
_PLAIN_KINDS = (Wants.NUMBER, Wants.DATE, Wants.MONEY)
_ENOUGH_UNKNOWN = 2

FEATURES = ("cosine", "paragraph_cover", "lacks_kind", "unknown_names", "unknown_share")
"""Cosine of the best sentence and word cover of its paragraph; whether a plainly wanted
kind of answer (a number, a date) is missing; names that no article has, at most two; the
share of the question's words that no article has. (A word that other articles use, and this
paragraph does not, tells against it; one that none uses may be just another wording.)"""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model of one embedding model, and the probability below which to refuse."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    def probability(self, features: Mapping[str, float]) -> float:
        total = self.intercept + sum(w * features[name] for name, w in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, total))))


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


@lru_cache(maxsize=8)
def calibration(model: str) -> Calibration:
    """The coefficients for an embedding model, whatever the version of its package.

    Raises:
        IndexStoreError: none were fitted for it.
    """
    table = json.loads(files("rag").joinpath(_TABLE).read_text("utf-8"))
    name = model.rpartition("/")[2]
    if name not in table:
        raise IndexStoreError(
            f"there is no calibration for the embedding model {name}",
            "fit one: python benchmarks/fit_confidence.py",
        )
    entry = table[name]
    return Calibration(entry["intercept"], entry["weights"], entry["threshold"])
