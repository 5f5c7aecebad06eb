"""The words of a text as arguments compare them: whatever the ending, the spelling, the wording.

"Zelenskyy" and "Selenskyj" are one term, so are "Russia", "Russian" and "the Kremlin", and so
are the verbs that say yes to a thing ("agree", "accept", "recognise").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.spelling import skeleton
from index.tokens import fold, stem
from rag.countries import country_of
from rag.question import has_content

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+")
_SHORTEST_NAME = 4
_SHORTEST_WORD = 4
_LONGEST_ENDING = 3
_RELATED_VOWELS = str.maketrans("eo", "ii")  # Kiev/Kyiv, as in rag.names

# Verbs that say the same of a claim, an offer or a plan, by the beginnings of their forms.
_ACTS = {
    "accept": (
        "accept agree agrees agreed agreein consen approv recogn acknow permit allow allows "
        "allowe akzept zustim zugest anerke billig acepta acordo reconoc aproba accord approu "
        "reconn соглас призна одобри приня принят"
    ),
    "confirm": (
        "confir verify verifi prove proves proved proven proof corrob substa valida bestat "
        "bewies bewiese prüfen verifi confirmo probad demost vérifi confirme prouve подтве "
        "провер доказа"
    ),
    "receive": "receiv get gets got gotten obtain acquir erhalt bekomm bekam recibi obtuvo reçu "
    "reçoit obtenu получи",
    "support": "suppor back backs backed backin favour favor favore endors welcom stutzt "
    "unters befurw apoya apoyo respal soutie souten поддер",
    "speak": "speak speaks spoke spoken talk talks talked talkin negoti conver verhan gesprä "
    "hablar habla negoci parler parle négoci говори перего",
}
_ACT_OF = {stem(fold(form)): f"={act}" for act, forms in _ACTS.items() for form in forms.split()}


@dataclass(frozen=True, slots=True)
class Term:
    """A word that carries meaning, and where it stands."""

    token: str
    """What is compared: a stem, a country, or an act ("=accept")."""
    word: str
    """In lower case, without accents; empty where `token` stands for several words."""
    bones: str
    """The skeleton of what may be a name, or an empty text."""
    start: int
    end: int
    is_name: bool = False
    """Whether it may be one: a country, or a word with a capital letter."""

    @property
    def is_act(self) -> bool:
        """Whether `token` is an act, which several verbs stand for."""
        return self.token.startswith("=")

    def matches(self, other: Term) -> bool:
        """Whether two terms mean the same, as far as their letters tell."""
        if self.token == other.token or (self.bones and self.bones == other.bones):
            return True
        short, long = self.word, other.word
        if len(short) > len(long):
            short, long = long, short
        return (
            len(short) >= _SHORTEST_WORD
            and long.startswith(short)
            and len(long) - len(short) <= _LONGEST_ENDING
            and not short[0].isdecimal()
        )


@lru_cache(maxsize=512)
def terms(text: str, *, seats: bool = True) -> tuple[Term, ...]:
    """The terms of a text, in order.

    Args:
        text: a question, a sentence or a part of one.
        seats: whether a capital stands for its country ("Moscow" for Russia): right for who
            speaks and acts, wrong for where things are.
    """
    found: list[Term] = []
    matches = list(_WORD.finditer(text))
    place = 0
    while place < len(matches):
        match = matches[place]
        step, country = _country(matches[place : place + 2], seats)
        if country:
            end = matches[place + step - 1].end()
            found.append(Term(country, "", "", match.start(), end, is_name=True))
        elif has_content(match.group()):
            found.append(_term(match))
        place += step
    return tuple(found)


def shared(one: Sequence[Term], other: Iterable[Term]) -> list[Term]:
    """Those of `one` that `other` has too, each once."""
    others = list(other)
    seen: dict[str, Term] = {}
    for term in one:
        if any(term.matches(o) for o in others):
            seen.setdefault(term.token, term)
    return list(seen.values())


def distinct(found: Iterable[Term]) -> int:
    """How many different terms there are."""
    return len({term.token for term in found})


def _country(words: Sequence[re.Match[str]], seats: bool) -> tuple[int, str | None]:
    """How many words the next term takes, and the country that it is, if any."""
    if len(words) == 2 and words[1].start() - words[0].end() <= 1:
        both = country_of((words[0].group(), words[1].group()), seats=seats)
        if both:
            return 2, both
    return 1, country_of((words[0].group(),), seats=seats)


def _term(match: re.Match[str]) -> Term:
    word = match.group()
    token = stem(word)
    act = _ACT_OF.get(token)
    bones = ""
    if word[0].isupper() and len(word) >= _SHORTEST_NAME and not act:
        bones = _bones(word)
    is_name = word[0].isupper() and not act
    return Term(act or token, "" if act else fold(word), bones, *match.span(), is_name)


@lru_cache(maxsize=16384)
def _bones(word: str) -> str:
    found = skeleton(word).translate(_RELATED_VOWELS)
    return found if len(found) >= _SHORTEST_NAME else ""
