"""Copies: the same words, whatever stands around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.copies import COPY, Shingles, copied_share, shingles, signature, similar_pairs
from tests.index.articles import (
    SAME_SUBJECT,
    WIRE,
    WIRE_COPY,
    WIRE_REWRITE,
    make_article,
)

_MENUS = "\n\n".join(["Home | News | Sport", "Menu", "Search", "  |   Politics"] * 12)
_SIGN_UP = "\n\n".join(["Sign up for our newsletter", "Read more", "Follow us here"] * 12)


def words(text: str) -> Shingles:
    return shingles(make_article(text))


def numbered(first: int, last: int) -> Shingles:
    return frozenset(str(number) for number in range(first, last))


def test_a_copy_is_one_with_other_menus_headline_and_a_paragraph_less() -> None:
    assert copied_share(words(WIRE), words(WIRE_COPY)) > 0.85
    assert copied_share(words(WIRE), words(WIRE)) == 1.0


@pytest.mark.parametrize("other", [WIRE_REWRITE, SAME_SUBJECT])
def test_other_words_are_no_copy(other: str) -> None:
    assert copied_share(words(WIRE), words(other)) < 0.3


def test_menus_do_not_count() -> None:
    for around in [_MENUS, _SIGN_UP]:
        one = words(f"{around}\n\n{WIRE}\n\n{around}")
        other = words(f"{around}\n\n{SAME_SUBJECT}\n\n{around}")
        assert one == words(WIRE)
        assert copied_share(one, other) == copied_share(words(WIRE), words(SAME_SUBJECT)) < 0.1


def test_layout_does_not_count() -> None:
    unwrapped = " ".join(WIRE.split("\n\n")[1:])
    assert copied_share(words(WIRE), words(unwrapped)) == 1.0


def test_a_text_of_a_few_words_is_compared_with_nothing() -> None:
    notice = "The harbour office is closed on Monday, and opens again on Tuesday at nine."
    assert words(notice) == frozenset()
    assert copied_share(words(notice), words(notice)) == 0.0
    assert signature(words(notice)) == b""


def test_a_digest_is_no_copy_of_what_it_holds() -> None:
    article = numbered(0, 100)
    assert copied_share(article, numbered(0, 300)) == 1.0
    assert copied_share(article, numbered(0, 301)) == 0.0
    assert copied_share(article, frozenset()) == 0.0


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)))
def test_the_share_is_that_of_the_shorter_one(one: set[int], other: set[int]) -> None:
    a, b = (frozenset(map(str, numbers)) for numbers in (one, other))
    share = copied_share(a, b)
    assert share == copied_share(b, a)
    short, long = sorted((len(one), len(other)))
    if short and long <= 3 * short:
        assert share == len(one & other) / short
    else:
        assert share == 0.0


def pairs(texts: dict[str, Shingles], fresh: set[str]) -> set[tuple[str, ...]]:
    signatures = {file: signature(text) for file, text in texts.items()}
    return {tuple(sorted(pair)) for pair in similar_pairs(signatures, sorted(fresh))}


SETS = {
    "a": numbered(0, 200),
    "b": numbered(0, 200),  # the same
    "c": numbered(60, 260),  # 0.54 of both together
    "d": numbered(1000, 1200),  # other words
    "e": numbered(0, 70),  # a third of a
    "f": frozenset[str](),
}


def test_pairs_worth_comparing_are_those_that_may_be_copies() -> None:
    found = pairs(SETS, set(SETS))
    for one, first in SETS.items():
        for other, second in SETS.items():
            if one < other and copied_share(first, second) >= COPY:
                assert (one, other) in found
    assert ("a", "c") in found
    assert not [pair for pair in found if "d" in pair or "f" in pair]


@pytest.mark.parametrize("fresh", [{"a"}, {"c", "d"}, {"f"}, set()])
def test_only_pairs_with_a_fresh_one_are_looked_at(fresh: set[str]) -> None:
    everything = pairs(SETS, set(SETS))
    assert pairs(SETS, fresh) == {pair for pair in everything if fresh & set(pair)}


def test_whether_a_pair_is_looked_at_depends_on_no_other() -> None:
    everything = pairs(SETS, set(SETS))
    for left_out in SETS:
        rest = {file: text for file, text in SETS.items() if file != left_out}
        assert pairs(rest, set(rest)) == {pair for pair in everything if left_out not in pair}


def test_a_signature_does_not_depend_on_the_process() -> None:
    """It is kept in the index, and compared with those of later runs."""
    assert signature(frozenset(["a b c d e", "b c d e f"]))[:12].hex() == "c311b7465496eda03436fd65"
