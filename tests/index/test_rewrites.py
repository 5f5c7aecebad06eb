"""Rewrites: most sentences told again in the same order, and the same news at the beginning."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embed import Vectors
from index.rewrites import (
    LEAD,
    REWRITE,
    Story,
    can_be_compared,
    nearness,
    numbers_in,
    same_news,
    told_share,
)

DIMENSIONS = 64


def unit(matrix: np.ndarray) -> Vectors:
    return np.asarray(matrix / np.linalg.norm(matrix, axis=-1, keepdims=True), dtype=np.float32)


def sentences(count: int, seed: int = 0) -> Vectors:
    """Sentences of one article: they share a subject, and say different things."""
    random = np.random.default_rng(seed)
    subject = np.random.default_rng(99).standard_normal(DIMENSIONS)
    return unit(1.5 * unit(subject) + unit(random.standard_normal((count, DIMENSIONS))))


def reworded(original: Vectors, seed: int = 1, by: float = 0.3) -> Vectors:
    noise = np.random.default_rng(seed).standard_normal(original.shape)
    return unit(original + by * unit(noise))


def story_of(vectors: Vectors, texts: Sequence[str] = ()) -> Story:
    numbers = [numbers_in(text) for text in texts] or [frozenset[str]()] * len(vectors)
    return Story(vectors, numbers)


def share(
    one: Vectors, other: Vectors, texts: Sequence[str] = (), others: Sequence[str] = ()
) -> float:
    near = (nearness(one) + nearness(other)) / 2
    return told_share(story_of(one, texts), story_of(other, others), near)


def test_the_same_sentences_in_other_words_are_told_again() -> None:
    story = sentences(12)
    assert share(story, story) == 1.0
    assert share(story, reworded(story)) == 1.0


def test_the_same_subject_is_not_the_same_story() -> None:
    for seed in range(1, 20):
        assert share(sentences(12), sentences(15, seed)) < REWRITE


def test_a_story_cut_short_is_told_whole() -> None:
    story = sentences(12)
    short = reworded(story[:6])
    assert share(story, short) == share(short, story) == 1.0


def test_only_what_is_told_in_order_counts() -> None:
    story = sentences(12)
    assert share(story, reworded(story)[::-1]) == 0.0
    halves = np.concatenate([story[6:], story[:6]])
    assert share(story, halves) == 0.5


def test_sentences_of_its_own_between_do_not_break_the_order() -> None:
    story, own = sentences(10), sentences(10, seed=5)
    mixed = np.empty((20, DIMENSIONS), dtype=np.float32)
    mixed[::2], mixed[1::2] = reworded(story), own
    assert share(story, mixed) == 1.0


def test_a_background_paragraph_does_not_make_a_rewrite() -> None:
    story = sentences(12)
    later = np.concatenate([sentences(8, seed=7), story[8:]])
    assert 4 / 12 <= share(story, later) < REWRITE


def test_a_few_sentences_agree_by_chance() -> None:
    story = sentences(3)
    assert not can_be_compared(story_of(story))
    assert share(story, story) == 0.0
    assert can_be_compared(story_of(sentences(4)))
    assert share(sentences(4), sentences(4)) == 1.0


def test_the_report_of_another_week_is_no_rewrite() -> None:
    """The same sentences with other numbers in them."""
    story = sentences(8)
    week = [f"The index rose {place} points." for place in range(8)]
    next_week = [f"The index rose {place + 50} points." for place in range(8)]
    assert share(story, reworded(story), week, week) == 1.0
    assert share(story, reworded(story), week, next_week) == 0.0
    assert share(story, reworded(story), week, ["It rose."] * 8) == 1.0


def test_numbers_are_read_without_their_separators() -> None:
    assert numbers_in("On 3 May 6,460 of them, or 12.5 %, went.") == {"3", "6460", "125"}
    assert numbers_in("Nobody went.") == frozenset()


def test_nearness_is_that_of_the_nearest_pairs_inside() -> None:
    story = sentences(30)
    near = nearness(story)
    inside = [float(a @ b) for a, b in combinations(story, 2)]
    assert sum(cosine > near for cosine in inside) == pytest.approx(0.05 * len(inside), abs=1)


@settings(max_examples=40)
@given(st.integers(4, 20), st.integers(4, 20), st.integers(0, 1000), st.booleans())
def test_the_share_has_no_direction(one: int, other: int, seed: int, related: bool) -> None:
    a = sentences(one, seed)
    b = reworded(sentences(other, seed)) if related else sentences(other, seed + 1)
    assert share(a, b) == share(b, a)
    assert 0.0 <= share(a, b) <= 1.0


# -- the beginning -------------------------------------------------------------------------


def news(leads: list[Vectors], near: list[float], fresh: list[int]) -> set[tuple[int, int]]:
    found = same_news(leads, near, fresh)
    return {(min(pair), max(pair)) for pair in found}


def test_the_news_has_to_be_in_the_lead_of_both() -> None:
    story = sentences(9)
    first, news_second = story[:3], reworded(story[[1, 0, 2]])
    background = reworded(story[[6, 7, 0]])  # begins with something else
    other = sentences(3, seed=4)
    leads = [first, news_second, background, other]
    near = [0.9] * 4
    assert news(leads, near, [0, 1, 2, 3]) == {(0, 1)}
    assert news(leads, near, [2]) == set()
    assert news(leads, near, []) == set()
    assert news(leads[:1], near[:1], [0]) == set()


@settings(max_examples=30)
@given(st.integers(2, 300), st.integers(0, 1000), st.data())
def test_pairs_are_those_that_a_comparison_one_by_one_finds(
    count: int, seed: int, data: st.DataObject
) -> None:
    random = np.random.default_rng(seed)
    stories = [sentences(LEAD, int(number)) for number in random.integers(0, count, count)]
    leads = [reworded(story, seed=place, by=0.2) for place, story in enumerate(stories)]
    near = [float(value) for value in random.uniform(0.8, 0.95, count)]
    fresh = sorted(data.draw(st.sets(st.integers(0, count - 1), max_size=6)))
    expected = {
        (i, j)
        for i, j in combinations(range(count), 2)
        if (i in fresh or j in fresh)
        and min((leads[i][0] @ leads[j].T).max(), (leads[j][0] @ leads[i].T).max())
        >= (near[i] + near[j]) / 2
    }
    assert news(leads, near, fresh) == expected
