"""Which few sentences stand for many: the greedy choice that covers most.

The worth of a choice is how near every sentence of the material is to the nearest one
chosen (facility location), plus how well those chosen fit the question. A sentence that
says again what another says brings next to nothing, so that a good choice is central and
diverse at once. Source: Lin & Bilmes, "A Class of Submodular Functions for Document
Summarization", ACL 2011; the greedy choice by worth for each (power of a) word is theirs
too ("Multi-document Summarization via Budgeted Maximization", NAACL 2010).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32] | NDArray[np.float64]

# How much more a long sentence must bring than a short one. None is preferred for being
# shorter than most sentences are: the shortest say least.
_LENGTH_POWER = 0.25
_USUAL_WORDS = 20
# Two sentences say the same from this share of the way between the mean cosine of the
# material and 1. In the samples, 13 of the 16 pairs above it (sentences of different articles
# that stand alone) tell one fact in other words, and 1 of the 9 pairs down to 0.50.
SAME = 0.55


@dataclass(frozen=True, slots=True)
class Material:
    """What is to be covered, and by which candidates."""

    vectors: Floats
    """Of what is to be covered, a row each, L2-normalised."""
    weights: Floats
    """How much each row matters, from 0."""
    candidates: Floats
    """Vectors of what may be chosen, a row each."""
    fit: Floats
    """How well each candidate fits the question, from 0 to 1; zeros if there is none."""
    words: Floats
    """The length of each candidate."""
    factor: Floats
    """What a candidate's worth is multiplied by: less than 1 for a poor one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop."""

    most: int
    words: int
    least_gain: float = 0.0
    """Stop when the next brings less than this share of what the first one brought."""


def choose(
    material: Material,
    limits: Limits,
    repeats: Callable[[int, Sequence[int]], bool] = lambda one, others: False,
    start: int | None = None,
) -> list[int]:
    """The candidates chosen, as their numbers, the most telling first.

    Args:
        material: what is to be covered.
        limits: when to stop; a first candidate is chosen whatever its length.
        repeats: whether a candidate brings nothing beside those chosen, for another reason
            than that its vector is near to one of theirs.
        start: the candidate to begin with, if that is settled.
    """
    if not len(material.candidates):
        return []
    mean, near = _nearness(material.candidates, material.vectors)
    alike = (material.candidates @ material.candidates.T - mean) / (1.0 - mean)
    weights = material.weights / max(float(material.weights.sum()), 1e-9)
    cost = np.maximum(material.words, _USUAL_WORDS) ** _LENGTH_POWER / material.factor
    covered = np.zeros(len(material.vectors))
    open_ = np.ones(len(material.candidates), dtype=bool)
    chosen: list[int] = []
    total, first_gain = 0.0, 0.0
    while len(chosen) < limits.most and open_.any():
        gains = (np.maximum(near - covered, 0.0) @ weights + material.fit) / cost
        gains[~open_] = -np.inf
        best = start if start is not None and not chosen else int(np.argmax(gains))
        open_[best] = False
        if chosen and (
            total + material.words[best] > limits.words
            or max(alike[best, other] for other in chosen) >= SAME
            or repeats(best, chosen)
        ):
            continue
        first_gain = max(first_gain, float(gains[best]))
        if chosen and gains[best] < limits.least_gain * first_gain:
            break
        chosen.append(best)
        total += float(material.words[best])
        covered = np.maximum(covered, near[best])
    return chosen


def _nearness(candidates: Floats, vectors: Floats) -> tuple[float, Floats]:
    """Their mean cosine, and how far each is above it, as a share of what is possible."""
    cosines = candidates @ vectors.T
    mean = min(float(cosines.mean()), 1.0 - 1e-6)
    return mean, np.maximum((cosines - mean) / (1.0 - mean), 0.0)
