"""The curves of an evaluation, as numbers: what the page draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rag.judge import Result
from rag.metrics import words_quoted

DEEPEST: Final = 10  # of recall@k
_BINS: Final = 10
_FEWEST_IN_A_BIN: Final = 10


@dataclass(frozen=True, slots=True)
class Operating:
    """What refusing below a threshold comes to; shares from 0 to 1."""

    threshold: float
    coverage: float
    """Of the answerable questions, those answered."""
    risk: float
    """Of the answers given, those that did not come out right."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of about the same confidence."""

    confidence: float
    right: float
    """The share whose answer is right, or would be had it been given."""
    questions: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What showing some words to the reader finds."""

    sentences: int
    words: float
    """Mean of a question."""
    found: float
    """The share of the answerable questions whose accepted answer is among them."""


def risk_coverage(results: Sequence[Result]) -> list[Operating]:
    """The sweep of the threshold over every confidence, from the highest down.

    An answer held back counts as it would have come out (El-Yaniv and Wiener 2010 define the
    curve); one refused for another reason is given at no threshold. Empty without an
    answerable question, or an answer.
    """
    known = sorted(
        (
            (result.answer.confidence, result.right_if_answered, result.question.answerable)
            for result in results
            if result.answer is not None and result.right_if_answered is not None
        ),
        key=lambda item: -item[0],
    )
    answerable = sum(r.question.answerable for r in results if r.answer is not None)
    if not answerable:
        return []
    points: list[Operating] = []
    covered = wrong = 0
    for place, (confidence, right, is_answerable) in enumerate(known, start=1):
        covered += is_answerable
        wrong += not right
        if place == len(known) or known[place][0] < confidence:
            points.append(Operating(confidence, covered / answerable, wrong / place))
    return points


def in_force(results: Sequence[Result], threshold: float) -> Operating | None:
    """Where the run itself lies; None if it answered nothing, or nothing was answerable."""
    given = [result for result in results if result.answered]
    answerable = sum(result.question.answerable for result in results)
    if not given or not answerable:
        return None
    return Operating(
        threshold,
        sum(result.question.answerable for result in given) / answerable,
        sum(not result.right for result in given) / len(given),
    )


def recall_curve(results: Sequence[Result]) -> list[float]:
    """recall@1 to recall@10; empty where no question has evidence."""
    ranks = [result.rank for result in results if result.rank is not None]
    return [
        sum(0 < rank <= k for rank in ranks) / len(ranks) for k in range(1, DEEPEST + 1) if ranks
    ]


def reliability(results: Sequence[Result]) -> list[Bin]:
    """Confidence against how often it is right, in bins of as many questions each."""
    known = sorted(
        (result.answer.confidence, result.right_if_answered)
        for result in results
        if result.answer is not None and result.right_if_answered is not None
    )
    count = min(_BINS, len(known) // _FEWEST_IN_A_BIN)
    edges = [len(known) * i // count for i in range(count + 1)] if count else [0]
    return [
        Bin(
            sum(confidence for confidence, _ in known[start:end]) / (end - start),
            sum(right for _, right in known[start:end]) / (end - start),
            end - start,
        )
        for start, end in pairwise(edges)
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: the mean distance of the bins from the diagonal."""
    total = sum(one.questions for one in bins)
    return sum(one.questions * abs(one.confidence - one.right) for one in bins) / max(1, total)


def found_against_words(results: Sequence[Result]) -> list[Shown]:
    """What the best one, two, … sentences of retrieval hold, before anything is refused."""
    asked = [result.sentences for result in results if result.sentences]
    deepest = max(map(len, asked), default=0)
    return [
        Shown(
            n,
            sum(sum(one.words for one in sentences[:n]) for sentences in asked) / len(asked),
            sum(any(one.holds for one in sentences[:n]) for sentences in asked) / len(asked),
        )
        for n in range(1, deepest + 1)
    ]


def found_as_answered(results: Sequence[Result]) -> Shown | None:
    """The answers of the run on the same axes, refusals counting as nothing shown or found."""
    asked = [r for r in results if r.question.answerable and r.answer is not None]
    if not asked:
        return None
    cites = sum(len(r.answer.citations) for r in asked if r.answer is not None)
    return Shown(
        round(cites / len(asked)),
        sum(words_quoted(r) for r in asked) / len(asked),
        sum(bool(r.found) for r in asked) / len(asked),
    )
