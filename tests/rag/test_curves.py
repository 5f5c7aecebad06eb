"""The curves, on results whose course is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.curves import (
    calibration_error,
    found_against_words,
    found_as_answered,
    in_force,
    recall_curve,
    reliability,
    risk_coverage,
)
from rag.judge import Result
from tests.rag.results import (
    a_citation,
    a_question,
    refused,
    right,
    rightly_refused,
    wrong,
    wrongly_answered,
)

# From the surest down: right, right, wrong, a foreign question, held back though right, refused.
RUN = [
    rightly_refused("u1", confidence=0.05),
    right("a", confidence=0.95),
    refused("d", confidence=0.2, held_back=[a_citation()]),
    wrong("c", confidence=0.7),
    right("b", confidence=0.9),
    wrongly_answered("u2", confidence=0.6),
]


def test_the_sweep_of_the_threshold() -> None:
    points = [(p.threshold, p.coverage, round(p.risk, 3)) for p in risk_coverage(RUN)]
    assert points == [
        (0.95, 0.25, 0.0),
        (0.9, 0.5, 0.0),
        (0.7, 0.75, 0.333),
        (0.6, 0.75, 0.5),
        (0.2, 1.0, 0.4),
        (0.05, 1.0, 0.5),
    ]


def test_the_threshold_in_force_is_where_the_run_lies() -> None:
    force = in_force(RUN, 0.3)
    assert force is not None
    assert (force.threshold, force.coverage, force.risk) == (0.3, 0.75, 0.5)
    swept = next(p for p in risk_coverage(RUN) if p.threshold == 0.6)
    assert (swept.coverage, swept.risk) == (force.coverage, force.risk)
    assert in_force([refused()], 0.3) is None
    assert in_force([rightly_refused()], 0.3) is None


def test_a_refusal_for_another_reason_is_lifted_by_no_threshold() -> None:
    """A false premise, say: the confidence is high, and the answer is refused all the same."""
    sure = [refused("p", confidence=0.99), rightly_refused("v", confidence=0.99, held_back=None)]
    points = risk_coverage([*RUN, *sure])
    assert [p.coverage for p in points] == [0.2, 0.4, 0.6, 0.6, 0.8, 0.8]
    assert [p.risk for p in points] == [p.risk for p in risk_coverage(RUN)]


def test_equal_confidences_are_one_threshold() -> None:
    (point,) = risk_coverage([right("a", confidence=0.5), wrong("b", confidence=0.5)])
    assert (point.coverage, point.risk) == (1.0, 0.5)


def test_without_what_it_needs_there_is_no_curve() -> None:
    alone = Result(a_question(), None, 1.0)
    for results in [[], [alone], [rightly_refused(), wrongly_answered()]]:
        assert risk_coverage(results) == []
    assert recall_curve([rightly_refused()]) == []
    assert reliability([right("a")] * 9) == []
    assert found_against_words([right("a")]) == []
    assert found_as_answered([rightly_refused(), alone]) is None


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from([right, wrong, refused])),
        min_size=1,
        max_size=30,
    )
)
def test_coverage_only_grows(items: list[tuple[float, object]]) -> None:
    results = [
        make(f"q{n}", confidence=confidence, **({"held_back": []} if make is refused else {}))  # type: ignore[operator]
        for n, (confidence, make) in enumerate(items)
    ]
    points = risk_coverage(results)
    assert [p.threshold for p in points] == sorted({c for c, _ in items}, reverse=True)
    assert [p.coverage for p in points] == sorted(p.coverage for p in points)
    assert points[-1].coverage == 1.0
    assert all(0 <= p.risk <= 1 for p in points)


def test_recall_at_k() -> None:
    ranks = [1, 1, 2, 5, 0, 11]
    results = [right(f"q{n}", rank=rank) for n, rank in enumerate(ranks)]
    curve = recall_curve([*results, rightly_refused()])
    assert curve == pytest.approx([n / 6 for n in (2, 3, 3, 3, 4, 4, 4, 4, 4, 4)])


def test_reliability_in_equal_bins() -> None:
    results = [
        *(right(f"a{n}", confidence=0.9) for n in range(10)),
        *(wrong(f"b{n}", confidence=0.3) for n in range(8)),
        *(refused(f"c{n}", confidence=0.25, held_back=[a_citation()]) for n in range(2)),
    ]
    low, high = reliability(results)
    assert (low.questions, high.questions) == (10, 10)
    assert (round(low.confidence, 3), low.right) == (0.29, 0.2)
    assert (round(high.confidence, 3), high.right) == (0.9, 1.0)
    assert calibration_error([low, high]) == pytest.approx((0.09 + 0.1) / 2)


def test_found_against_words() -> None:
    results = [
        right("a", sentences=[(10, True), (20, False)]),
        right("b", sentences=[(30, False), (20, True)]),
        refused("c", sentences=[(20, False)]),
    ]
    one, two = found_against_words(results)
    assert (one.sentences, one.words, one.found) == (1, 20.0, pytest.approx(1 / 3))
    assert (two.words, two.found) == (pytest.approx(100 / 3), pytest.approx(2 / 3))
    given_ = found_as_answered([*results, wrongly_answered()])
    assert given_ is not None
    assert (given_.words, given_.found) == (pytest.approx(2.0), pytest.approx(2 / 3))
