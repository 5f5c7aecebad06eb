"""What of some evidence does not agree with a sentence, by rules that can be read.

A number or a name that is not there, and a claim that is told as a fact, refuse a sentence
outright. All else is a doubt: a rule without a parser is sometimes wrong, and `rag.verify` says
what becomes of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final

from index.models import Article
from rag.figures import missing_figure
from rag.identity import false_identity, is_identity
from rag.named import from_elsewhere, missing_name
from rag.opposite import says_opposite
from rag.places import Weigh, moved
from rag.predicates import other_agent, turned_round
from rag.roles import only_claimed, other_speaker, swapped
from rag.speakers import speaker_before

MISSING: Final = "is not in"
OPPOSITE: Final = "says the opposite"
TEXTS: Final = r"(?:article|paragraph|text|passage)s?"
_OF_ITSELF = re.compile(
    rf"\W*(?:the|this|these|an?)\s+(?:last\s+)?(?P<what>{TEXTS}|answers?|questions?|summary)\b",
    re.IGNORECASE,
)
_OPENING: Final = tuple("\"“„«‘'")  # a quotation, which may be of whoever spoke before


class Doubt(StrEnum):
    """What the evidence seems to say otherwise."""

    ELSEWHERE = "elsewhere"
    """A country stands in the paragraph, but not in the words that speak of it."""
    OPPOSITE = "opposite"
    SPEAKER = "speaker"
    IDENTITY = "identity"
    PLACE = "place"
    AGENT = "agent"
    """Another does it, or to another."""
    SWAPPED = "swapped"
    """Two things have each other's place."""


class Evidence:
    """The words that may support a sentence, where they stand, and what explains them.

    Args:
        article: in which they stand.
        paragraph: its number.
        start: where they begin in the article.
        end: where they end.
        before: what stands before them and may explain their pronouns.
    """

    def __init__(self, article: Article, paragraph: int, start: int, end: int, before: str) -> None:
        self.article, self.start, self.end, self.before = article, start, end, before
        self.text = article.text[start:end]
        self.here = f"paragraph {paragraph}"


def refusal(sentence: str, evidence: Evidence, is_common: Callable[[str], bool]) -> str:
    """Why a sentence cannot be supported by some evidence, in words; "" if it may be.

    Args:
        sentence: what is checked.
        evidence: the words that may support it.
        is_common: whether a word is used in small letters in the articles, and is no name.
    """
    itself = _OF_ITSELF.match(sentence)
    if itself is not None and itself["what"].lower() not in evidence.text.lower():
        return "it speaks of the text, and not of what the text says"
    figure = missing_figure(sentence, evidence.text)
    if figure is not None:
        what, instead = figure
        says = f", which says {instead}" if instead else ""
        return f"{what} {MISSING} {evidence.here}{says}"
    article = evidence.article
    speaker = speaker_before(article.text, evidence.start)  # of a quotation that goes on
    around = (
        f"{evidence.text}\n{article.title}. {speaker.name if speaker else ''}. {evidence.before}"
    )
    name = missing_name(sentence, around, article.text, is_common)
    if name is not None:
        return f"{name} {MISSING} {evidence.here}"
    claimant = only_claimed(sentence, article, evidence.start, evidence.end)
    return f"{evidence.here} has it as a claim of {claimant}" if claimant is not None else ""


def doubts(
    sentence: str, context: str, evidence: Evidence, weigh: Weigh
) -> Iterator[tuple[Doubt, str]]:
    """What the rules object to, each with the reason in words; the plainest first.

    Args:
        sentence: what is checked.
        context: the sentence before it, for its "he".
        evidence: the words that may support it.
        weigh: how much a term tells, such as its idf.
    """
    text, article, here = evidence.text, evidence.article, evidence.here
    start, end, before = evidence.start, evidence.end, evidence.before
    name = from_elsewhere(sentence, text)
    if name is not None:
        yield Doubt.ELSEWHERE, f"{name} {MISSING} the words of {here} that speak of it"
    if says_opposite(sentence, text):
        yield Doubt.OPPOSITE, f"{here} {OPPOSITE}"
    speaker = other_speaker(sentence, context, article, start, end, before)
    if speaker is not None:
        yield Doubt.SPEAKER, f"in {here} {speaker or 'somebody else'} says so"
    identity = false_identity(sentence, text, before, article.text)
    if identity is not None:
        yield Doubt.IDENTITY, f"{here} does not say who or what is {identity}"
    place = moved(sentence, text, weigh)
    if place is not None:
        yield Doubt.PLACE, f"{here} does not say so of {place}"
    if other_agent(sentence, text) or turned_round(sentence, text):
        yield Doubt.AGENT, f"in {here} another does so, or to another"
    if not is_identity(sentence) and swapped(sentence, text):
        yield Doubt.SWAPPED, f"{here} has it the other way round"
