"""The text of an answer, taken apart: what is said, and the markers that cite.

An article may itself say "[1]", so a marker is known by its place, not by its looks
alone. A quotation that the answer cites is one piece, whatever it contains; in quote
mode, only what follows such a piece directly can be a marker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.models import Answer, Citation

_MARKER = re.compile(r"\[([0-9]{1,6})\]")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the answer; `quoted` if they are a cited “quotation”, marks included."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker such as [1], and the citation that it stands for."""

    text: str
    citation: Citation


Piece = Words | Marker


def split_answer(answer: Answer) -> list[Piece]:
    """The pieces of `answer.text`, in order; joined, they are that text again."""
    pieces: list[Piece] = []
    position = 0
    for start, end in _quotations(answer):
        pieces += _unquoted(answer, position, start)
        pieces.append(Words(answer.text[start:end], quoted=True))
        position = end
    return pieces + _unquoted(answer, position, len(answer.text))


def unplaced(answer: Answer, pieces: list[Piece]) -> list[Citation]:
    """The citations that no marker in the text leads to."""
    placed = {piece.citation.number for piece in pieces if isinstance(piece, Marker)}
    return [citation for citation in answer.citations if citation.number not in placed]


def _quotations(answer: Answer) -> list[tuple[int, int]]:
    """Where the text says a cited quotation, in order and without overlap."""
    found: list[tuple[int, int]] = []
    # The longest first: one quotation may hold the words of another.
    for quote in sorted({c.quote for c in answer.citations}, key=len, reverse=True):
        # White space may have been collapsed on the way into the answer.
        words = r"\s+".join(map(re.escape, quote.split()))
        for match in re.finditer(rf"“\s*{words}\s*”", answer.text):
            if all(match.end() <= start or end <= match.start() for start, end in found):
                found.append(match.span())
    return sorted(found)


def _unquoted(answer: Answer, start: int, end: int) -> list[Piece]:
    """The words from `start` to `end`, outside the quotations, and the markers among them."""
    citations = {str(citation.number): citation for citation in answer.citations}
    pieces: list[Piece] = []
    position = start
    follows_quotation = start > 0
    for match in _MARKER.finditer(answer.text, start, end):
        follows_quotation &= not answer.text[position : match.start()].strip()
        citation = citations.get(match.group(1))
        if citation is None:
            follows_quotation = False
        elif follows_quotation or answer.mode == "llm":
            if position < match.start():
                pieces.append(Words(answer.text[position : match.start()]))
            pieces.append(Marker(match.group(), citation))
            position = match.end()
    if position < end:
        pieces.append(Words(answer.text[position:end]))
    return pieces
