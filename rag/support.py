"""How likely some words support a sentence: what is measured of the two, and models of it.

Both models are logistic, fitted by `benchmarks/verifier.py` and kept in `verify.json`. `meaning`
tells a sentence's own paragraph from others, and no more: beside it any doubt (`rag.doubts`)
refuses the sentence. `reading` weighs the doubts with what a model says that reads both texts
(`rag.entailment`): a rule that is wrong can then be overruled.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

from rag.doubts import Doubt
from rag.logistic import Logistic

_TABLE: Final = "verify.json"
FEATURES: Final = ("cosine", "cover", "cover_around")
"""The best cosine of a sentence of the evidence; the share of the sentence's words, by their idf,
that the evidence holds; the same with what stands before it."""
READING_FEATURES: Final = (
    *FEATURES,
    "meaning",
    "consistency",
    "inconsistent",
    "contradicted",
    *(doubt.value for doubt in Doubt),
)
"""Besides: the log odds of `meaning`; those of the consistency; whether it is below 0.05, below
0.02; and for each doubt, whether there is one."""
INCONSISTENT: Final = 0.05
_CONTRADICTED: Final = 0.02
_MOST_LOG_ODDS: Final = 6.0
_SUREST: Final = 0.999


def meaning() -> Logistic:
    """The model of the meaning alone, of `FEATURES`."""
    return _tables()["meaning"]


def reading() -> Logistic:
    """The model of all that is known where both texts were read, of `READING_FEATURES`."""
    return _tables()["reading"]


def reading_features(
    features: Mapping[str, float], doubts: Collection[Doubt], consistency: float
) -> dict[str, float]:
    """What `reading` judges by.

    Args:
        features: `FEATURES` of the evidence.
        doubts: what the rules object to.
        consistency: how likely the evidence does not contradict the sentence.
    """
    likely = min(_SUREST, max(1 - _SUREST, consistency))
    known = meaning().log_odds(features)
    return {
        **{name: features[name] for name in FEATURES},
        "meaning": max(-_MOST_LOG_ODDS, min(_MOST_LOG_ODDS, known)),
        "consistency": math.log(likely / (1 - likely)),
        "inconsistent": float(consistency < INCONSISTENT),
        "contradicted": float(consistency < _CONTRADICTED),
        **{doubt.value: float(doubt in doubts) for doubt in Doubt},
    }


@lru_cache(maxsize=1)
def _tables() -> dict[str, Logistic]:
    tables = json.loads(files("rag").joinpath(_TABLE).read_text("utf-8"))
    return {name: Logistic(**table) for name, table in tables.items()}
