"""Metrics, how sure they are, and gates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rag.judge import Result
from rag.metrics import (
    ANY_TYPE,
    LOWER_IS_BETTER,
    METRICS,
    OF_RETRIEVAL,
    Gate,
    measure,
    measure_differences,
    measure_intervals,
    missed_gates,
    verdict,
)
from tests.rag.results import (
    THERE,
    a_citation,
    a_question,
    a_result,
    an_answer,
    refused,
    right,
    rightly_refused,
    wrong,
    wrongly_answered,
)

SOME = [
    *(right(f"r{n}", milliseconds=10 + n, rank=1 + n % 3) for n in range(60)),
    *(wrong(f"w{n}", milliseconds=20 + n, rank=0) for n in range(20)),
    *(refused(f"f{n}") for n in range(20)),
    *(rightly_refused(f"u{n}") for n in range(15)),
    *(wrongly_answered(f"v{n}") for n in range(5)),
]


def test_right_counts_answers_and_refusals() -> None:
    metrics = measure(SOME)
    assert metrics["right"] == pytest.approx((60 + 15) / 120, abs=1e-4)
    assert metrics["answered"] == 0.8
    assert metrics["refused"] == 0.75


def test_nothing_is_measured_of_no_results() -> None:
    assert set(measure([]).values()) == {None}
    assert set(measure_intervals([]).values()) == {None}


def test_means_over_the_answered_do_not_count_answers_to_the_unanswerable() -> None:
    two = an_answer(a_citation(), a_citation(THERE, "a b c d"))
    results = [right(), a_result(a_question("q2"), two), wrongly_answered(), refused("q3")]
    metrics = measure(results)
    assert metrics["cites"] == 1.5
    assert metrics["words"] == pytest.approx((3 + 3 + 4) / 2)
    assert metrics["precision"] == pytest.approx(2 / 3, abs=1e-4)


def test_retrieval_alone_needs_no_answer() -> None:
    results = [Result(a_question(f"q{n}"), None, 5.0 + n, rank=n) for n in range(12)]
    metrics = measure(results, OF_RETRIEVAL)
    assert set(metrics) == set(OF_RETRIEVAL)
    expected = {1: 1 / 12, 3: 3 / 12, 5: 5 / 12, 10: 10 / 12}
    for k, value in expected.items():
        assert metrics[f"recall@{k}"] == pytest.approx(value, abs=1e-4)
    assert metrics["mrr"] == pytest.approx(sum(1 / n for n in range(1, 12)) / 12, abs=1e-4)
    assert metrics["p50"] == 10.5
    assert measure(results)["first"] is None


# -- intervals -----------------------------------------------------------------------------


def test_intervals_hold_the_figure_and_are_about_as_wide_as_theory_says() -> None:
    metrics, intervals = measure(SOME), measure_intervals(SOME)
    for name in METRICS:
        if intervals[name] is not None:
            low, high = intervals[name] or (0, 0)
            assert low <= (metrics[name] or 0) <= high, name
    low, high = intervals["answered"] or (0, 0)
    assert high - low == pytest.approx(2 * 1.96 * (0.8 * 0.2 / 100) ** 0.5, rel=0.2)


def test_intervals_are_the_same_every_time() -> None:
    assert measure_intervals(SOME) == measure_intervals(SOME)


def test_an_interval_of_a_ratio_resamples_questions_not_citations() -> None:
    """Citations of one answer hang together: ten in one answer are not ten witnesses."""
    many = an_answer(*(a_citation(THERE, "tulips") for _ in range(10)))
    results = [*(right(f"r{n}") for n in range(9)), a_result(a_question("q"), many)]
    low, high = measure_intervals(results)["precision"] or (0, 0)
    assert measure(results)["precision"] == pytest.approx(9 / 19, abs=1e-4)
    assert high == 1.0 or high > 0.9
    assert low < 0.35


def test_where_all_came_out_alike_there_is_no_interval() -> None:
    intervals = measure_intervals([right(f"r{n}") for n in range(5)])
    assert set(intervals.values()) == {None}
    assert set(measure_intervals([right()]).values()) == {None}


def test_intervals_cover_as_often_as_they_say() -> None:
    generator = np.random.default_rng(7)
    covered = 0
    for _ in range(60):
        sample = [right("r") if hit else wrong("w") for hit in generator.random(60) < 0.8]
        low, high = measure_intervals(sample, ["first"])["first"] or (0, 0)
        covered += low <= 0.8 <= high
    assert covered >= 52


def flipped(results: Sequence[Result], count: int) -> list[Result]:
    """The same questions, of which some that came out wrong come out right."""
    changed = list(results)
    for place, result in enumerate(results):
        if count and result.question.id.startswith("w"):
            changed[place] = right(result.question.id)
            count -= 1
    return changed


def test_a_difference_is_paired() -> None:
    """Ten questions improved and none broke: surely better, though the runs alone overlap."""
    better = flipped(SOME, 10)
    low, high = measure_differences(better, SOME)["first"] or (0, 0)
    assert 0 < low < 0.1 < high
    alone, other = measure_intervals(SOME)["first"], measure_intervals(better)["first"]
    assert alone is not None
    assert other is not None
    assert alone[1] > other[0], "the intervals of the runs overlap"


def test_a_difference_of_nothing_has_no_interval() -> None:
    assert set(measure_differences(SOME, SOME).values()) == {None}


def test_a_difference_has_a_sign() -> None:
    low, high = measure_differences(SOME, flipped(SOME, 10))["first"] or (0, 0)
    assert low < high < 0


def test_verdicts_of_one_question() -> None:
    assert verdict("answered", refused()) is False
    assert verdict("refused", refused()) is None
    assert verdict("refused", rightly_refused()) is True
    assert verdict("recall@3", right(rank=3)) is True
    assert verdict("recall@1", right(rank=3)) is False


# -- gates ---------------------------------------------------------------------------------

BY_TYPE = {
    "list": {"found": 0.8, "refused": None, "words": 40.0},
    "far": {"found": None, "refused": 0.9, "words": None},
    "fact": {"found": 0.95, "refused": None, "words": 60.0},
}
ALL = {"found": 0.9, "refused": 0.9, "words": 50.0}


@pytest.mark.parametrize(
    ("gate", "missed"),
    [
        (Gate("found", 0.9), []),
        (Gate("found", 0.91), [("found", 0.9)]),
        (Gate("found", 0.8, "list"), []),
        (Gate("found", 0.85, "list"), [("list:found", 0.8)]),
        (Gate("words", 50.0, "list"), []),
        (Gate("words", 50.0, "fact"), [("fact:words", 60.0)]),
        (Gate("found", 0.1, "far"), [("far:found", None)]),
        (Gate("found", 0.8, ANY_TYPE), []),
        (Gate("found", 0.99, ANY_TYPE), [("list:found", 0.8), ("fact:found", 0.95)]),
        (Gate("refused", 0.95, ANY_TYPE), [("far:refused", 0.9)]),
    ],
)
def test_gates_of_types(gate: Gate, missed: list[tuple[str, float | None]]) -> None:
    assert [(str(g), value) for g, value in missed_gates(ALL, BY_TYPE, [gate])] == missed


def test_a_gate_for_every_type_that_applies_to_none_is_missed() -> None:
    gates = [Gate("found", 0.0, ANY_TYPE)]
    assert missed_gates({}, {}, gates) == [(gates[0], None)]
    assert missed_gates({}, {"far": {"found": None}}, gates) == [(gates[0], None)]


def test_every_metric_has_a_direction_and_a_meaning() -> None:
    assert set(METRICS) >= LOWER_IS_BETTER
    assert set(METRICS) >= set(OF_RETRIEVAL)
    assert all(METRICS.values())
