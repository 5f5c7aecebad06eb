"""Yes or no, and of what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.polarity import clauses, has_cue


@pytest.mark.parametrize(
    "text",
    [
        "They would never sell it.",
        "They won't sell it.",
        "They have yet to sell it.",
        "They refused to sell it.",
        "The sale was rejected by them.",
        "There was no willingness to sell it.",
        "They were unwilling to sell it.",
        "Selling it is pointless.",
        "Sie verkaufen es nicht.",
        "Sie lehnten den Verkauf ab.",
        "Nunca lo venderán.",
        "Ils ont refusé la vente.",
        "Они отказались продавать его.",
    ],
)
def test_it_says_no(text: str) -> None:
    (clause,) = clauses(text)
    assert clause.says_no
    assert has_cue(text)


@pytest.mark.parametrize(
    "text",
    [
        "They would not oppose the sale.",
        "They are not against the sale.",
        "They did not rule out a sale.",
        "They are ready to sell it.",
        "They are open to a sale.",
        "Sie sind bereit zum Verkauf.",
        "Они готовы продать его.",
    ],
)
def test_it_says_yes_out_loud(text: str) -> None:
    (clause,) = clauses(text)
    assert not clause.says_no
    assert clause.has_yes


@pytest.mark.parametrize(
    "text",
    [
        "They sold not only the mask.",
        "They will no doubt sell it.",
        "They sold no fewer than ten.",
        "They sold it, no matter what.",
        "They sold it.",
    ],
)
def test_it_says_neither(text: str) -> None:
    assert not any(clause.says_no or clause.has_yes for clause in clauses(text))


def test_each_clause_for_itself() -> None:
    first, second = clauses("He did not elaborate, but the town has agreed to the sale.")
    assert first.says_no
    assert not second.says_no
    assert [term.token for term in second.core] == ["town", "sale"]
    first, second = clauses("Because the mask was never sold, the museum keeps it.")
    assert (first.says_no, second.says_no) == (True, False)


def test_what_a_cue_reaches() -> None:
    (clause,) = clauses("The museum will never sell the golden mask.")
    assert [term.token for term in clause.scope] == ["sell", "golden", "mask"]
    assert clause.head is not None
    assert clause.head.token == "sell"
    (clause,) = clauses("The sale was disputed by the town.")
    assert [term.token for term in clause.scope] == ["sale"]


@given(st.text(max_size=200))
def test_any_text_has_clauses(text: str) -> None:
    for clause in clauses(text):
        assert clause.terms
        assert set(clause.scope) <= set(clause.terms)
        assert set(clause.core) <= set(clause.terms)
