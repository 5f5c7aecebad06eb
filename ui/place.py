"""Where to open an article: at a citation of an answer, or wherever an address points."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self
from urllib.parse import urlencode

from index.models import Article
from rag.models import Citation
from rag.quotations import Span, phrase_of
from ui.conversation import Turns
from ui.parts import number_of

NAMES: Final = ("file", "paragraph", "start", "end", "fingerprint", "turn", "number")
"""What a button's `data-…` attributes or an address may say of a place."""

_WORD: Final = re.compile(r"\S+")
_MOST_STARTS: Final = 200_000  # places looked at for words that moved: half a second


@dataclass(frozen=True, slots=True)
class Place:
    """A paragraph, and the cited range in the article's text.

    Only what an answer of this visit cited has a `citation`; the rest comes from an address
    or a button, and nothing about it is taken on trust.
    """

    file: str
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    fingerprint: str = ""
    citation: Citation | None = None
    turn: int | None = None
    others: tuple[Citation, ...] = ()
    """All citations of the same answer, in order, this one among them."""

    @classmethod
    def from_data(cls, data: Mapping[str, object], turns: Turns = ()) -> Self:
        """The place that data from a browser names; what makes no sense is left out.

        Args:
            data: under some of `NAMES`.
            turns: of the visit, in which `turn` and `number` may name a citation.
        """
        turn, number = number_of(data.get("turn")), number_of(data.get("number"))
        if turn is not None and turn < len(turns) and (answer := turns[turn].answer) is not None:
            for citation in answer.citations:
                if citation.number == number:
                    return cls.of(citation, turn, answer.citations)
        return cls(
            file=str(data.get("file", "")),
            paragraph=number_of(data.get("paragraph")),
            start=number_of(data.get("start")),
            end=number_of(data.get("end")),
            fingerprint=str(data.get("fingerprint", "")),
        )

    @classmethod
    def of(
        cls, citation: Citation, turn: int | None = None, others: tuple[Citation, ...] = ()
    ) -> Self:
        """The place of a citation."""
        return cls(
            citation.file,
            citation.paragraph,
            citation.start,
            citation.end,
            fingerprint(citation.quote),
            citation,
            turn,
            others,
        )

    @property
    def phrase(self) -> Span | None:
        """Where in the range the words stand that answer the question."""
        return phrase_of(self.citation) if self.citation else None

    @property
    def address(self) -> str:
        """The query of a link that opens the article here."""
        names = ("file", "paragraph", "start", "end", "fingerprint")
        found = {name: getattr(self, name) for name in names}
        return "?" + urlencode({name: v for name, v in found.items() if v not in (None, "")})


def fingerprint(quote: str) -> str:
    """Tells whether an article still says the words that were cited."""
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def cited_range(article: Article, place: Place) -> Span | None:
    """The range of a place, if the article still says there what was cited."""
    start, end, number = place.start, place.end, place.paragraph
    if start is None or end is None or number is None:
        return None
    if not 1 <= number <= len(article.paragraphs):
        return None
    paragraph = article.paragraph(number)
    if not paragraph.start <= start < end <= paragraph.end:
        return None
    return (start, end) if fingerprint(article.text[start:end]) == place.fingerprint else None


def moved(article: Article, place: Place) -> Place | None:
    """The place where the words cited stand now, if a paragraph of the article has them.

    An address has their fingerprint and their length alone: they are looked for from each word
    on, the nearest to the old place first.
    """
    if place.start is None or place.end is None or place.end <= place.start:
        return None
    if not place.fingerprint:
        return None
    length = place.end - place.start
    old = place.start
    for start in sorted(_starts(article, place, length), key=lambda at: abs(at - old)):
        if fingerprint(article.text[start : start + length]) == place.fingerprint:
            paragraph = next(p for p in article.paragraphs if p.start <= start < p.end)
            return replace(place, paragraph=paragraph.number, start=start, end=start + length)
    return None


def _starts(article: Article, place: Place, length: int) -> list[int]:
    """Where words of this length may stand, inside one paragraph each."""
    found: list[int] = []
    for paragraph in article.paragraphs:
        text = article.text[paragraph.start : paragraph.end]
        if place.citation is not None:
            at = text.find(place.citation.quote)
            found.extend([paragraph.start + at] if at >= 0 else [])
            continue
        room = len(text) - length
        starts = (match.start() for match in _WORD.finditer(text) if match.start() <= room)
        found.extend(paragraph.start + at for at in starts)
        if len(found) > _MOST_STARTS:
            break
    return found
