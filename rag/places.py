"""Where and when it is said to happen: a place and a date stand with what they belong to.

"In the Odessa region" is not borne out by a paragraph in which the Odessa region is the place of
something else. A name behind "in", "at" or "near" must stand in the words quoted; in the sentence
of these that speaks of the same; and not where another place stands instead. English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.sentences import split_sentences
from rag.dates import MONTHS, WEEKDAYS
from rag.figures import figures
from rag.phrases import Tag, Word, is_english, read_words, terms_within
from rag.terms import Term, terms

_PLACING = frozenset("in at near from to into inside outside across on around".split())
_DIRECTIONS = frozenset(
    "north south east west northern southern eastern western northeast northwest southeast "
    "southwest northeastern northwestern southeastern southwestern".split()
)
_LONGEST_NOUN = 3  # words
_FEWEST = 3  # terms that tell of what a date is the date
_ELSEWHERE = 0.25  # of a clause's weight that the place's own sentence may lack
_LEANS = re.compile(r"\b(?:he|she|it|they|his|her|its|their|there|this|that|these|those|such)\b",
                    re.IGNORECASE)  # fmt: skip

Weigh = Callable[[Term], float]


@dataclass(frozen=True, slots=True)
class _Place:
    terms: tuple[Term, ...]
    inside: tuple[Term, ...]
    """What it is said to lie in: "Davos, Switzerland"."""
    text: str


def moved(sentence: str, evidence: str, weigh: Weigh) -> str | None:
    """The place or the date of a sentence that the evidence gives to something else.

    Args:
        sentence: what is checked.
        evidence: neighbouring sentences that may support it.
        weigh: how much a term tells, such as its idf.
    """
    if not is_english(sentence, evidence):
        return None
    parts = _parts(evidence)
    for place in _places(sentence):
        if _is_elsewhere(place, sentence, evidence, parts, weigh):
            return place.text
    return _direction(sentence, evidence) or _date(sentence, parts, weigh)


@lru_cache(maxsize=512)
def _places(text: str) -> tuple[_Place, ...]:
    return tuple(_read_places(text, read_words(text)))


def _read_places(text: str, words: Sequence[Word]) -> Iterator[_Place]:
    at = 0
    while at < len(words):
        first = _placed_at(words, at)
        if first is None:
            at += 1
            continue
        last = first + 1
        while last < len(words) and words[last].tag is Tag.NAME and words[last].gap in (" ", "-"):
            last += 1
        at = last
        while last < len(words) and words[last].tag is Tag.WORD and words[last].gap == " ":
            last += 1
        inside: tuple[Term, ...] = ()
        if last < len(words) and words[last].tag is Tag.NAME and words[last].gap.strip() == ",":
            following = words[last + 1] if last + 1 < len(words) else None
            if (
                following is None
                or following.gap.strip(" ") in (",", ".")
                or (following.sentence != words[last].sentence)
            ):
                inside = tuple(terms_within(text, words[last].start, words[last].end))
        found = tuple(terms_within(text, words[first].start, words[at - 1].end))
        if found and not words[at - 1].is_owner:
            yield _Place(found, inside, text[words[first].start : words[at - 1].end])


def _placed_at(words: Sequence[Word], at: int) -> int | None:
    """Where the name begins that a preposition of place governs."""
    if words[at].lower not in _PLACING or words[at].tag not in (Tag.PREPOSITION, Tag.AUXILIARY):
        return None
    first = at + 1
    while first < len(words) and (
        words[first].lower in ("the", "a", "an") or words[first].lower in _DIRECTIONS
    ):
        first += 1
    noun = first
    while noun < len(words) and noun - first < _LONGEST_NOUN and words[noun].tag is Tag.WORD:
        noun += 1
    if first < noun < len(words) - 1 and words[noun].lower == "of":  # to the colony of Virginia
        first = noun + 1
    if first < len(words) and words[first].tag is Tag.NAME:
        name = words[first].text
        return None if name in MONTHS or name in WEEKDAYS else first
    return None


def _is_elsewhere(
    place: _Place, sentence: str, evidence: str, parts: Sequence[str], weigh: Weigh
) -> bool:
    last = place.terms[-1]
    holding = [part for part in parts if any(last.matches(term) for term in terms(part))]
    if not holding:
        return True
    if place.inside and not any(_lies_in(place, part) for part in holding):
        return True
    clause = _clause_of(sentence, last)
    rest = [term for term in clause if not any(term.start == own.start for own in place.terms)]
    if len(parts) > 1 and _lacks(rest, holding, parts, weigh):
        return True
    return _stands_instead(place, sentence, holding)


def _lies_in(place: _Place, part: str) -> bool:
    """Whether the two names of "Davos, Switzerland" stand side by side."""
    found = terms(part)
    for at, term in enumerate(found):
        if place.terms[-1].matches(term):
            near = found[max(0, at - 1) : at + 3]
            if all(any(one.matches(other) for other in near) for one in place.inside):
                return True
    return False


def _lacks(
    rest: Sequence[Term], holding: Sequence[str], parts: Sequence[str], weigh: Weigh
) -> bool:
    """Whether another sentence of the evidence speaks of the same much more than these."""
    if len(rest) < _FEWEST:
        return False
    own = max(_held(rest, part, weigh) for part in holding)
    others = [_held(rest, part, weigh) for part in parts if part not in holding]
    total = sum(map(weigh, rest))
    return bool(others) and max(others) - own > _ELSEWHERE * total


def _held(rest: Sequence[Term], part: str, weigh: Weigh) -> float:
    there = terms(part)
    return sum(weigh(term) for term in rest if any(term.matches(other) for other in there))


def _stands_instead(place: _Place, sentence: str, holding: Sequence[str]) -> bool:
    """Whether the evidence has the name, but another place in its place."""
    own = terms(sentence)
    for part in holding:
        there = _places(part)
        placed = [term for found in there for term in (*found.terms, *found.inside)]
        if any(place.terms[-1].matches(term) for term in placed):
            return False
        others = [
            found
            for found in there
            if not any(term.matches(other) for term in found.terms for other in own)
        ]
        if not others:
            return False
    return True


def _direction(sentence: str, evidence: str) -> str | None:
    """A name with another direction than the evidence gives it."""
    there = _directed(evidence)
    for direction, term, words in _directed(sentence):
        given = {other for other, name, _ in there if name.matches(term)}
        if given and not any(other[:4] == direction[:4] for other in given):
            return words
    return None


@lru_cache(maxsize=512)
def _directed(text: str) -> tuple[tuple[str, Term, str], ...]:
    words = read_words(text)
    found: list[tuple[str, Term, str]] = []
    for at, word in enumerate(words[:-1]):
        follows = words[at + 1]
        if word.lower in _DIRECTIONS and follows.tag is Tag.NAME and follows.gap == " ":
            found += [
                (word.lower, term, text[word.start : follows.end])
                for term in terms_within(text, follows.start, follows.end)
            ]
    return tuple(found)


def _date(sentence: str, parts: Sequence[str], weigh: Weigh) -> str | None:
    """A year or a month that stands in a sentence of the evidence about something else."""
    if len(parts) < 2:
        return None
    for figure in figures(sentence):
        is_year = figure.kind == "number" and re.fullmatch(r"1\d{3}|20\d\d", figure.text)
        if not (is_year or figure.kind in ("month", "weekday")):
            continue
        holding = [part for part in parts if any(figure.agrees(f) for f in figures(part))]
        if not holding:
            continue
        rest = [
            term
            for term in _clause_at(sentence, figure.start)
            if not figure.start <= term.start < figure.end and not term.is_name
        ]
        if _lacks(rest, holding, parts, weigh) and not any(_LEANS.search(part) for part in holding):
            return figure.text
    return None


@lru_cache(maxsize=512)
def _parts(text: str) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in split_sentences(text))


_CLAUSE = re.compile(
    r"[;:—–]\s|,\s+(?:and|but|while|which|who|where)\b|\b(?:while|but|whereas|although|because)\b",
    re.IGNORECASE,
)


def _clause_of(sentence: str, term: Term) -> list[Term]:
    return _clause_at(sentence, term.start)


def _clause_at(sentence: str, at: int) -> list[Term]:
    cuts = [match.start() for match in _CLAUSE.finditer(sentence)]
    start = max((cut for cut in cuts if cut <= at), default=0)
    end = min((cut for cut in cuts if cut > at), default=len(sentence))
    return [term for term in terms(sentence) if start <= term.start < end]
