"""Spellings of one name: what the question calls Selenskyj, the articles call Zelensky.

Learned from the words of the corpus itself: a word of the question is matched with names
in the articles that have the same skeleton (`index.spelling`) but for related vowels, or,
if the articles never use the question's spelling, one that differs by a letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.catalog import Catalog, NameForm
from index.spelling import initial, skeleton
from index.tokens import stem, tokenize

_MIN_LETTERS = 4
_MIN_FUZZY_SKELETON = 5
_RELATED_VOWELS = str.maketrans("eo", "ii")  # Kiev/Kyiv, Kharkov/Kharkiv


class Spellings:
    """The spellings in a catalogue; use it inside a read transaction."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        # A question's words are looked up by several steps of retrieval.
        self._variants: dict[str, list[NameForm]] = {}
        self._frequencies: dict[str, int] = {}

    def variants(self, word: str) -> list[NameForm]:
        """Other spellings of a name in the articles, the commonest first."""
        if word not in self._variants:
            self._variants[word] = self._find_variants(word)
        return self._variants[word]

    def _find_variants(self, word: str) -> list[NameForm]:
        if len(word) < _MIN_LETTERS or not word.isalpha():
            return []
        bones = skeleton(word)
        if len(bones) < 2:
            return []
        unknown = self._frequency(stem(word)) == 0
        if not unknown and not word[0].isupper():
            return []
        forms = [
            form
            for form in self._catalog.names_like(bones[:1])
            if form.word.lower() != word.lower() and _same_name(word, form, unknown)
        ]
        return sorted(forms, key=lambda form: (-form.count, form.word))

    def _frequency(self, token: str) -> int:
        if token not in self._frequencies:
            self._frequencies[token] = self._catalog.frequency(token)
        return self._frequencies[token]

    def knows(self, word: str) -> bool:
        """Whether the articles use a word, in any spelling of it."""
        return any(self._frequency(token) for term in self.terms([word]) for token in term)

    def terms(self, content: Sequence[str]) -> list[frozenset[str]]:
        """The tokens of a question's words, each with those of its other spellings."""
        terms: dict[frozenset[str], None] = {}
        for word in content:
            for token in tokenize(word):
                others = {stem(form.word) for form in self.variants(word)}
                terms[frozenset({token, *others})] = None
        return list(terms)

    def respell(self, text: str, content: Sequence[str]) -> str:
        """The question with names as the articles spell them, where they spell them otherwise."""
        for word in content:
            if self._frequency(stem(word)) == 0 and (forms := self.variants(word)):
                text = re.sub(rf"\b{re.escape(word)}\b", forms[0].word, text)
        return text


def _same_name(word: str, form: NameForm, unknown: bool) -> bool:
    bones, other = skeleton(word), form.skeleton
    if bones == other:
        return True
    shorter = min(len(bones), len(other))
    # Kiev and Kyiv are one, China and Kenya two: short ones begin with the same letter.
    alike = shorter >= _MIN_FUZZY_SKELETON or initial(word) == initial(form.word)
    if bones[0] != other[0] or not alike:
        return False
    bones, other = bones.translate(_RELATED_VOWELS), other.translate(_RELATED_VOWELS)
    if bones == other:
        return True
    return unknown and shorter >= _MIN_FUZZY_SKELETON and _one_edit_apart(bones, other)


def _one_edit_apart(a: str, b: str) -> bool:
    """Whether one letter inserted, removed, replaced or swapped with the next makes them equal."""
    if abs(len(a) - len(b)) > 1:
        return False
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    if same is None:
        return True
    rest_a, rest_b = a[same:], b[same:]
    return (
        rest_a[1:] == rest_b[1:]
        or rest_a[1:] == rest_b
        or rest_a == rest_b[1:]
        or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    )
