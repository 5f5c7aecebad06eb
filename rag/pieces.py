"""The text of an answer, taken apart: what is said, and the markers that cite.

An article may itself say "[1]", so a marker is known by its place, not by its looks
alone. A quotation that the answer cites is one piece, whatever it contains; in quote
mode, only what follows such a piece directly can be a marker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.models import Answer, Citation
from rag.quotations import Span, find_quotations

_MARKER = re.compile(r"\[([0-9]{1,6})\]")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the answer; `quoted` if they are a cited “quotation”, marks included.

    `phrase` is where the words among them stand that answer the question.
    """

    text: str
    quoted: bool = False
    phrase: Span | None = None


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
    for quotation in find_quotations(answer):
        start, end, phrase = quotation.start, quotation.end, quotation.phrase
        pieces += _unquoted(answer, position, start)
        inside = (phrase[0] - start, phrase[1] - start) if phrase else None
        pieces.append(Words(answer.text[start:end], quoted=True, phrase=inside))
        position = end
    return pieces + _unquoted(answer, position, len(answer.text))


def unplaced(answer: Answer, pieces: list[Piece]) -> list[Citation]:
    """The citations that no marker in the text leads to."""
    placed = {piece.citation.number for piece in pieces if isinstance(piece, Marker)}
    return [citation for citation in answer.citations if citation.number not in placed]


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
