"""Whether a text says the opposite of a sentence: a negation more, a denial, an antonym.

A negation reaches the words behind it in its clause; two make a yes ("would not oppose"). Where
the other text has the same words, it must have them negated as well, by a negation or by a word
with one inside ("refused", "disqualified"); a word like "unresolved" in one text alone may be the
other's "not settled", and then nothing is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.tokens import stem
from rag.terms import Term, terms

# Negations proper; "not only" and its like are none.
_HARD = re.compile(
    r"\b(?:not|\w+n[’']t|cannot|never|neither|nor|no longer|no|none|nobody|nothing|nowhere|"
    r"without|nicht|kein\w*|niemals|niemand|weder|ohne|"
    r"nunca|jamás|ningun[oa]?|ningún|nadie|sin|ne|n[’']\w+|jamais|aucune?|sans|"
    r"не|нет|никогда|никто|без)(?!\w)",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\A\W*no,|"
    r"\b(?:not (?:only|just|merely|simply|least|to mention|necessarily|surprisingly)|no doubt|"
    r"no (?:less|fewer|more|later|sooner) than|no matter|whether or not|if not|or not|"
    r"not until|none other|nothing but|no\. ?\d|No\. ?\d|nicht (?:nur|zuletzt)|no (?:sólo|solo)|"
    r"non seulement|не только|не менее|не более)\b",
    re.IGNORECASE,
)
# Verbs and nouns that negate what follows, and may stand for a negation in other words.
_LEXICAL = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ials?)|reject(?:s|ed|ing|ion)?|refus(?:e|es|ed|ing|al)|"
    r"fail(?:s|ed|ing|ure)? to|declin(?:e|es|ed|ing) to|yet to|unable to|unwilling(?:ness)?|"
    r"oppos(?:e|es|ed|ing|ition)|object(?:s|ed|ing)? to|"
    r"(?:is|are|was|were|be|been|being|not|(?:vot(?:e|es|ed|ing)|sp(?:oke|eaks?)|argu\w+|"
    r"decid\w+|advis\w+|warn\w+|caution\w+|rule[ds]?|came|petition\w*|protest\w*|campaign\w*|"
    r"demonstrat\w*)(?: \w+){0,3}?) against|rul(?:e|es|ed|ing) out|"
    r"disput(?:e|es|ed|ing)|lack(?:s|ed|ing)?|prevent(?:s|ed|ing)?|prohibit\w*|forb(?:id|ids|ade|"
    r"idden)|ban(?:s|ned|ning)?|disqualif\w+|barred|exclud(?:e|es|ed|ing)|exempt\w*|"
    r"stopp?(?:ed|s)? from|far from|rather than|instead of|hardly|scarcely|barely|rarely|"
    r"seldom|reluctan\w*|"
    r"absence of|denied|unlikely|impossible|negó|niega|rechaz\w+|lehn\w+|bestr[ie]\w+|отриц\w+|"
    r"отверг\w*)(?!\w)",
    re.IGNORECASE,
)
# Adjectives and adverbs that a negation elsewhere may be the paraphrase of.
_SOFT = re.compile(
    r"\b(?:un(?!it|if|ion|der|ique|til|iv|leash|veil|fold|cle\b|less\b)\w{4,}|in(?:ability|capable|complete|correct|"
    r"accurate|effective|sufficient|valid|visible|secure)\w*|im(?:possible|mature|moral|proper)\w*|"
    r"il(?:legal|licit)\w*|ir(?:regular|relevant)\w*|dis(?:agree|approve|like|prove|continu|put)\w*|"
    r"non-?\w{4,}|(?!motion|nevert|nonet|regard)\w{3,}less|few|little|only|exceptions?|fabricat\w*|false\w*|lies?|hoax|"
    r"baseless|pointless|futile|premature|too|remain(?:s|ed)? to be|loss|missing|free of|"
    r"neglect\w*|contrary|unlike)\b",
    re.IGNORECASE,
)
_PAIRS = [
    tuple(frozenset(stem(word) for word in side.split()) for side in pair.split("|"))
    for pair in (
        "increase increases increased increasing rise rises rose risen grow grows grew grown|"
        "decrease decreases decreased decline declines declined fall falls fell fallen drop drops "
        "dropped shrink shrank reduced",
        "more greater larger bigger higher|fewer less smaller lower",
        "most|least", "maximum|minimum", "largest biggest greatest|smallest", "highest|lowest",
        "longest|shortest", "oldest|youngest newest", "best|worst", "north northern|south southern",
        "east eastern|west western", "before|after", "begin began begun start started starts|"
        "end ended ends finish finished stop stopped", "open opened opens|close closed closes shut",
        "win won wins victory|lose lost loses defeat", "accept accepted accepts accepting|"
        "reject rejected rejects rejecting refuse refused", "allow allowed allows permit permitted|"
        "forbid forbade forbidden ban banned prohibit prohibited", "advance advanced advancing|"
        "retreat retreated retreating withdraw withdrew withdrawing",
        "support supported supports|oppose opposed opposes",
        "weak weaker weakly weaken weakened|strong stronger strongly strengthen strengthened",
        "likely|unlikely", "possible|impossible", "early|late", "upper|lower", "left|right",
        "inside|outside", "public|private", "rich|poor", "hot|cold", "male|female", "first|last",
        "always|never rarely", "success succeeded successful successfully|failure failed",
        "easy easier|difficult hard harder", "willing willingness ready|unwilling reluctant",
        "attract attracts|repel repels", "positive|negative", "import imports|export exports",
        "ready|unready", "afraid|unafraid", "cautious|confident", "denied denies deny|"
        "confirmed confirms confirm admitted admits admit",
    )
]  # fmt: skip
_BOUNDS = (
    re.compile(r"\b(?:at least|no (?:less|fewer) than|more than|over|a minimum of|exceed\w*)\s+"
               r"(?=[$€£]?\d|\w+ty\b|two|three|four|five|six|ten|half)", re.IGNORECASE),
    re.compile(r"\b(?:at most|no more than|less than|fewer than|under|up to|a maximum of)\s+"
               r"(?=[$€£]?\d|\w+ty\b|two|three|four|five|six|ten|half)", re.IGNORECASE),
)  # fmt: skip
_CLAUSE = re.compile(
    r"[;:—–]|,\s+(?=(?:but|while|although|though|whereas|and|however|yet|which|who|where|whose|since|"
    r"so|nor|as|or|we|he|she|they|it|saying|adding)\b)|\b(?:but|while|although|though|whereas|because|"
    r"aber|während|obwohl|sondern|weil|pero|mientras|aunque|porque|sino|mais|но|хотя)\b|"
    r"[.!?…][\'\"”»’]?\s",
    re.IGNORECASE,
)
_OBJECTS = frozenset("nobody nothing none nowhere niemand nadie никто".split())
_WITHOUT = frozenset("without ohne sin sans без".split())
_REACH_OF_PREPOSITION = 2
_REACH = 6  # terms that a negation reaches
_TELLING = 3  # terms, the nearest to a negation, that tell whether the other text has it
_NEAR = 2  # terms between a word and what it may negate
_BY = re.compile(r"\s+(?:by|von|por|par)\b")
_WORDS = re.compile(r"[^\W\d_]+")


def says_opposite(sentence: str, evidence: str) -> bool:
    """Whether the evidence says the opposite of a sentence.

    Args:
        sentence: what is checked.
        evidence: neighbouring sentences that speak of the same.
    """
    own, there = _polarities(sentence), _polarities(evidence)
    return (
        _disagree(own, there)
        or _unheeded(there, own)
        or _antonyms(sentence, evidence)
        or _bounds_differ(sentence, evidence)
    )


@dataclass(frozen=True, slots=True)
class _Polarities:
    """The terms of a text, each with whether it is negated, and what each negation reaches."""

    terms: tuple[Term, ...]
    negated: tuple[bool, ...]
    scopes: tuple[tuple[int, ...], ...]
    """For each negation, the places of the terms that it reaches, nearest first."""
    starts: tuple[int, ...]
    """For each negation, the place of the term before which it stands."""
    soft: tuple[tuple[str, int], ...]
    """Words with a negation inside: their stems, each with the place of the term before which
    it stands."""


@lru_cache(maxsize=2048)
def _polarities(text: str) -> _Polarities:
    hidden = _NONE.sub(lambda match: "#" * len(match.group()), text)
    words = terms(text)
    cues = [match.span() for match in _HARD.finditer(hidden)]
    lexical = [match.span() for match in _LEXICAL.finditer(hidden)]
    ends = [match.start() for match in _CLAUSE.finditer(text)] + [len(text)]
    counts = [0] * len(words)
    scopes: list[tuple[int, ...]] = []
    starts: list[int] = []
    for start, end in [*cues, *lexical]:
        last = next(at for at in ends if at >= start)
        reach = _REACH
        if text[start:end].lower() in _WITHOUT:  # a preposition: its noun, and no more
            comma = text.find(",", end, last)
            last, reach = (comma if comma >= 0 else last), _REACH_OF_PREPOSITION
        if _BY.match(text, end) or text[start:end].lower() in _OBJECTS:
            # "disputed by a source", "afraid of nobody": what stands before is negated
            first = max((at for at in ends if at < start), default=0)
            reached = [at for at, word in enumerate(words) if first <= word.start < start][::-1]
            reached = reached[:reach]
        else:
            reached = [at for at, word in enumerate(words) if end <= word.start < last][:reach]
        for at in reached:
            counts[at] += 1
        if (start, end) in cues or reached:
            scopes.append(tuple(reached))
            starts.append(sum(word.end <= start for word in words))
    soft = tuple(
        (stem(match.group()), sum(word.end <= match.start() for word in words))
        for match in _SOFT.finditer(hidden)
    )
    return _Polarities(
        words, tuple(count % 2 == 1 for count in counts), tuple(scopes), tuple(starts), soft
    )


def _disagree(own: _Polarities, there: _Polarities) -> bool:
    """Whether a negation of a sentence has none in the evidence that speaks of the same."""
    for scope, start in zip(own.scopes, own.starts, strict=True):
        near = _nearest(scope, own, there)
        if not near and not there.scopes:
            near = _nearest(_before(start, own), own, there)
        if _all_differ(near, own, there):
            return True
    return False


def _unheeded(there: _Polarities, own: _Polarities) -> bool:
    """Whether the evidence negates what a sentence says without a negation.

    Stricter than the other way about: evidence says more than the sentence does.
    """
    for scope, start in zip(there.scopes, there.starts, strict=True):
        telling = [at for at in scope if not _is_name(there.terms[at])][:_TELLING]
        near = [
            (at, found)
            for at in telling
            if (found := _same(there.terms[at], own))
            and all(there.negated[other] for other in _same(there.terms[at], there))
        ]
        if not near and len(telling) == 1 and not own.scopes:
            near = _nearest(_before(start, there)[:1], there, own)
        elif len(near) * (3 if not own.scopes else 2) < len(telling):
            continue
        if _all_differ(near, there, own):
            return True
    return False


def _nearest(
    scope: Sequence[int], one: _Polarities, other: _Polarities
) -> list[tuple[int, list[int]]]:
    """The terms nearest to a negation that the other text has, names only if there are no others:
    a name is spoken of in any clause."""
    matched = [(at, found) for at in scope if (found := _same(one.terms[at], other))]
    plain = [(at, found) for at, found in matched if not _is_name(one.terms[at])]
    return (plain or matched)[:_TELLING]


def _all_differ(
    near: Sequence[tuple[int, list[int]]], one: _Polarities, other: _Polarities
) -> bool:
    if not near or any(_explained(found, one, other) for _, found in near):
        return False
    return not any(one.negated[at] == other.negated[place] for at, found in near for place in found)


def _before(start: int, one: _Polarities) -> list[int]:
    """The terms before a negation, nearest first, where those behind it tell nothing."""
    return [at for at in range(start - 1, -1, -1) if not _is_name(one.terms[at])][:_TELLING]


def _explained(places: list[int], one: _Polarities, other: _Polarities) -> bool:
    """Whether a word of the other text alone, near the same, may stand for the negation."""
    own = {word for word, _ in one.soft}
    return any(
        word not in own and abs(place - near) <= _NEAR
        for word, place in other.soft
        for near in places
    )


def _same(term: Term, other: _Polarities) -> list[int]:
    return [at for at, found in enumerate(other.terms) if term.matches(found)]


def _is_name(term: Term) -> bool:
    return bool(term.bones) or (not term.word and not term.is_act)


def _count(text: str) -> int:
    return len(_HARD.findall(_NONE.sub(" ", text)))


def _antonyms(sentence: str, evidence: str) -> bool:
    """Whether a sentence has a word where the evidence has its opposite."""
    own = {stem(word) for word in _WORDS.findall(sentence)}
    there = {stem(word) for word in _WORDS.findall(evidence)}
    if _count(sentence) != _count(evidence):
        return False
    for one, other in _PAIRS:
        for here, opposite in ((one, other), (other, one)):
            if own & here and not own & opposite and there & opposite and not there & here:
                return True
    return False


def _bounds_differ(sentence: str, evidence: str) -> bool:
    least, most = _BOUNDS
    own = bool(least.search(sentence)), bool(most.search(sentence))
    there = bool(least.search(evidence)), bool(most.search(evidence))
    return any(own) and any(there) and own != there and not (own[0] and there[0])
