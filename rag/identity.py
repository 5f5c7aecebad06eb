"""Who or what a name is: "X is Y", "Y X" and "X, the Y," need the two together in the evidence.

A paragraph that has the words "president" and "Tusk" does not say that Tusk is a president. The
evidence bears an identity out only where the name stands in one complex with what it is said to
be: a title before it ("Polish Prime Minister Donald Tusk"), an apposition on either side, or a
copula. English: elsewhere nothing is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.phrases import Tag, Word, is_english, read_words, terms_within
from rag.terms import Term, terms

_HALF, _MOST_OF = 0.5, 0.6  # of what is said behind a copula, that in many words
_MANY = 5
_LONGEST = 14  # words of a complex on either side
_LINKS = frozenset("of for at in from to".split())  # between the parts of what a name is
_STOPS = (Tag.VERB, Tag.AUXILIARY, Tag.CONJUNCTION, Tag.RELATIVE, Tag.PRONOUN, Tag.COPULA)
_PRONOUNS = frozenset("he she it they".split())
_LIKE_COPULAS = frozenset(
    "named appointed elected called made known considered represents represented means "
    "serves served".split()
)
OFFICES = frozenset(
    "president minister premier chancellor king queen emperor empress prince princess duke earl "
    "pope bishop cardinal archbishop general colonel major captain lieutenant admiral commander "
    "governor senator mayor professor judge ambassador secretary director chairman chairwoman "
    "chief head leader spokesperson spokesman spokeswoman lawyer manager coach founder owner "
    "farmer councillor inspector officer editor author".split()
)
_NO_KIND = frozenset("one part member members sign example way reason result thing things "
                     "case matter source name number lot end time man woman person "
                     "people".split())  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """A claim that something is something."""

    subject: tuple[Term, ...]
    """The terms that name it."""
    head: tuple[Term, ...]
    """What it is said to be: the noun."""
    names: tuple[Term, ...]
    """The names among the words about that noun: of whom, of where."""
    rest: tuple[Term, ...]
    """All that the clause says behind the copula."""
    words: str
    """What it is said to be, as written."""
    is_main: bool
    """The clause says it, and no title or apposition."""


def false_identity(sentence: str, evidence: str, before: str, around: str) -> str | None:
    """What a sentence says that a name is, where the evidence does not say so; None if it does.

    Args:
        sentence: what is checked.
        evidence: the words that may support it.
        before: what stands before them and explains their pronouns.
        around: the text of the article, where titles and appositions may stand.
    """
    if not is_english(sentence, evidence):
        return None
    for claim in _claims(sentence):
        near = [evidence, before] if claim.is_main else [evidence, before, around]
        if not any(_bears_out(claim, text) for text in near):
            return claim.words
    return None


def is_identity(sentence: str) -> bool:
    """Whether a sentence says what something is, and hardly anything else."""
    words = read_words(sentence)
    return any(claim.is_main for claim in _claims(sentence)) and not any(
        word.tag in (Tag.VERB, Tag.RELATIVE) for word in words
    )


# -- what a sentence claims ----------------------------------------------------------------


@lru_cache(maxsize=256)
def _claims(text: str) -> tuple[Identity, ...]:
    words = read_words(text)
    found = [*_copulas(text, words), *_titles(text, words)]
    return tuple(claim for claim in found if claim.subject and claim.head)


def _copulas(text: str, words: Sequence[Word]) -> Iterator[Identity]:
    """ "X is the Y of Z": a name before the copula, a noun behind it."""
    for at, word in enumerate(words):
        if word.tag is not Tag.COPULA or word.lower in ("be", "been", "being"):
            continue
        if at + 1 >= len(words) or _is_negated(words, at):
            continue
        if at > 1 and words[at - 1].lower == "which" and "," in words[at - 1].gap:
            end = _noun_phrase_end(words, at + 1)
            yield from _maybe(_identity(text, words, (at - 2, at - 1), (at + 1, end), is_main=True))
            continue
        subject = _subject(words, at)
        if subject is None:
            continue
        end = _noun_phrase_end(words, at + 1)
        claim = _turned(text, words, at, end) or _identity(
            text, words, subject, (at + 1, end), is_main=True
        )
        if claim is not None:
            yield claim


def _turned(text: str, words: Sequence[Word], at: int, end: int) -> Identity | None:
    """ "The chief of the army is X": a name behind the copula, and nothing else."""
    first = at + 1
    while first < end and words[first].lower in OFFICES:
        first += 1
    if first >= end or any(word.tag is not Tag.NAME for word in words[first:end]):
        return None
    opens = next(i for i, word in enumerate(words) if word.sentence == words[at].sentence)
    if any(word.tag in _STOPS or "," in word.gap for word in words[opens + 1 : at]):
        return None
    return _identity(text, words, (first, end), (opens, at), is_main=True)


def _subject(words: Sequence[Word], at: int) -> tuple[int, int] | None:
    """The name right before a copula, or the noun of the phrase that the sentence opens with."""
    first = _name_before(words, at - 1)
    if first is not None:
        return first, at
    opens = next(i for i, word in enumerate(words) if word.sentence == words[at].sentence)
    phrase = words[opens:at]
    if not phrase or not (phrase[0].lower in ("the", "a", "an") or phrase[0].is_owner):
        return None
    if any(word.tag in _STOPS or "," in word.gap for word in phrase[1:]):
        return None
    links = [i for i, word in enumerate(phrase) if word.tag is Tag.PREPOSITION]
    last = opens + (links[0] if links else len(phrase))
    return (opens + 1, last) if last - 1 > opens else None


def _is_negated(words: Sequence[Word], at: int) -> bool:
    return any(word.lower in ("not", "never", "no") for word in words[at + 1 : at + 3])


def _name_before(words: Sequence[Word], last: int) -> int | None:
    """Where the name begins that ends in a word and is a subject by itself."""
    if last < 0 or words[last].tag is not Tag.NAME or words[last].is_owner:
        return None
    first = last
    while (
        first > 0
        and words[first - 1].tag is Tag.NAME
        and words[first].gap.strip(". ") == ""
        and words[first - 1].sentence == words[last].sentence
    ):
        first -= 1
    before = words[first - 1] if first else None
    if before is not None and before.sentence == words[last].sentence:
        if before.tag is Tag.PREPOSITION or (before.lower == "and" and "," not in words[first].gap):
            return None
        if before.tag is Tag.DETERMINER and first > 1 and words[first - 2].tag is Tag.PREPOSITION:
            return None
    return first


def _noun_phrase_end(words: Sequence[Word], at: int) -> int:
    end = at
    while end < len(words) and end - at < _LONGEST:
        word = words[end]
        if word.sentence != words[at].sentence or (end > at and re.search(r"[,;:–—]", word.gap)):
            break
        if word.tag in _STOPS or (end > at and word.lower == "that"):
            break
        if word.tag is Tag.PREPOSITION and word.lower not in _LINKS:
            break
        end += 1
    return end


def _titles(text: str, words: Sequence[Word]) -> Iterator[Identity]:
    """ "Y X" with an office before the name, and "X, the Y," behind it."""
    for at, word in enumerate(words):
        follows = words[at + 1] if at + 1 < len(words) else None
        if (
            word.lower in OFFICES
            and follows is not None
            and follows.tag is Tag.NAME
            and follows.lower not in OFFICES
            and follows.gap.strip(", ") == ""
            and not word.is_owner
        ):
            last = _run_end(words, at + 1)
            yield from _maybe(
                _identity(text, words, (at + 1, last), (_phrase_start(words, at), at + 1))
            )
        if (
            word.tag is Tag.NAME
            and follows is not None
            and follows.gap.strip() == ","
            and (follows.lower in ("the", "a", "an") or follows.is_owner)
        ):
            end = _noun_phrase_end(words, at + 1)
            first = _name_before(words, at)
            if first is not None and (end == len(words) or "," in words[end].gap):
                yield from _maybe(_identity(text, words, (first, at + 1), (at + 1, end)))


def _maybe(claim: Identity | None) -> Iterator[Identity]:
    if claim is not None:
        yield claim


def _run_end(words: Sequence[Word], at: int) -> int:
    end = at + 1
    while end < len(words) and words[end].tag is Tag.NAME and words[end].gap.strip(". ") == "":
        end += 1
    return end


def _phrase_start(words: Sequence[Word], at: int) -> int:
    """Where the words begin that go with a title: "Italian Prime" Minister."""
    first = at
    while first > 0 and at - first < _LONGEST:
        before = words[first - 1]
        if before.sentence != words[at].sentence or words[first].gap.strip() not in (
            "",
            "-",
            "’s",
            "'s",
        ):
            break
        if before.tag not in (Tag.NAME, Tag.WORD, Tag.NUMBER):
            break
        first -= 1
    return first


def _identity(
    text: str,
    words: Sequence[Word],
    subject: tuple[int, int],
    phrase: tuple[int, int],
    *,
    is_main: bool = False,
) -> Identity | None:
    first, last = phrase
    if first >= last:
        return None
    # The noun: the last word before "of", "in"…, all of the words if there is none.
    links = [at for at in range(first, last) if words[at].tag is Tag.PREPOSITION]
    end = links[0] if links else last
    noun = end - 1
    if noun < first or words[noun].tag not in (Tag.WORD, Tag.NAME):
        return None
    opens = words[first]
    if is_main and not (
        opens.tag in (Tag.DETERMINER, Tag.POSSESSIVE)
        or opens.is_owner
        or opens.lower in OFFICES
        or words[noun].lower in OFFICES
    ):
        return None  # "is ready", "was founded"
    is_relative = is_main and words[first - 2].lower == "which"
    if (words[noun].lower in _NO_KIND and not is_relative) or words[noun].lower.endswith("est"):
        return None
    head = terms_within(text, words[noun].start, words[noun].end)
    about = terms_within(text, opens.start, words[last - 1].end)
    return Identity(
        subject=tuple(terms_within(text, words[subject[0]].start, words[subject[1] - 1].end)),
        head=tuple(head),
        names=tuple(t for t in about if t.is_name and t not in head and not _is_office(t)),
        rest=_rest(text, words, first) if is_main else (),
        words=text[opens.start : words[last - 1].end],
        is_main=is_main,
    )


def _rest(text: str, words: Sequence[Word], first: int) -> tuple[Term, ...]:
    """All that a clause says behind its copula, relative clauses apart."""
    end = _clause_end(words, first)
    for at in range(first + 1, end):
        if words[at].tag is Tag.RELATIVE or words[at].lower == "that":
            end = at
            break
    return tuple(terms_within(text, words[first].start, words[end - 1].end))


def _is_office(term: Term) -> bool:
    return term.word in OFFICES


# -- what the evidence says ----------------------------------------------------------------


def _bears_out(claim: Identity, text: str) -> bool:
    words = read_words(text)
    return any(_agrees(claim, complex_, text) for complex_ in _complexes(claim, text, words))


def _agrees(claim: Identity, complex_: Sequence[Term], text: str) -> bool:
    if not all(any(_same(term, other) for other in complex_) for term in claim.head):
        return False
    if claim.rest:
        told = {term.token: term for term in claim.rest}.values()
        held = sum(any(_same(term, other) for other in complex_) for term in told)
        if held < (_MOST_OF if len(told) >= _MANY else _HALF) * len(told):
            return False
    lacking = [t for t in claim.names if not any(_same(t, other) for other in complex_)]
    if not lacking:
        return True
    if _are_of_another(lacking, claim.head, complex_, text):
        return False
    others = [
        other
        for other in complex_
        if other.is_name
        and not _is_office(other)
        and not any(_same(other, term) for term in (*claim.subject, *claim.names, *claim.head))
    ]
    return not others


def _are_of_another(
    lacking: Sequence[Term], head: Sequence[Term], complex_: Sequence[Term], text: str
) -> bool:
    """Whether the names that one complex lacks stand beside the noun in another."""
    found = terms(text)
    inside = {term.start for term in complex_}
    return any(
        term.start not in inside
        and any(_same(term, noun) for noun in head)
        and any(_same(name, other) for name in lacking for other in found[max(0, at - 3) : at + 4])
        for at, term in enumerate(found)
    )


def _same(one: Term, other: Term) -> bool:
    return one.matches(other)


def _complexes(claim: Identity, text: str, words: Sequence[Word]) -> Iterator[list[Term]]:
    """What stands in one complex with each mention of the subject."""
    if claim.is_main:  # "He was a student": whoever is named before
        for at, word in enumerate(words):
            follows = words[at + 1 : at + 4]
            if word.lower in _PRONOUNS and any(w.tag is Tag.COPULA for w in follows):
                before = terms(text[: word.start])
                if any(claim.subject[-1].matches(term) for term in before):
                    yield terms_within(text, word.start, words[_clause_end(words, at) - 1].end)
    is_name = claim.subject[-1].is_name
    telling = claim.subject[-1:] if is_name else claim.subject
    for at, word in enumerate(words):
        own = terms_within(text, word.start, word.end)
        if not any(one.matches(term) for one in telling for term in own):
            continue
        first, last = _mention(words, at)
        while (  # the Ukrinform agency
            last < len(words)
            and words[last].tag is Tag.WORD
            and words[last].gap == " "
            and words[last].sentence == word.sentence
        ):
            last += 1
        left = _left(words, first)
        right = _right(words, last)
        yield terms_within(text, words[left].start, words[right - 1].end)


def _mention(words: Sequence[Word], at: int) -> tuple[int, int]:
    first = at
    while (
        first > 0
        and words[first - 1].tag is Tag.NAME
        and words[first].gap.strip(". ") in ("", "-")
        and words[first - 1].sentence == words[at].sentence
    ):
        first -= 1
    return first, _run_end(words, at)


def _left(words: Sequence[Word], first: int) -> int:
    """Where the title or the apposition before a mention begins."""
    left = first
    commas = 0
    while left > 0 and first - left < _LONGEST:
        word, gap = words[left - 1], words[left].gap
        if word.sentence != words[first].sentence or re.search(r"[;:–—()«»“”\"]", gap):
            break
        if "," in gap:
            commas += 1
            if commas > 1:
                break
        if word.tag in _STOPS and not (word.lower == "and" and words[left].text[0].islower()):
            break
        is_link = word.lower == "of" or (word.lower in _LINKS and commas)
        if word.tag is Tag.PREPOSITION and not is_link:
            break
        left -= 1
    return left


def _right(words: Sequence[Word], last: int) -> int:
    """Where the apposition or the predicate behind a mention ends."""
    if last >= len(words):
        return last
    sentence = words[last - 1].sentence
    at = last
    if words[at].sentence != sentence:
        return last
    if re.search(r"[,(–—]", words[at].gap):
        end = at + 1
        while (
            end < len(words)
            and words[end].sentence == sentence
            and not re.search(r"[,;:)–—]", words[end].gap)
            and end - at < _LONGEST
        ):
            end += 1
        if end < len(words) and words[end].tag is Tag.COPULA:
            return _clause_end(words, end)
        return end
    if words[at].lower in _LINKS | {"with"}:  # X of the University of Y
        return _noun_phrase_end(words, at)
    if words[at].tag in (Tag.COPULA, Tag.RELATIVE) or words[at].lower in _LIKE_COPULAS:
        return _clause_end(words, at)
    if any(word.lower in _LIKE_COPULAS for word in words[at : at + 4]):
        return _clause_end(words, at)
    return last


def _clause_end(words: Sequence[Word], at: int) -> int:
    end = at + 1
    while (
        end < len(words)
        and words[end].sentence == words[at].sentence
        and not re.search(r"[,;:–—]", words[end].gap)
        and words[end].lower not in ("but", "while", "whereas", "because")
        and end - at < 2 * _LONGEST
    ):
        end += 1
    return end
