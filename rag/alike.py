"""Sentences in nearly the same words: does one bear out the other, or does it say the opposite?

"The summit was held in Oslo" and "The summit was not held in Oslo" have all words but one in
common; so have the fairs of two years. Only what agrees in numbers, names and yes or no is the
same statement.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from index.tokens import tokenize
from rag.figures import missing_figure
from rag.opposite import says_opposite

SAME_WORDS: Final = 0.6
"""Jaccard similarity of their words from which two sentences speak of the same."""


def similarity(one: str, other: str) -> float:
    """Jaccard similarity of the words of two sentences."""
    a, b = _tokens(one), _tokens(other)
    return len(a & b) / max(1, len(a | b))


def bears_out(one: str, other: str) -> bool:
    """Whether `other` says all of `one` in nearly the same words."""
    return (
        similarity(one, other) >= SAME_WORDS
        and _speaks_of_all(one, other)
        and not _opposed(one, other)
    )


def is_denied(one: str, other: str) -> bool:
    """Whether `other` says in nearly the same words that it is not as `one` says."""
    return (
        similarity(one, other) >= SAME_WORDS and _speaks_of_all(one, other) and _opposed(one, other)
    )


def _opposed(one: str, other: str) -> bool:
    return says_opposite(one, other) or says_opposite(other, one)


def _speaks_of_all(one: str, other: str) -> bool:
    """Whether a sentence has the numbers and names of another one."""
    return missing_figure(one, other) is None and _names(one) <= _tokens(other)


def _names(text: str) -> frozenset[str]:
    """Words with a capital letter, but for the first, which every sentence gives one."""
    return frozenset(
        token for word in text.split()[1:] if word[:1].isupper() for token in tokenize(word)
    )


@lru_cache(maxsize=256)  # the candidates of a question are compared with one another
def _tokens(text: str) -> frozenset[str]:
    return frozenset(tokenize(text))
