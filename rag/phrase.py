"""The words of a quote that answer the question, where the kind of answer is plain.

A question asks for a number, a date or a name; those of the quote that it does not name
itself are candidates. A logit model over a few things that can be seen of each tells how
likely it is that one of them is meant, and which: above all, how near to it the quote says
the question's own words (keyword distance, as in Moldovan et al., "The structure and
performance of an open-domain question answering system", ACL 2000). The coefficients stand
in `phrase.json`, fitted by `benchmarks/phrases.py`. Below a threshold nothing is pointed
at: a wrong phrase misleads more than none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from index.spelling import skeleton
from index.tokens import stem
from rag.asked import Asked, Kind, what_is_asked
from rag.dates import Date, Part, find_dates, year_of
from rag.numbers import Number, Unit, find_numbers
from rag.proper import LANGUAGES, find_names
from rag.question import Question
from rag.wording import Token, read_tokens, tell_language

_TABLE = "phrase.json"
_REACH = 5.0  # words: how far the nearness of a word of the question fades to a third
_CLAUSE = 3.0  # words that a comma, a colon or a bracket counts for
_SENTENCE = 12.0  # words that the end of a sentence counts for
_SOON = 5  # words after a number among which what it counts may be named
_TITLE = 3  # words before a name among which the noun asked for may stand
_SHORTEST_NAME = 4  # letters of a name that may be spelled otherwise
_RELATED_VOWELS = str.maketrans("eo", "ii")  # Kiev/Kyiv, as in rag.names

_NUMBERS = {
    Kind.COUNT: {None, Unit.SIZE, Unit.TIME, Unit.MONEY},
    Kind.FIGURE: {None, *Unit},
    Kind.SHARE: {Unit.SHARE},
    Kind.MONEY: {Unit.MONEY},
    Kind.SIZE: {Unit.SIZE, Unit.SHARE, Unit.TIMES},
    Kind.SPAN: {Unit.TIME},
    Kind.TIMES: {Unit.TIMES},
}
_DATES = {
    Kind.DATE: set(Part),
    Kind.YEAR: {Part.YEAR, Part.DECADE},
    Kind.MONTH: {Part.MONTH},
    Kind.DAY: {Part.DAY, Part.WEEKDAY},
    Kind.DECADE: {Part.DECADE},
    Kind.CENTURY: {Part.CENTURY},
}
_GROUPS = {
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(_DATES, "date"),
    Kind.PERSON: "agent",
    Kind.ORGANISATION: "agent",
    Kind.PLACE: "place",
}


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that may be the answer, and what can be seen of them."""

    quote: int
    """The number of their quote, from 0."""
    start: int
    end: int
    said: tuple[str, ...]
    """Their words, as the index counts them: two may say the same."""
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Model:
    """Chooses among phrases of one group, or none of them: a multinomial logit model.

    `none` is the score of none; a phrase is pointed at if its probability reaches `threshold`.
    """

    none: float
    weights: Mapping[str, float]
    threshold: float

    def choose(self, phrases: Sequence[Phrase]) -> tuple[float, list[Phrase]]:
        """The likeliest words, wherever the quotes say them, and their probability."""
        scores = [
            sum(weight * phrase.features[name] for name, weight in self.weights.items())
            for phrase in phrases
        ]
        highest = max([self.none, *scores])
        shares: dict[tuple[str, ...], float] = {}
        best: dict[tuple[tuple[str, ...], int], tuple[float, Phrase]] = {}
        for phrase, score in zip(phrases, scores, strict=True):
            shares[phrase.said] = shares.get(phrase.said, 0.0) + math.exp(score - highest)
            key = phrase.said, phrase.quote
            if key not in best or score > best[key][0]:
                best[key] = score, phrase
        if not shares:
            return 0.0, []
        said = max(shares, key=shares.__getitem__)
        total = math.exp(self.none - highest) + sum(shares.values())
        chosen = [phrase for (other, _), (_, phrase) in best.items() if other == said]
        return shares[said] / total, chosen


def answer_phrases(question: Question, quotes: Sequence[str]) -> list[Span | None]:
    """Where each quote says the words that answer the question; None where that is not plain.

    Args:
        question: what was asked. Of several questions in a row, as when a follow-up was
            joined to the one before, the last counts.
        quotes: the passages of one answer, the best first. One phrase is chosen among them
            all, and found in every quote that says it.

    Returns:
        For each quote, offsets in it.
    """
    spans: list[Span | None] = [None] * len(quotes)
    group, phrases = find_phrases(question, quotes)
    if phrases:
        model = models()[group]
        probability, chosen = model.choose(phrases)
        if probability >= model.threshold:
            for phrase in chosen:
                spans[phrase.quote] = phrase.start, phrase.end
    return spans


@lru_cache(maxsize=1)
def models() -> dict[str, Model]:
    """The fitted models, by group."""
    table = json.loads(files("rag").joinpath(_TABLE).read_text("utf-8"))
    return {group: Model(**values) for group, values in table.items()}


def find_phrases(question: Question, quotes: Sequence[str]) -> tuple[str, list[Phrase]]:
    """What may answer the question, and the group of its kind; nothing if no kind is plain."""
    asked = what_is_asked(question)
    if asked is None:
        return "", []
    found: list[Phrase] = []
    for number, quote in enumerate(quotes):
        tokens = read_tokens(quote)
        nearness = _Nearness(question, tokens)
        for first, last, seen in _find(asked, question, tokens):
            features = {**seen, **nearness(first, last), "is_later": float(number > 0)}
            words = tuple(token.stem for token in tokens[first:last])
            start, end = tokens[first].start, tokens[last - 1].end
            found.append(Phrase(number, start, end, words, features))
    return _GROUPS[asked.kind], found


_Seen = Iterator[tuple[int, int, dict[str, float]]]


def _find(asked: Asked, question: Question, tokens: Sequence[Token]) -> _Seen:
    if asked.kind in _NUMBERS:
        return _numbers(asked, question, tokens)
    if asked.kind in _DATES:
        return _dates(asked, question, tokens)
    return _names(asked, question, tokens)


def _numbers(asked: Asked, question: Question, tokens: Sequence[Token]) -> _Seen:
    dates = find_dates(tokens)
    for number in find_numbers(tokens):
        first, last = number.core
        if number.unit not in _NUMBERS[asked.kind] or not _says_more(question, tokens[first:last]):
            continue
        after = [token.stem for token in tokens[last : last + _SOON]]
        at_once = not after[:2] or bool(set(asked.focus) & set(after[:2]))
        if _is_date(number, dates) and not (number.may_be_year and asked.focus and at_once):
            continue
        yield (
            number.first,
            number.last,
            {
                "counts_it": float(bool(set(asked.focus) & set(after))),
                "counts_other": float(
                    asked.kind is Kind.COUNT and number.unit is not None and not at_once
                ),
                "in_brackets": float("(" in tokens[number.first].gap),
            },
        )
    if asked.kind is Kind.SPAN:
        for date in dates:
            if date.core[1] > date.core[0] + 1 and _says_more(question, tokens[slice(*date.core)]):
                nothing = {"counts_it": 0.0, "counts_other": 0.0, "in_brackets": 0.0}
                yield date.first, date.last, nothing


def _is_date(number: Number, dates: Sequence[Date]) -> bool:
    return any(date.first <= number.core[0] < date.last for date in dates)


def _dates(asked: Asked, question: Question, tokens: Sequence[Token]) -> _Seen:
    for date in find_dates(tokens):
        if not date.parts & _DATES[asked.kind] or not _says_more(
            question, tokens[slice(*date.core)]
        ):
            continue
        first, last = date.first, date.last
        if asked.kind is Kind.YEAR and date.parts > {Part.YEAR}:
            first, last = year_of(tokens, date) or (first, last)
        yield first, last, {"in_brackets": float("(" in tokens[date.first].gap)}


def _names(asked: Asked, question: Question, tokens: Sequence[Token]) -> _Seen:
    if tell_language(tokens) not in LANGUAGES:
        return
    asked_names = {_bones(word) for word in question.content if _may_vary(word)}
    for name in find_names(tokens):
        words = tokens[name.first : name.last]
        capitals = [word for word in words if word.is_capitalised]
        known = [
            word.stem in question.tokens
            or (_may_vary(word.text) and _bones(word.text) in asked_names)
            for word in capitals
        ]
        if all(known):
            continue
        before = {token.stem for token in tokens[max(0, name.first - _TITLE) : name.first]}
        following = tokens[name.last] if name.last < len(tokens) else None
        yield (
            name.first,
            name.last,
            {
                "is_by": float(name.is_by),
                "is_placed": float(name.is_placed),
                "is_unsure": float(name.is_unsure),
                "is_group": float(name.is_group),
                "is_site": float(name.is_site),
                "partly_asked": float(any(known)),
                "many_words": float(len(capitals) > 1),
                "holds_noun": float(bool(set(asked.focus) & {word.stem for word in words})),
                "after_noun": float(bool(set(asked.focus) & before)),
                "ends_clause": float(following is None or bool(following.gap.strip(" '’"))),
            },
        )


def _may_vary(word: str) -> bool:
    return len(word) >= _SHORTEST_NAME and word[0].isupper()


def _bones(word: str) -> str:
    return skeleton(word).translate(_RELATED_VOWELS)


def _says_more(question: Question, words: Sequence[Token]) -> bool:
    """Whether words say something that the question does not."""
    return any(word.stem not in question.tokens for word in words)


class _Nearness:
    """How near the words of a question stand to any words of a quote."""

    def __init__(self, question: Question, tokens: Sequence[Token]) -> None:
        wanted = {stem(word) for word in question.content}
        self._tokens = tokens
        self._count = max(1, len(wanted))
        self._places: dict[str, list[int]] = {}
        self._positions: list[float] = []
        position = 0.0
        for at, token in enumerate(tokens):
            position += 1 + (_CLAUSE if token.gap.strip(" '’-") else 0)
            self._positions.append(position)
            if token.stem in wanted:
                self._places.setdefault(token.stem, []).append(at)

    def __call__(self, first: int, last: int) -> dict[str, float]:
        """`near`: each word counts by its distance; `cover`: the share in the same sentence."""
        sentence = self._tokens[first].sentence
        near = cover = 0.0
        for places in self._places.values():
            cover += any(self._tokens[at].sentence == sentence for at in places)
            near += math.exp((1 - min(self._distance(at, first, last) for at in places)) / _REACH)
        return {"near": near / math.sqrt(self._count), "cover": cover / self._count}

    def _distance(self, at: int, first: int, last: int) -> float:
        """Words from one at `at` to those from `first` up to `last`."""
        if first <= at < last:
            return 1.0
        apart = _SENTENCE if self._tokens[at].sentence != self._tokens[first].sentence else 0.0
        if at < first:
            return apart + self._positions[first] - self._positions[at]
        return apart + self._positions[at] - self._positions[last - 1]
