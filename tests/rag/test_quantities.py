"""What numbers and dates are worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quantities import Day, Quantity, days, quantities


def one(text: str) -> Quantity:
    (found,) = quantities(text)
    return found


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("It took 91 long-range drones.", 91, ["long", "range", "drones"]),
        ("It took 6,460 square miles of land.", 6460, ["square", "miles"]),
        ("Es waren 3.000 Menschen da.", 3000, ["mensch"]),
        ("It was about 95% complete.", 95, ["%"]),
        ("It cost $5bn in all.", 5e9, ["$"]),
        ("It cost £2.5 million in all.", 2.5e6, ["£"]),
        ("It cost 3,5 Millionen Euro.", 3.5e6, ["€"]),
        ("There were sixty-five men.", 65, ["men"]),
        ("There were two hundred thousand men.", 200_000, ["men"]),
        ("Hubo veinte hombres.", 20, ["hombre"]),
        ("Было семь человек.", 7, ["челове"]),
    ],
)
def test_what_a_number_is_worth(text: str, value: float, unit: list[str]) -> None:
    found = one(text)
    assert found.value == value
    assert [term.token for term in found.unit][: len(unit)] == unit


@pytest.mark.parametrize(
    "text",
    ["It was in 1946.", "On 3 May 1946 it fell.", "Hundreds of men came.", "It cost 27.5bn.", "42"],
)
def test_what_counts_nothing_is_no_quantity(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize(
    ("text", "other", "differ"),
    [
        ("91 drones", "84 drones", True),
        ("ten men", "14 men", True),
        ("334 villages", "335 villages", True),
        ("27 men", "275 men", True),
        ("90 drones", "91 drones", False),
        ("6,460 square miles", "6,500 square miles", False),
        ("1,000 people", "1000 people", False),
        ("more than 300 villages", "334 villages", False),
        ("about 300 villages", "500 villages", True),
        ("2.75 million men", "2.7 million men", False),
    ],
)
def test_whether_both_can_be_right(text: str, other: str, differ: bool) -> None:
    mine, theirs = one(f"There were {text} here."), one(f"There were {other} here.")
    assert mine.same_unit(theirs)
    assert mine.differs(theirs) is differ
    assert theirs.differs(mine) is differ


def test_units_are_compared_by_their_noun() -> None:
    assert one("There are 91 old houses.").same_unit(one("There are 9 houses."))
    assert not one("There are 91 old houses.").same_unit(one("There are 9 old barns."))
    assert not one("It cost $5 million.").same_unit(one("It cost £5 million."))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It fell on Feb. 24, 2022.", [Day(2022, 2, 24)]),
        ("Es fiel am 3. Oktober 1990.", [Day(1990, 10, 3)]),
        ("It fell in 1946.", [Day(1946, 0, 0)]),
        ("Cayó el 5 de mayo.", [Day(0, 5, 5)]),
        ("It fell in May.", []),
    ],
)
def test_dates_in_numbers(text: str, expected: list[Day]) -> None:
    assert days(text) == expected


def test_dates_differ_in_what_both_tell() -> None:
    assert Day(1946, 5, 3).differs(Day(1946, 5, 4))
    assert Day(1946, 0, 0).differs(Day(1947, 5, 3))
    assert not Day(1946, 0, 0).differs(Day(1946, 5, 3))
    assert not Day(1946, 0, 0).differs(Day(0, 5, 3))


@given(st.text(alphabet="0123456789.,-–% $€mbn aoeu\u00a0", max_size=60))
def test_any_text_has_quantities_and_days(text: str) -> None:
    for found in quantities(text):
        assert found.unit
        assert not found.differs(found)
    days(text)
