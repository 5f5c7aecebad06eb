"""The words of an English text with what they may be: a shallow reading, without a parser.

Closed classes (determiners, prepositions, auxiliaries, conjunctions) are lists; verbs are told
by an auxiliary or "to" before them, by their past forms and by what stands about an ending. What
is in doubt is a plain word: the checks built on this object only to what is plain to see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rag.terms import Term, terms
from rag.wording import read_tokens, tell_language


class Tag(StrEnum):
    """What a word may be."""

    COPULA = "copula"
    AUXILIARY = "auxiliary"
    VERB = "verb"
    DETERMINER = "determiner"
    POSSESSIVE = "possessive"
    PREPOSITION = "preposition"
    CONJUNCTION = "conjunction"
    RELATIVE = "relative"
    PRONOUN = "pronoun"
    ADVERB = "adverb"
    NUMBER = "number"
    NAME = "name"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Word:
    """A word at `start:end`."""

    text: str
    lower: str
    start: int
    end: int
    tag: Tag
    gap: str
    """What stands between the word before and this one."""
    is_owner: bool
    """Whether "'s" or "'" follows."""
    sentence: int


_SHORT = 9  # words that may not tell their language
_WORD = re.compile(r"[^\W_]+(?:[-.&][^\W_]+)*")
_OWNER = re.compile(r"[’'](?:s\b|(?=\s))")
_END = re.compile(r"[.!?…][\"”’»')\]]*\s")
_COPULAS = frozenset(
    "is are was were be been being am became become becomes remains remained".split()
)
_AUXILIARIES = frozenset(
    "has have had having do does did will would can could may might shall should must cannot "
    "to".split()
)
_DETERMINERS = frozenset(
    "the a an this that these those some any each every no all both many most several few more "
    "such another other one two three four five six".split()
)
_POSSESSIVES = frozenset("his her its their our my your whose".split())
_PREPOSITIONS = frozenset(
    "in on at from to into onto of for with by about over under against during through across "
    "after before between among within without near around outside inside towards toward since "
    "until behind beside above below beyond along despite via per than as like off out up upon "
    "amid throughout including except".split()
)
_CONJUNCTIONS = frozenset("and or but nor while whereas although though because if when where "
                          "unless once yet so since that".split())  # fmt: skip
_RELATIVES = frozenset("who which whom".split())
_PRONOUNS = frozenset("he she it they him them we us i you there who himself herself itself "
                      "themselves".split())  # fmt: skip
_ADVERBS = frozenset(
    "not also now then never always already still even just again once later soon often only "
    "mainly mostly currently recently usually there here currently however meanwhile".split()
)
_PAST = frozenset(
    "said told began struck took gave made led sued lost wrote held found kept spoke met sent won "
    "built bought brought caught chose drew drove fell fled flew forbade fought got grew hit hurt "
    "knew laid left lent let meant paid put ran rose saw sold set shot showed shut sought spent "
    "spread stood stole taught thought threw understood went wore died became came cost cut fed "
    "felt heard hid rode sang sank sat slept swam swore tore woke bore beat bred dealt dug".split()
)
_PARTICIPLES = frozenset(
    "begun taken given written spoken met won chosen drawn driven fallen flown forbidden gotten "
    "grown known seen shown stolen thrown gone worn become come".split()
)
_BASE = frozenset("say tell claim believe deny want expect think".split())


@lru_cache(maxsize=1024)
def read_words(text: str) -> tuple[Word, ...]:
    """The words of a text, in order."""
    matches = list(_WORD.finditer(text))
    ends = [match.end() for match in _END.finditer(text)]
    found: list[Word] = []
    sentence = 0
    for at, match in enumerate(matches):
        while sentence < len(ends) and match.start() >= ends[sentence]:
            sentence += 1
        word = match.group()
        is_first = not found or found[-1].sentence != sentence
        before = found[-1] if found and not is_first else None
        after = matches[at + 1].group() if at + 1 < len(matches) else ""
        if word == "s" and text[match.start() - 1 : match.start()] in ("’", "'"):
            continue
        gap = text[found[-1].end : match.start()] if found else ""
        owner = _OWNER.match(text, match.end()) is not None
        tag = _tag(word, before, after, gap, is_first=is_first, is_owner=owner)
        found.append(Word(word, word.lower(), *match.span(), tag, gap, owner, sentence))
    return tuple(found)


def _tag(
    word: str, before: Word | None, after: str, gap: str, *, is_first: bool, is_owner: bool
) -> Tag:
    lower = word.lower()
    if len(word) > 1 and word.isupper() and not is_first:  # the US is not "us"
        return Tag.NAME
    for tag, known in (
        (Tag.COPULA, _COPULAS),
        (Tag.AUXILIARY, _AUXILIARIES),
        (Tag.RELATIVE, _RELATIVES),
        (Tag.PRONOUN, _PRONOUNS),
        (Tag.POSSESSIVE, _POSSESSIVES),
        (Tag.ADVERB, _ADVERBS),
    ):
        if lower in known and not (lower == "to" and not _may_follow_to(after)):
            return tag
    if lower == "that" and before is not None and before.tag in (Tag.VERB, Tag.COPULA):
        return Tag.CONJUNCTION
    if lower in _DETERMINERS:
        return Tag.DETERMINER
    if lower in _PREPOSITIONS:
        return Tag.PREPOSITION
    if lower in _CONJUNCTIONS:
        return Tag.CONJUNCTION
    if word[0].isdecimal():
        return Tag.NUMBER
    if word[0].isupper() and (not is_first or _is_nameable(word, after)):
        return Tag.NAME
    if lower.endswith("ly") and len(lower) > len("only"):
        return Tag.ADVERB
    return Tag.VERB if not is_owner and _is_verb(lower, before, after, gap) else Tag.WORD


def _may_follow_to(after: str) -> bool:
    """Whether "to" is that of an infinitive."""
    return bool(after) and after[0].islower() and after not in _DETERMINERS | _POSSESSIVES


def _is_nameable(word: str, after: str) -> bool:
    return not word.endswith(("ing", "ly")) and len(word) > 1


def _is_verb(lower: str, before: Word | None, after: str, gap: str) -> bool:
    if before is None:
        return False
    previous = before
    if previous.tag is Tag.AUXILIARY and "," not in gap:
        return True
    if lower in _BASE and previous.tag in (Tag.NAME, Tag.PRONOUN, Tag.WORD):
        return True
    past = lower in _PAST or (lower.endswith("ed") and len(lower) > len("need"))
    after_copula = previous.tag in (Tag.COPULA, Tag.ADVERB)
    if after_copula and (past or lower in _PARTICIPLES or lower.endswith(("ing", "en"))):
        return True
    if past:
        if previous.tag in (Tag.DETERMINER, Tag.POSSESSIVE, Tag.PREPOSITION) or previous.is_owner:
            return False
        return gap.strip() != "-"
    if lower.endswith("s") and not lower.endswith(("ss", "us", "is")):
        follows = after.lower()
        opens = follows in _DETERMINERS | _POSSESSIVES | {"that", "to", "about", "on", "for"}
        if previous.is_owner:
            return False
        if previous.tag in (Tag.NAME, Tag.WORD):
            return opens and (previous.tag is Tag.NAME or follows in ("a", "an", "the", "that"))
        return previous.tag in (Tag.PRONOUN, Tag.RELATIVE)
    return False


@lru_cache(maxsize=512)
def is_english(sentence: str, evidence: str) -> bool:
    """Whether a sentence is English, or too short to tell and its evidence is."""
    tokens = read_tokens(sentence)
    language = tell_language(tokens)
    if language != "en" and (language is None or len(tokens) <= _SHORT):
        language = tell_language(read_tokens(f"{sentence} {evidence}"))
    return language == "en"


def terms_within(text: str, start: int, end: int) -> list[Term]:
    """The terms of a text that lie in `start:end`."""
    return [term for term in terms(text) if start <= term.start and term.end <= end]
