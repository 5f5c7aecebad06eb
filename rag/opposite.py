"""Whether a text says the opposite of a sentence: a negation more, a denial, an antonym.

Negations that both have cancel each other; those left over must be even, or be explained by a
word of the other text that has one inside ("unresolved" for "not settled"). Clauses are compared
with the clause that speaks of the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from index.tokens import stem
from rag.terms import Term, shared, terms

# Negations proper; "not only" and its like are none.
_HARD = re.compile(
    r"\b(?:not|\w+n[’']t|cannot|never|neither|nor|no longer|no|none|nobody|nothing|nowhere|"
    r"without|nicht|kein\w*|niemals|niemand|weder|ohne|"
    r"nunca|jamás|ningun[oa]?|ningún|nadie|sin|ne|n[’']\w+|jamais|aucune?|sans|"
    r"не|нет|никогда|никто|без)(?!\w)",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:not (?:only|just|merely|simply|least|to mention|necessarily|surprisingly)|no doubt|"
    r"no (?:less|fewer|more|later|sooner) than|no matter|whether or not|if not|or not|"
    r"not until|none other|nothing but|no\. ?\d|No\. ?\d|nicht (?:nur|zuletzt)|no (?:sólo|solo)|"
    r"non seulement|не только|не менее|не более)\b",
    re.IGNORECASE,
)
# Words with a negation inside, which may stand for one in other words.
_SOFT = re.compile(
    r"\b(?:un(?!it|ion|der|ique|til|iv|cle|less\b)\w{3,}|in(?:ability|able|capable|complete|"
    r"correct|accurate|effective|sufficient|valid|visible|secure)\w*|im(?:possible|"
    r"mature|moral|proper)\w*|il(?:legal|licit)\w*|ir(?:regular|relevant|responsible)\w*|"
    r"dis(?:agree|approve|miss|put|pel|credit|like|prove|allow|continu|avow|regard|satisf)\w*|"
    r"non-?\w{4,}|\w{3,}less|fail\w*|lack\w*|refus\w*|declin\w*|den(?:y|ie[sd]|ial\w*)|"
    r"reject\w*|oppos\w*|object(?:s|ed|ing|ions?)|rul(?:e|es|ed|ing) out|against|yet|remain\w*|"
    r"stop\w*|prevent\w*|avoid\w*|prohibit\w*|forb\w+|ban(?:s|ned|ning)?|block\w*|bar(?:red|s)|"
    r"hardly|scarcely|barely|rarely|seldom|few|little|only|except\w*|exclud\w*|exempt\w*|"
    r"fabricat\w*|false\w*|fals\w*|lie[sd]?|hoax|baseless|pointless|impossible|futile|"
    r"premature|far from|instead|rather|too|absen\w+|miss(?:es|ing|ed)|los[est]\w*|lost|"
    r"reluctan\w*|hesita\w*|free|open|despite|apart|end(?:ed|s)?|no-?one|ceas\w+|"
    r"before|beyond|limit\w*|doubt\w*|abandon\w*|neglect\w*|contrary|unlike|still|"
    r"negó|niega|rechaz\w+|lehn\w+|bestr\w+|refus\w+|отриц\w+|отверг\w*)\b",
    re.IGNORECASE,
)
_DENY = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ials?)|reject(?:s|ed|ing|ion)?|refut\w+|disput(?:e|es|ed|ing)|"
    r"dismiss\w*|contradict\w*|rebut\w*|repudiat\w*|refus\w*|oppos(?:e|es|ed|ing)|decline[sd]?|"
    r"veto\w*|condemn\w*)\b",
    re.IGNORECASE,
)
_AFFIRM = re.compile(
    r"\b(?:confirm\w*|admit\w*|acknowledg\w*|accept\w*|agree[sd]?|approv\w*|endors\w*|"
    r"concede[sd]?|support(?:s|ed|ing)?|welcom\w*|embrac\w*|prais\w*)\b",
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
    r"[;:—–]|,\s+(?=(?:but|while|although|though|whereas|and|however|yet|which|who|where|since|"
    r"so|nor)\b)|\b(?:but|while|although|though|whereas|because|aber|während|obwohl|sondern|weil|"
    r"pero|mientras|aunque|porque|sino|mais|но|хотя)\b|[.!?…][\'\"”»’]?\s",
    re.IGNORECASE,
)
_ENOUGH_SHARED = 0.34
_WORDS = re.compile(r"[^\W\d_]+")


def says_opposite(sentence: str, evidence: str) -> str | None:
    """What makes the evidence say the opposite of a sentence, in words; None if it does not."""
    there = _clauses(evidence)
    for text, words in _clauses(sentence):
        beside = _beside(words, there)
        if _is_odd(text, beside) and not _is_odd_within(sentence, evidence):
            return "the paragraph says the opposite"
    if _antonyms(sentence, evidence):
        return "the paragraph says the opposite"
    if _bounds_differ(sentence, evidence):
        return "one says at least, the other at most"
    return None


@lru_cache(maxsize=1024)
def _clauses(text: str) -> tuple[tuple[str, tuple[Term, ...]], ...]:
    """The clauses of a text that say anything, with their terms."""
    found: list[tuple[str, tuple[Term, ...]]] = []
    start = 0
    for end, following in [(m.start(), m.start()) for m in _CLAUSE.finditer(text)] + [
        (len(text),) * 2
    ]:
        words = terms(text[start:end])
        if words or _HARD.search(text[start:end]):
            found.append((text[start:end], words))
            start = following
    return tuple(found)


def _beside(words: Sequence[Term], there: Sequence[tuple[str, tuple[Term, ...]]]) -> str:
    """The clauses of the evidence that speak of the same as a clause, or all of them."""
    scored = [(len(shared(words, other)), text) for text, other in there]
    best = max((score for score, _ in scored), default=0)
    if best < max(1, _ENOUGH_SHARED * len(words)):
        return " ; ".join(text for text, _ in there)
    return " ; ".join(text for score, text in scored if score == best)


def _is_odd(one: str, other: str) -> bool:
    """Whether one has a negation more than the other, and no word explains it."""
    hard = _count(one) - _count(other)
    if hard % 2 == 0:
        return False
    return not _soft(one) ^ _soft(other)


def _is_odd_within(sentence: str, evidence: str) -> bool:
    """Whether the texts as a whole have equally many negations: they stand elsewhere."""
    return _count(sentence) == _count(evidence) and _count(sentence) > 0


def _count(text: str) -> int:
    return len(_HARD.findall(_NONE.sub(" ", text)))


def _soft(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _SOFT.findall(text))


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
