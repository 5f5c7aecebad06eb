"""The greedy choice: central, diverse, short enough, and the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.coverage import Floats, Limits, Material, choose


def unit(*numbers: float) -> Floats:
    vector = np.array(numbers)
    return vector / np.linalg.norm(vector)


def material(
    vectors: list[Floats],
    *,
    weights: list[float] | None = None,
    fit: list[float] | None = None,
    words: list[float] | None = None,
    factor: list[float] | None = None,
) -> Material:
    count = len(vectors)
    stacked = np.stack(vectors) if vectors else np.empty((0, 3))
    return Material(
        vectors=stacked,
        weights=np.array(weights or [1.0] * count),
        candidates=stacked,
        fit=np.array(fit or [0.0] * count),
        words=np.array(words or [20.0] * count),
        factor=np.array(factor or [1.0] * count),
    )


# Three that say one thing, two that say another, one by itself.
THREE = [unit(1, 0.1, 0), unit(1, 0, 0), unit(1, 0, 0.1)]
TWO = [unit(0, 1, 0), unit(0, 1, 0.1)]
ONE = [unit(0, 0, 1)]
MANY = Limits(most=6, words=1000)


def test_each_thing_is_said_once_and_the_commonest_first() -> None:
    chosen = choose(material([*THREE, *TWO, *ONE]), MANY)
    assert chosen[0] == 1  # the middle of the three
    assert len(chosen) == 3
    assert chosen[1] in (3, 4)
    assert chosen[2] == 5


def test_what_weighs_more_is_covered_first() -> None:
    chosen = choose(material([*THREE, *TWO, *ONE], weights=[1, 1, 1, 1, 1, 9]), MANY)
    assert chosen[0] == 5


def test_what_fits_the_question_comes_first() -> None:
    chosen = choose(material([*THREE, *TWO, *ONE], fit=[0, 0, 0, 0, 0.9, 0]), MANY)
    assert chosen[0] == 4


def test_of_two_alike_the_shorter_is_chosen() -> None:
    same = [unit(1, 0, 0), unit(1, 0, 0), unit(0, 1, 0)]
    assert choose(material(same, words=[60, 25, 25]), MANY)[0] == 1
    assert choose(material(same, words=[25, 60, 25]), MANY)[0] == 0


def test_nothing_is_preferred_for_being_very_short() -> None:
    same = [unit(1, 0, 0), unit(1, 0, 0), unit(0, 1, 0)]
    assert choose(material(same, words=[18, 5, 18]), MANY)[0] == 0


def test_a_poor_passage_gives_way() -> None:
    same = [unit(1, 0, 0), unit(1, 0, 0), unit(0, 1, 0)]
    assert choose(material(same, factor=[0.5, 1.0, 1.0]), MANY)[0] == 1


def test_no_more_than_is_allowed() -> None:
    all_different = [unit(*row) for row in np.eye(6)]
    six = material([np.asarray(vector) for vector in all_different])
    assert len(choose(six, Limits(most=4, words=1000))) == 4
    assert len(choose(six, Limits(most=6, words=60))) == 3
    assert len(choose(six, Limits(most=6, words=1))) == 1  # one in any case


def test_it_stops_where_little_is_gained() -> None:
    fit = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    plenty = choose(material([*THREE, *TWO, *ONE], fit=fit), MANY)
    few = choose(material([*THREE, *TWO, *ONE], fit=fit), Limits(6, 1000, least_gain=0.5))
    assert len(few) < len(plenty)
    assert few == plenty[: len(few)]


def test_it_may_begin_with_one_that_is_settled() -> None:
    assert choose(material([*THREE, *TWO, *ONE]), MANY, start=5)[0] == 5


def test_what_repeats_the_others_for_another_reason_is_left_out() -> None:
    def repeats(one: int, others: object) -> bool:
        return one in (3, 4)

    assert not {3, 4} & set(choose(material([*THREE, *TWO, *ONE]), MANY, repeats))


def test_nothing_to_choose_from() -> None:
    assert choose(material([]), MANY) == []


def test_one_sentence_stands_for_itself() -> None:
    assert choose(material([unit(1, 0, 0)]), MANY) == [0]


@given(
    st.lists(
        st.tuples(*[st.floats(-1, 1).filter(lambda x: abs(x) > 0.01)] * 3), min_size=1, max_size=12
    ),
    st.integers(1, 6),
)
def test_any_vectors_give_different_candidates(
    rows: list[tuple[float, float, float]], most: int
) -> None:
    chosen = choose(material([unit(*row) for row in rows]), Limits(most, 100))
    assert 1 <= len(chosen) <= min(most, len(rows))
    assert len(set(chosen)) == len(chosen)
    assert all(0 <= place < len(rows) for place in chosen)


@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_the_same_material_gives_the_same_choice(scale: float) -> None:
    weights = [scale] * 6
    assert choose(material([*THREE, *TWO, *ONE], weights=weights), MANY) == choose(
        material([*THREE, *TWO, *ONE]), MANY
    )
