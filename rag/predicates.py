"""Who does it, and to whom: the two sides of the verbs that a sentence shares with its evidence.

"Washington surprised the Canadians" and "the Canadians were surprised by Washington" agree, "the
Canadians surprised Washington" does not. What stands before a verb in its clause and what stands
behind it are compared as sets of terms; a passive with "by" is turned round. English; a clause
whose subject is a pronoun, or is not plain to see, tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.tokens import stem
from rag.identity import OFFICES
from rag.phrases import Tag, Word, is_english, read_words, terms_within
from rag.terms import Term

_SAYING = frozenset(
    "said says say saying told tell stated announced added explained stressed argued insisted "
    "warned suggested confirmed reported declared denied admitted claimed believed believe "
    "thought think wrote called rejected revealed indicated noted described expected "
    "accused based according".split()
)
_GROUPS = {
    word: group
    for group, words in {
        "against": "against over versus", "from": "from", "to": "to into towards",
        "than": "than", "before": "before", "after": "after", "behind": "behind",
    }.items()
    for word in words.split()
}  # fmt: skip
_FEWEST_SHARED = 3  # terms behind a verb that tell that another verb is about the same
_MOST_OF = 0.6
_LONGEST_NOUN = 4  # words
_BREAK = re.compile(r"[;:()–—]|[.!?]\s")
_QUOTE = re.compile(r"[“”\"«»]")
_FORMS = {
    form: base
    for base, forms in {
        "lead": "led", "make": "made", "take": "took taken", "give": "gave given",
        "find": "found", "hold": "held", "win": "won", "lose": "lost", "build": "built",
        "buy": "bought", "bring": "brought", "catch": "caught", "choose": "chose chosen",
        "fight": "fought", "send": "sent", "sell": "sold", "see": "saw seen", "write": "wrote "
        "written", "meet": "met", "beat": "beaten", "strike": "struck", "steal": "stole stolen",
        "leave": "left", "keep": "kept", "pay": "paid", "tell": "told", "sue": "sued suing",
    }.items()
    for form in (base, *forms.split())
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Predicate:
    """A verb with what stands on its two sides."""

    verb: str
    """Its stem, the same for all forms."""
    agent: tuple[Term, ...]
    """The noun phrase that acts, with what hangs on it."""
    doer: tuple[Term, ...]
    """Its names, or its noun where it has none."""
    patient: tuple[Term, ...]
    """What stands on the other side, up to the end of the clause."""
    agent_is_office: bool
    """Whether the agent is described by an office, and not named: "the Russian leader"."""
    is_told: bool
    """Whether the agent is plain to see: no pronoun, and not left out."""
    is_agentless: bool = False
    """Whether it is a passive that names no agent."""
    tools: tuple[Term, ...] = ()
    """What it is done with: "attacked it with 91 drones"."""


def other_agent(sentence: str, evidence: str) -> str | None:
    """The verb that another does in the evidence than in a sentence; None if all agree.

    Args:
        sentence: what is checked.
        evidence: neighbouring sentences that may support it.
    """
    if not is_english(sentence, evidence):
        return None
    there = predicates(evidence)
    for own in predicates(sentence):
        if not own.is_told:
            continue
        same = [other for other in there if other.verb == own.verb]
        if same and all(_differ(own, other) for other in same):
            return own.verb
        if same and _names(own.doer) and all(_is_agentless(own, other) for other in same):
            return own.verb
        if not same and any(_done_by_another(own, other) for other in there):
            return own.verb
    return None


def _is_agentless(own: Predicate, other: Predicate) -> bool:
    """Whether the evidence leaves open who does what the sentence says that somebody does."""
    clause = other.patient
    return other.is_agentless and _meet(own.patient, clause) and not _meet(own.doer, clause)


def _done_by_another(own: Predicate, other: Predicate) -> bool:
    """Whether nearly all that a verb is about stands behind another verb, of another agent."""
    if not (other.is_told and _names(own.doer) and _names(other.doer)) or own.agent_is_office:
        return False
    if other.agent_is_office or _meet(own.doer, (*other.agent, *other.patient)):
        return False
    held = sum(any(term.matches(o) for o in other.patient) for term in own.patient)
    figures = any(
        term.token.isdecimal() and any(term.matches(o) for o in other.patient)
        for term in own.patient
    )
    fewest = _FEWEST_SHARED - figures
    return held >= fewest and held >= _MOST_OF * len(own.patient)


def turned_round(sentence: str, evidence: str) -> bool:
    """Whether two things changed places about a preposition: "from A to B", "won against A"."""
    if not is_english(sentence, evidence):
        return False
    own, there = _governed(sentence), _governed(evidence)
    for group, found in own.items():
        given = there.get(group, ())
        free = [term for other, terms_ in own.items() if other != group for term in terms_]
        free += [term for term in _named(sentence) if not _meet([term], found)]
        for term in found:
            if not _meet([term], given) and _meet([term], _named(evidence)) and _meet(free, given):
                return True
    return False


@lru_cache(maxsize=512)
def _governed(text: str) -> dict[str, tuple[Term, ...]]:
    """The names and nouns that stand right behind some prepositions, by what these mean."""
    words = read_words(text)
    found: dict[str, tuple[Term, ...]] = {}
    for at, word in enumerate(words[:-1]):
        group = _GROUPS.get(word.lower)
        if group is None or word.tag not in (Tag.PREPOSITION, Tag.CONJUNCTION, Tag.AUXILIARY):
            continue
        last = at + 1
        while last < len(words) and words[last].tag in (Tag.DETERMINER, Tag.POSSESSIVE):
            last += 1
        first = last
        while (
            last < len(words)
            and words[last].tag in (Tag.NAME, Tag.WORD)
            and (last == first or words[last].gap in (" ", "-", "’s ", "'s "))
            and last - first < _LONGEST_NOUN
        ):
            last += 1
        if last > first:
            found[group] = (*found.get(group, ()), *_terms(text, words, (first, last)))
    return found


@lru_cache(maxsize=512)
def _named(text: str) -> tuple[Term, ...]:
    """The names of a text, and its nouns with an article."""
    words = read_words(text)
    found: list[Term] = []
    for at, word in enumerate(words):
        is_noun = word.tag is Tag.WORD and at and words[at - 1].lower == "the"
        if word.tag is Tag.NAME or is_noun:
            found += terms_within(text, word.start, word.end)
    return tuple(found)


def _differ(own: Predicate, other: Predicate) -> bool:
    if not other.is_told:
        # Whoever "he" is, he is not the one whom he does it to.
        named = [term for term in own.doer if term.is_name]
        return not other.is_agentless and _meet(named, other.patient)
    if _meet(own.doer, other.agent) or _meet(own.agent, other.doer):
        return False
    if not _names(own.doer) and _meet(own.doer, other.tools):
        return False  # "91 drones attacked it"
    if _meet(own.doer, other.patient) or _meet(other.doer, own.patient):
        return True
    if not _meet(own.agent, other.agent) and not _meet(own.patient, other.patient):
        return _names(own.doer)  # the same verb, of other things
    if own.agent_is_office or other.agent_is_office:
        return False  # "the Russian leader" may be Putin
    return _names(own.doer) and _names(other.doer)


def _meet(one: Sequence[Term], other: Sequence[Term]) -> bool:
    return any(a.matches(b) for a in one for b in other)


def _names(found: Sequence[Term]) -> bool:
    return any(term.is_name for term in found)


@lru_cache(maxsize=1024)
def predicates(text: str) -> tuple[Predicate, ...]:
    """The verbs of a text with their sides, in order."""
    words = read_words(text)
    found: list[Predicate] = []
    agent: tuple[int, int] | None = None
    for at, word in enumerate(words):
        if word.tag is not Tag.VERB or word.lower in _SAYING:
            continue  # who says it is for `rag.speakers`
        first = _group_start(words, at)
        begin = _clause_start(words, first)
        end = _clause_end(words, at)
        own = _head(words, begin, first)
        if own is None and first > begin - 1 and begin > 0 and words[first - 1].lower == "and":
            own = agent  # "… and did": the one before
        agent = own
        by = next((i for i in range(at + 1, end) if words[i].lower == "by"), None)
        is_passive = any(w.tag is Tag.COPULA for w in words[first:at]) or by == at + 1
        if is_passive:
            if begin > 0 and words[begin].lower in ("that", "which", "who"):
                own = max(0, begin - _LONGEST_NOUN), begin  # what the clause is about
            if by is None:
                sides = [*_terms(text, words, own), *_terms(text, words, (at + 1, end))]
                found.append(Predicate(_base(word.lower), (), (), tuple(sides), False, False, True))
                continue
            doer = (by + 1, _phrase_end(words, by + 1, end))
            sides = [*_terms(text, words, own), *_terms(text, words, (at + 1, by))]
            tools = _tools(text, words, at + 1, end)
            found.append(_predicate(text, words, word, doer, doer, sides, tools))
            continue
        if own is None:
            continue
        whole = (begin, first)
        rest, tools = _terms(text, words, (at + 1, end)), _tools(text, words, at + 1, end)
        found.append(_predicate(text, words, word, own, whole, rest, tools))
    return tuple(found)


def _tools(text: str, words: Sequence[Word], at: int, end: int) -> tuple[Term, ...]:
    """What stands behind "with" in the rest of a clause."""
    place = next((i for i in range(at, end) if words[i].lower == "with"), end)
    return tuple(_terms(text, words, (place + 1, end)))


def _predicate(
    text: str,
    words: Sequence[Word],
    verb: Word,
    head: tuple[int, int],
    whole: tuple[int, int],
    patient: Sequence[Term],
    tools: tuple[Term, ...],
) -> Predicate:
    heads = _without_of(text, words, head)
    names = [term for term in heads if term.is_name and term.word not in OFFICES]
    pronoun = any(word.tag in (Tag.PRONOUN, Tag.RELATIVE) for word in words[slice(*whole)])
    return Predicate(
        verb=_base(verb.lower),
        agent=tuple(_without_of(text, words, whole)) or tuple(heads),
        doer=tuple(names or heads[-1:]),
        patient=tuple(patient),
        agent_is_office=not any(term.word for term in names)
        and any(term.word in OFFICES for term in _terms(text, words, whole)),
        is_told=bool(heads) and not pronoun,
        tools=tools,
    )


def _without_of(text: str, words: Sequence[Word], span: tuple[int, int]) -> list[Term]:
    """The terms of a phrase without what hangs on its "of", where a name is left.

    "The general of the Russian army, Valery Gerasimov," is Gerasimov, and not Russia.
    """
    first, last = span
    left: list[Term] = []
    at = first
    while at < last:
        if words[at].lower == "of" and at > first:
            at += 1
            while at < last and "," not in words[at].gap:
                at += 1
            continue
        left += terms_within(text, words[at].start, words[at].end)
        at += 1
    if any(term.is_name and term.word not in OFFICES for term in left):
        return left
    return _terms(text, words, span)


def _base(verb: str) -> str:
    if verb in _FORMS:
        return _FORMS[verb]
    for ending in ("ing", "ed", "es", "s", "e"):
        if verb.endswith(ending) and len(verb) - len(ending) >= 3:
            return stem(verb[: -len(ending)])[:5]
    return stem(verb)[:5]


def _terms(text: str, words: Sequence[Word], span: tuple[int, int] | None) -> list[Term]:
    if span is None or span[0] >= span[1]:
        return []
    return terms_within(text, words[span[0]].start, words[span[1] - 1].end)


def _group_start(words: Sequence[Word], at: int) -> int:
    """Where the auxiliaries and adverbs begin that go with a verb."""
    first = at
    while first > 0 and words[first - 1].tag in (Tag.AUXILIARY, Tag.COPULA, Tag.ADVERB):
        if words[first].sentence != words[first - 1].sentence or "," in words[first].gap:
            break
        first -= 1
    return first


def _clause_start(words: Sequence[Word], at: int) -> int:
    begin, commas = at, 0
    while begin > 0:
        word, gap = words[begin - 1], words[begin].gap
        if word.sentence != words[at - 1 if at else at].sentence or _BREAK.search(gap):
            break
        if _QUOTE.search(gap):
            break
        if gap.strip() == ",":  # X, the head of Y, did
            commas += 1
            if commas > (2 if words[at].gap.strip() == "," else 0):
                break
        if word.tag in (Tag.VERB, Tag.COPULA, Tag.AUXILIARY):
            break
        if word.tag is Tag.CONJUNCTION and word.lower != "and":
            break
        if word.tag is Tag.CONJUNCTION and begin == at:
            break
        if word.lower == "that" or word.tag is Tag.RELATIVE:
            return begin - 1
        begin -= 1
    return begin


def _clause_end(words: Sequence[Word], at: int) -> int:
    end = at + 1
    while end < len(words):
        word = words[end]
        if word.sentence != words[at].sentence or _BREAK.search(word.gap):
            break
        if _QUOTE.search(word.gap) or (word.gap.strip() == "," and word.lower != "including"):
            break
        if word.tag in (Tag.VERB, Tag.RELATIVE) or (
            word.tag is Tag.CONJUNCTION and word.lower not in ("and", "or")
        ):
            break
        end += 1
    return end


def _phrase_end(words: Sequence[Word], at: int, end: int) -> int:
    last = at
    while last < end and words[last].tag not in (Tag.VERB, Tag.COPULA, Tag.AUXILIARY):
        if last > at and words[last].tag is Tag.PREPOSITION and words[last].lower != "of":
            break
        last += 1
    return last


def _head(words: Sequence[Word], begin: int, first: int) -> tuple[int, int] | None:
    """The noun phrase right before a verb that no preposition governs."""
    phrases: list[tuple[int, int, bool]] = []
    at = begin
    governed = False
    start = begin
    while at < first:
        word = words[at]
        if word.tag is Tag.PREPOSITION and not (word.lower == "of" and at > start):
            if at > start:
                phrases.append((start, at, governed))
            governed, start = True, at + 1
        elif governed and at > start and _closes(words, at):
            phrases.append((start, at, governed))
            governed, start = False, at
        at += 1
    if start < first:
        phrases.append((start, first, governed))
    free = [(one, two) for one, two, is_governed in phrases if not is_governed]
    return free[-1] if free else None


def _closes(words: Sequence[Word], at: int) -> bool:
    """Whether a new phrase begins, behind a date or a comma, and no longer belongs to "in"."""
    word, before = words[at], words[at - 1]
    if word.gap.strip() == ",":
        return True
    is_date = before.tag is Tag.NUMBER or before.lower in ("year", "month", "week", "day")
    return is_date and word.tag in (Tag.NAME, Tag.DETERMINER, Tag.PRONOUN, Tag.POSSESSIVE)
