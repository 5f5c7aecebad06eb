"""Who says it, and who does what to whom: roles of a sentence that its evidence gives to others.

Speakers are compared as `rag.speakers` finds them. The other roles are told without a parser: what
stands before and after a name or a number, and how near, is compared with what stands about it in
the evidence; if two of them fit better the other way round, they were swapped. A passive with "by"
is turned round first. What no other word tells ("the two met") stays untold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from index.models import Article
from index.sentences import split_sentences
from rag.figures import figures
from rag.speakers import Speaker, Stance, speakers_at, speakers_in
from rag.terms import Term, terms

_SAYS = (
    r"said|says|told|stated|announced|added|explained|stressed|argued|insisted|warned|suggested|"
    r"confirmed|reported|declared|denied|admitted|claimed|believes|believed|wrote|called|rejected|"
    r"revealed|indicated|noted|accused|described|praised|welcomed"
)
_JUST_BEFORE = re.compile(rf"\b([^\W\d_a-zà-ÿа-я][\w’'-]+)\s+(?:{_SAYS})\b")
_TITLE = (
    r"President|Prime Minister|Minister|Chancellor|Mayor|King|Queen|Director|Judge|Chairman|"
    r"Secretary|Governor|Präsident|Kanzler|presidente|président|президент"
)
_OFFICES = frozenset("presid prime minist chance mayor king queen direct judge chairm leader "
                     "secret govern spokes offici source govern head chief".split())  # fmt: skip
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|wurde|wurden|fue|fueron|été)\s+(?:\w+ly\s+|not\s+|often\s+)?"
    r"(\w+)\b([^,;:.!?]*?)\b(?:by|von|por|par)\s+([^,;:.!?]+)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;:—–.!?]\s|,\s|\b(?:while|but|whereas|although|because|that|which|whose|who|and|when)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:he|she|they|his|her|er|sie|él|ella|il|elle|он|она)\b", re.IGNORECASE)
_NEAR = 4  # terms on each side that tell a role
_SWAPPED = 0.3  # how much better the other way round must fit
_DETERMINED = re.compile(r"\b(?:the|a|an|its|his|her|their)\s+(?:\w+\s+)?$", re.IGNORECASE)


def other_speaker(
    sentence: str, context: str, article: Article, start: int, end: int, before: str = ""
) -> str | None:
    """Who says it in the evidence, where a sentence says that somebody else does.

    Args:
        sentence: what is checked.
        context: the sentence before it.
        article: that of the evidence.
        start: where the evidence begins in its text.
        end: where it ends.
        before: what stands before it and explains its "he".

    Returns:
        The other speaker, "" where nobody is named, None where the speakers agree.
    """
    own = _own_speakers(sentence, context)
    if not own:
        return None
    there = _speakers_there(article, start, end)
    evidence = article.text[start:end]
    for name in own:
        if any(_is_same(name, who.name, article.text) for who in there):
            continue
        if not there and (
            _is_in(name, evidence) or (_PRONOUN.search(evidence) and _is_in(name, before))
        ):
            continue
        return there[0].name if there else ""
    return None


def only_claimed(sentence: str, article: Article, start: int, end: int) -> str | None:
    """Who claims it in the evidence, where a sentence states it as a fact; None if nobody does."""
    if speakers_in(sentence):
        return None
    there = _speakers_there(article, start, end)
    if there and all(who.stance is not Stance.SAYS for who in there):
        claimant = next((who for who in there if who.stance is Stance.CLAIMS), None)
        if claimant is not None and not _is_in(claimant.name, sentence):
            return claimant.name
    return None


def _own_speakers(sentence: str, context: str) -> list[str]:
    found = [who.name for who in speakers_in(sentence, context or None)]
    found += [match[1] for match in _JUST_BEFORE.finditer(sentence)]
    return list(dict.fromkeys(name for name in found if _telling(name)))


def _telling(name: str) -> bool:
    return (
        bool(terms(name))
        and not name[0].isdecimal()
        and name.lower() not in {"he", "she", "they", "it", "who"}
    )


@lru_cache(maxsize=512)
def _speakers_there(article: Article, start: int, end: int) -> tuple[Speaker, ...]:
    text = article.text
    found = [
        who
        for first, last in split_sentences(text[start:end])
        for who in speakers_at(text, start + first, start + last)
    ]
    for match in _JUST_BEFORE.finditer(text, start, end):
        found.append(Speaker(match[1], *match.span(1), Stance.SAYS, match.end(1)))
    return tuple(who for who in found if _telling(who.name))


def _is_same(one: str, other: str, text: str) -> bool:
    """Whether two namings are of the same speaker: by a name, a country, or an office."""
    a, b = _heads(one), _heads(other)
    if a and b:
        return any(x.matches(y) for x in a for y in b)
    if not a and not b:
        return any(x.matches(y) for x in terms(one) for y in terms(other))
    # One is named, the other described: "the Ukrainian president".
    named, described = (one, other) if a else (other, one)
    holders = _holders(described, text)
    return not holders or any(
        x.matches(y) for x in _heads(named) for holder in holders for y in terms(holder)
    )


def _heads(name: str) -> list[Term]:
    """The terms of a name that tell who it is; none for a description."""
    found = [t for t in terms(name) if t.bones and t.token not in _OFFICES]
    countries = [t for t in terms(name) if not t.word and not t.is_act]
    offices = [t for t in terms(name) if t.token in _OFFICES or (t.word and not t.bones)]
    return found or ([] if offices else countries)


@lru_cache(maxsize=256)
def _holders(description: str, text: str) -> tuple[str, ...]:
    """Who holds the office of a description in an article: "Ukrainian President Volodymyr …"."""
    wanted = terms(description)
    countries = [t for t in wanted if not t.word]
    found: list[str] = []
    for match in re.finditer(
        rf"((?:[\w.]+\s+){{0,2}})(?:{_TITLE})\s+((?:[^\W\d_a-z][\w’'-]+\s?){{1,3}})", text
    ):
        before = terms(match[1])
        if countries and any(c.token == t.token for c in countries for t in before):
            found.append(match[2].strip())
    return tuple(found)


def _is_in(name: str, text: str) -> bool:
    return any(x.matches(y) for x in terms(name) for y in terms(text))


# -- who does what to whom -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Item:
    """A term or a number in the order in which roles are told."""

    term: Term | None
    values: tuple[float, ...]
    is_entity: bool
    is_sure: bool
    """A name or a number, and no noun that merely has an article."""
    clause: int

    def same(self, other: _Item) -> bool:
        if self.term is None or other.term is None:
            return bool(set(self.values) & set(other.values))
        return self.term.matches(other.term)


def swapped(sentence: str, evidence: str) -> bool:
    """Whether two names, numbers or nouns of a sentence have each other's place in the evidence."""
    own, there = _items(sentence), _items(evidence)
    entities = [at for at, item in enumerate(own) if item.is_entity]
    homes = {at: [p for p, o in enumerate(there) if o.same(own[at])] for at in entities}
    told = [at for at in entities if homes[at]]
    for one, two in combinations(told, 2):
        if own[one].same(own[two]) or (own[one].term is None) != (own[two].term is None):
            continue
        if _are_listed(own, one, two) and any(
            _are_listed(there, p, q) for p in homes[one] for q in homes[two]
        ):
            continue  # "Belgium and the Netherlands"
        skip = [own[one], own[two]]
        views = _view(own, one, skip), _view(own, two, skip)
        places = homes[one], homes[two]
        gains = [
            _fit(view, [_view(there, p, skip) for p in other])
            - _fit(view, [_view(there, p, skip) for p in home])
            for view, home, other in zip(views, places, places[::-1], strict=True)
        ]
        least = -_SWAPPED if own[one].is_sure and own[two].is_sure else 0.0
        if min(gains) >= least and sum(gains) > _SWAPPED:
            return True
    return False


def _are_listed(items: Sequence[_Item], one: int, two: int) -> bool:
    """Whether two items stand side by side with nothing but "and" or a comma between them."""
    first, second = sorted((one, two))
    return second == first + 1 and items[second].clause == items[first].clause + 1


_View = list[tuple[_Item, int, float]]


def _view(items: Sequence[_Item], at: int, skip: Sequence[_Item]) -> _View:
    """What stands about an item: each with its side and a weight that falls with the distance."""
    found: _View = []
    for side in (-1, 1):
        distance = 0
        place = at + side
        while 0 <= place < len(items) and distance < _NEAR:
            item = items[place]
            far = abs(item.clause - items[at].clause)
            if not any(item.same(other) for other in skip):
                distance += 1
                found.append((item, side, 1.0 / distance / (1 + far)))
            place += side
    return found


def _fit(view: _View, homes: Iterable[_View]) -> float:
    best = 0.0
    for home in homes:
        total = 0.0
        for item, side, weight in view:
            weights = [w for other, s, w in home if s == side and item.same(other)]
            total += min(weight, max(weights, default=0.0))
        best = max(best, total)
    return best


@lru_cache(maxsize=1024)
def _items(text: str) -> tuple[_Item, ...]:
    text = _active(text)
    cuts = [match.start() for match in _CLAUSE.finditer(text)]
    numbers = [figure for figure in figures(text) if figure.kind == "number"]
    taken = [(figure.start, figure.end) for figure in numbers]
    placed: list[tuple[int, _Item]] = []
    for figure in numbers:
        clause = sum(cut <= figure.start for cut in cuts)
        placed.append((figure.start, _Item(None, figure.values, True, True, clause)))
    for term in terms(text, seats=True):
        if any(start <= term.start < end for start, end in taken):
            continue
        clause = sum(cut <= term.start for cut in cuts)
        is_name = bool(term.bones) or (not term.word and not term.is_act)
        entity = is_name or _DETERMINED.search(text[max(0, term.start - 25) : term.start])
        placed.append((term.start, _Item(term, (), bool(entity), is_name, clause)))
    return tuple(item for _, item in sorted(placed, key=lambda pair: pair[0]))


def _active(text: str) -> str:
    """A text with its passives turned round: "A was hit by B" as "B hit A"."""
    parts: list[str] = []
    last = 0
    for match in _PASSIVE.finditer(text):
        cut = max((m.end() for m in _CLAUSE.finditer(text, last, match.start())), default=last)
        subject = text[cut : match.start()]
        parts.append(f"{text[last:cut]} {match[3]} {match[1]} {subject} {match[2]}")
        last = match.end()
    return "".join([*parts, text[last:]])
