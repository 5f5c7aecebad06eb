"""What the index is made of: articles, numbered paragraphs, sentence chunks.

All offsets count Unicode code points in the text of the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

IN_FILE: Final = "#"
"""Between the name of a file with several articles and the `id` of one: `wire.jsonl#a17`."""

_SEVERAL = re.compile(rf"(.+\.jsonl?){IN_FILE}.+", re.IGNORECASE | re.DOTALL)


def file_of(article: str) -> str:
    """The file that an article stands in: its name without the id of one among several."""
    match = _SEVERAL.fullmatch(article)
    return match[1] if match else article


class Kind(StrEnum):
    """What a paragraph is for. Only evidence is ever quoted for a claim about the news."""

    BODY = "body"
    HEADING = "heading"
    BYLINE = "byline"
    CAPTION = "caption"
    CREDIT = "credit"
    FURNITURE = "furniture"  # menus, sign-ups, navigation

    @property
    def is_evidence(self) -> bool:
        return self in (Kind.BODY, Kind.HEADING)


class RelationKind(StrEnum):
    """How two articles depend on each other: they are one source, not two."""

    COPY = "copy"  # the same words, or nearly
    REWRITE = "rewrite"  # the same story in other words


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as a reader counts it; `start`/`end` leave out surrounding white space."""

    number: int
    start: int
    end: int
    kind: Kind = Kind.BODY


@dataclass(frozen=True, slots=True)
class Chunk:
    """One sentence, or a few short neighbours, inside one paragraph: the unit embedded."""

    id: str
    file: str
    paragraph: int
    start: int
    end: int
    text: str
    embedded: str
    """What the model sees: the sentence, with context where it cannot stand alone."""
    context: str = ""
    """The sentence that it leans on, or nothing."""


@dataclass(frozen=True, slots=True)
class Article:
    """A file's text and what was understood of it."""

    file: str
    text: str
    digest: str
    title: str
    author: str | None
    paragraphs: tuple[Paragraph, ...]
    date: str | None = None
    """The day that it is of, as YYYY-MM-DD."""
    url: str | None = None
    pages: tuple[int, ...] = ()
    """The offset at which each page begins, where the file has pages."""

    def page_at(self, offset: int) -> int | None:
        """The page, counted from 1, on which the character at an offset stands."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None

    def paragraph(self, number: int) -> Paragraph:
        """The paragraph with this number.

        Raises:
            IndexError: there is none.
        """
        if not 1 <= number <= len(self.paragraphs):
            raise IndexError(f"{self.file} has no paragraph {number}")
        return self.paragraphs[number - 1]

    def paragraph_text(self, number: int) -> str:
        paragraph = self.paragraph(number)
        return self.text[paragraph.start : paragraph.end]
