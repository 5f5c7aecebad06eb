"""A logistic model with the probability from which it says yes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Logistic:
    """Weights of features by name."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    def log_odds(self, features: Mapping[str, float]) -> float:
        return self.intercept + sum(w * features[name] for name, w in self.weights.items())

    def probability(self, features: Mapping[str, float]) -> float:
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, self.log_odds(features)))))
