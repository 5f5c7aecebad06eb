"""Where the text of an answer quotes its citations, and where in it their answer phrases stand.

White space may have been collapsed on the way into the text, or broken into lines since.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.models import Answer, Citation

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quotation:
    """A cited “quotation” at `start:end` of a text, marks included."""

    start: int
    end: int
    phrase: Span | None
    """Where the words in it stand that answer the question, in the same text."""


def find_quotations(answer: Answer) -> list[Quotation]:
    """The cited quotations in `answer.text`, in order and without overlap."""
    found: list[Quotation] = []
    # The longest first: one quotation may hold the words of another.
    for quote in sorted({c.quote for c in answer.citations}, key=len, reverse=True):
        words = r"\s+".join(map(re.escape, quote.split()))
        phrase = next(
            (p for c in answer.citations if c.quote == quote and (p := phrase_of(c))), None
        )
        for match in re.finditer(rf"“(\s*{words}\s*)”", answer.text):
            if all(match.end() <= other.start or other.end <= match.start() for other in found):
                said = phrase and carry_span(phrase, quote, match[1])
                moved = (said[0] + match.start(1), said[1] + match.start(1)) if said else None
                found.append(Quotation(*match.span(), moved))
    return sorted(found, key=lambda quotation: quotation.start)


def phrase_of(citation: Citation) -> Span | None:
    """Where in the quote of a citation its answer phrase stands; None if it has none."""
    start, end = citation.answer_start, citation.answer_end
    if start is None or end is None or not citation.start <= start < end <= citation.end:
        return None
    return start - citation.start, end - citation.start


def carry_span(span: Span, text: str, other: str) -> Span | None:
    """Where words of a text stand in another that differs from it in white space alone.

    None if the span holds nothing but white space.
    """
    before = sum(not character.isspace() for character in text[: span[0]])
    inside = sum(not character.isspace() for character in text[span[0] : span[1]])
    places = [at for at, character in enumerate(other) if not character.isspace()]
    if not inside or before + inside > len(places):
        return None
    return places[before], places[before + inside - 1] + 1
