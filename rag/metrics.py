"""The metrics of an evaluation, how sure they are, and the gates that they must pass.

All metrics but the two of time are ratios of sums over questions: a mean is one whose
denominators are 1. That makes one bootstrap serve them all.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from rag.judge import Result, is_precise

if TYPE_CHECKING:
    from numpy.typing import NDArray

METRICS: Final[dict[str, str]] = {
    "right": "evidence cited and answer given; or rightly refused",
    "first": "the first citation is among the evidence",
    "hit": "any citation is among the evidence",
    "found": "an accepted answer lies in a quote",
    "answered": "answerable questions answered",
    "refused": "unanswerable questions refused",
    "verbatim": "quotes are the very words of the paragraph cited",
    "cites": "citations an answer, mean",
    "words": "words quoted an answer, mean",
    "precision": "citations in the evidence, or with an accepted answer",
    "recall@1": "evidence paragraph ranked first by retrieval",
    "recall@3": "evidence paragraph among the first three",
    "recall@5": "evidence paragraph among the first five",
    "recall@10": "evidence paragraph among the first ten",
    "mrr": "mean reciprocal rank of the first evidence paragraph",
    "p50": "median time of a question, ms",
    "p95": "95th percentile of it, ms",
}
"""Each metric with what it means, in the order in which they are shown."""

OPINIONS: Final[dict[str, str]] = {
    "faithfulness": "an LLM's opinion: the paragraphs cited bear the answer out",
    "relevancy": "an LLM's opinion: answer and paragraphs are to the question",
}
"""Further metrics of a run in which an LLM was asked for its opinion, over the answers given."""

MEANINGS: Final = METRICS | OPINIONS

OF_RETRIEVAL: Final = ("recall@1", "recall@3", "recall@5", "recall@10", "mrr", "p50", "p95")
"""Those that need no answer."""

OF_TIME: Final = frozenset({"p50", "p95"})
NOT_SHARES: Final = frozenset({"cites", "words"}) | OF_TIME
"""Those that are counted or timed; the others are shares of 1."""

LOWER_IS_BETTER: Final = NOT_SHARES
ANY_TYPE: Final = "*"

_RESAMPLES: Final = 2000
_SEED: Final = 20260101
_BATCH_CELLS: Final = 2_000_000  # numbers that the bootstrap holds at once

Metrics = dict[str, float | None]
Interval = tuple[float, float]
Intervals = dict[str, Interval | None]


@dataclass(frozen=True, slots=True)
class Gate:
    """A figure that must be reached: the least, or of `LOWER_IS_BETTER` the most."""

    metric: str
    wanted: float
    type: str = ""
    """Of question; "" for all together, `ANY_TYPE` for every type that the metric applies to."""

    def __str__(self) -> str:
        return f"{self.type}:{self.metric}" if self.type else self.metric


def measure(results: Sequence[Result], names: Sequence[str] = tuple(METRICS)) -> Metrics:
    """The metrics of some results; None for one that applies to none of them."""
    times = sorted(result.milliseconds for result in results)
    return {
        name: _time(name, times) if name in OF_TIME else _ratio(_parts(name, results))
        for name in names
    }


def measure_intervals(
    results: Sequence[Result], names: Sequence[str] = tuple(METRICS)
) -> Intervals:
    """95 % confidence intervals, by the bootstrap over questions.

    Bias-corrected and accelerated (Efron 1987), percentile for times; the seed is fixed. None
    where there are fewer than two questions, or all of them came out alike: then resampling
    them says nothing.
    """
    return {name: _interval(name, results) for name in names}


def measure_differences(
    now: Sequence[Result], before: Sequence[Result], names: Sequence[str] = tuple(METRICS)
) -> Intervals:
    """95 % confidence intervals of the metrics of `now` less those of `before`.

    Args:
        now, before: results of the same questions, in the same order. They are resampled
            together (a paired bootstrap), so what both find hard does not blur the difference.
        names: of metrics.

    Returns:
        None where no question differs, or there are fewer than two.
    """
    return {name: _difference_interval(name, now, before) for name in names}


def verdict(name: str, result: Result) -> bool | None:
    """A yes-or-no metric of one question; None if it does not apply to it."""
    part = _PARTS[name](result)
    return None if part is None else bool(part[0])


def passes(metric: str, value: float | None, wanted: float) -> bool:
    """Whether a figure reaches what is wanted; one that does not apply does not."""
    if value is None:
        return False
    return value <= wanted if metric in LOWER_IS_BETTER else value >= wanted


def missed_gates(
    metrics: Metrics, by_type: Mapping[str, Metrics], gates: Sequence[Gate]
) -> list[tuple[Gate, float | None]]:
    """The gates not passed, each with the figure; those for every type by the type's name."""
    missed: list[tuple[Gate, float | None]] = []
    for gate in gates:
        if gate.type != ANY_TYPE:
            value = (by_type[gate.type] if gate.type else metrics)[gate.metric]
            figures = {gate.type: value}
        else:
            figures = {
                kind: value
                for kind, figures in by_type.items()
                if (value := figures[gate.metric]) is not None
            } or {ANY_TYPE: None}
        missed.extend(
            (Gate(gate.metric, gate.wanted, kind), value)
            for kind, value in figures.items()
            if not passes(gate.metric, value, gate.wanted)
        )
    return missed


# -- each metric as a ratio of sums -------------------------------------------------------


def _parts(name: str, results: Sequence[Result]) -> list[tuple[float, float]]:
    """Numerator and denominator of each question; a denominator of 0 where it does not count."""
    part = _PARTS[name]
    return [(0.0, 0.0) if (found := part(result)) is None else found for result in results]


def _ratio(parts: Sequence[tuple[float, float]]) -> float | None:
    total = sum(denominator for _, denominator in parts)
    return round(sum(numerator for numerator, _ in parts) / total, 4) if total else None


Part = Callable[[Result], tuple[float, float] | None]


def _share(value: Callable[[Result], bool | float | None]) -> Part:
    """A mean over the questions for which `value` is not None."""

    def part(result: Result) -> tuple[float, float] | None:
        found = value(result)
        return None if found is None else (float(found), 1.0)

    return part


def _answered(result: Result) -> bool | None:
    return result.answered if result.question.answerable else None


def _refused(result: Result) -> bool | None:
    if result.answered is None or result.question.answerable:
        return None
    return not result.answered


def _of_answered(value: Callable[[Result], float]) -> Callable[[Result], float | None]:
    return lambda result: value(result) if _answered(result) else None


def _cites(result: Result) -> float:
    return 0 if result.answer is None else len(result.answer.citations)


def words_quoted(result: Result) -> int:
    """The words of all quotes of an answer."""
    if result.answer is None:
        return 0
    return sum(len(citation.quote.split()) for citation in result.answer.citations)


def _precision(result: Result) -> tuple[float, float] | None:
    if result.answer is None or not _answered(result):
        return None
    cited = result.answer.citations
    return sum(is_precise(citation, result.question) for citation in cited), len(cited)


def _recall(k: int) -> Part:
    return _share(lambda result: None if result.rank is None else 0 < result.rank <= k)


def _reciprocal_rank(result: Result) -> float | None:
    if result.rank is None:
        return None
    return 1 / result.rank if result.rank else 0.0


_PARTS: Final[dict[str, Part]] = {
    "right": _share(lambda result: result.right),
    "first": _share(lambda result: result.first),
    "hit": _share(lambda result: result.hit),
    "found": _share(lambda result: result.found),
    "answered": _share(_answered),
    "refused": _share(_refused),
    "verbatim": _share(lambda result: result.verbatim),
    "cites": _share(_of_answered(_cites)),
    "words": _share(_of_answered(words_quoted)),
    "precision": _precision,
    **{f"recall@{k}": _recall(k) for k in (1, 3, 5, 10)},
    "mrr": _share(_reciprocal_rank),
    "faithfulness": _share(lambda result: result.faithful),
    "relevancy": _share(lambda result: result.relevant),
}


def _time(name: str, times: Sequence[float]) -> float | None:
    if not times:
        return None
    return round(median(times) if name == "p50" else times[_at_95(len(times))], 1)


def _at_95(count: int) -> int:
    return min(count - 1, int(0.95 * count))


# -- the bootstrap ------------------------------------------------------------------------


def _interval(name: str, results: Sequence[Result]) -> Interval | None:
    if name in OF_TIME:
        times = [result.milliseconds for result in results]
        return _bootstrap([times], lambda t, axis: _times(name, t, axis), "percentile")
    parts = [part for part in _parts(name, results) if part[1]]
    numerators = [numerator for numerator, _ in parts]
    denominators = [denominator for _, denominator in parts]
    return _bootstrap([numerators, denominators], _ratios, "BCa")


def _difference_interval(
    name: str, now: Sequence[Result], before: Sequence[Result]
) -> Interval | None:
    if name in OF_TIME:
        columns = [[r.milliseconds for r in now], [r.milliseconds for r in before]]
        return _bootstrap(
            columns, lambda a, b, axis: _times(name, a, axis) - _times(name, b, axis), "percentile"
        )
    pairs = zip(_parts(name, now), _parts(name, before), strict=True)
    rows = [(*a, *b) for a, b in pairs if a[1] or b[1]]
    if all(row[:2] == row[2:] for row in rows):
        return None
    return _bootstrap(
        [list(column) for column in zip(*rows, strict=True)],
        lambda a, m, b, n, axis: _ratios(a, m, axis) - _ratios(b, n, axis),
        "BCa",
    )


def _ratios(numerators: NDArray[Any], denominators: NDArray[Any], axis: int = -1) -> NDArray[Any]:
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        quotients: NDArray[Any] = numerators.sum(axis=axis) / denominators.sum(axis=axis)
    return quotients


def _times(name: str, times: NDArray[Any], axis: int) -> NDArray[Any]:
    import numpy as np

    if name == "p50":
        medians: NDArray[Any] = np.median(times, axis=axis)
        return medians
    place = _at_95(times.shape[axis])
    slowest: NDArray[Any] = np.take(np.partition(times, place, axis=axis), place, axis=axis)
    return slowest


def _bootstrap(
    columns: Sequence[Sequence[float]], statistic: Callable[..., Any], method: str
) -> Interval | None:
    """The interval of a statistic over rows; BCa falls back to percentile where it fails."""
    if not columns or len(columns[0]) < 2 or _all_alike(columns):
        return None
    import numpy as np
    from scipy.stats import bootstrap  # type: ignore[import-untyped]

    data = [np.asarray(column, dtype=np.float64) for column in columns]
    for tried in dict.fromkeys([method, "percentile"]):
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of degenerate samples, which are told below
            found = bootstrap(
                data,
                statistic,
                paired=True,
                vectorized=True,
                n_resamples=_RESAMPLES,
                batch=max(1, _BATCH_CELLS // len(data[0])),
                method=tried,
                rng=np.random.default_rng(_SEED),
            ).confidence_interval
        low, high = float(found.low), float(found.high)
        if math.isfinite(low) and math.isfinite(high):
            return (round(low, 4), round(high, 4)) if low < high else None
    return None


def _all_alike(columns: Sequence[Sequence[float]]) -> bool:
    return len(set(zip(*columns, strict=True))) == 1
