"""PDF: lines → paragraphs, by where they stand on the page; running heads and numbers dropped."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Final

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from index.formats.extracted import (
    MOST_CHARACTERS,
    Extracted,
    FormatError,
    clean,
    field,
    no_text,
    too_much,
)
from index.formats.text import refuse_other_formats

_MAGIC: Final = b"%PDF-"
_MAGIC_WITHIN: Final = 1024  # bytes: some writers put a few of their own before it

_EDGE: Final = 2  # lines at the top and at the bottom of a page that may be running heads
_LONGEST_HEAD: Final = 120
_HEAD_SHARE: Final = 0.3  # of the pages
_SAME_HEIGHT: Final = 3.0  # points
_PAGE_NUMBER: Final = re.compile(
    r"\W*(?:page|p\.|seite|página|pág\.|pagina|страница|стр\.?|с\.)?\s*\d{1,4}"
    r"(?:\s*(?:of|/|von|de|из|di|sur)\s*\d{1,4})?\W*|[ivxlc]{1,6}",
    re.IGNORECASE,
)
_SAME_SIZE: Final = 0.1  # of the size of the letters
_WIDER_GAP: Final = 1.25  # times the usual distance of two lines: a new paragraph
_WIDEST_GAP: Final = 2.0  # times the size of the letters: nothing goes on below it
_INDENT: Final = 0.8  # times the size of the letters
_SHORT_LINE: Final = 0.75  # of the usual length: the last of its paragraph
_LONG_LINE: Final = 0.6  # of the usual length: what a page breaks off may go on
_CLOSERS: Final = "\"'”’»›)]」』"
_ENDS: Final = tuple(".!?…:;。！？")
_BULLET: Final = re.compile(r"[•·▪▫◦‣⁃●○■□*–—-]\s|\(?\d{1,2}[.)]\s")
_HYPHENS: Final = ("-", "\u2010", "\u00ad")
_JUNK_TITLE: Final = re.compile(
    r"(?:microsoft \w+ - .*|untitled.*|\(?anonymous\)?|document\d*|.*\.(?:docx?|pdf|indd|qxd|tex|"
    r"dvi|rtf|odt|html?|xlsx?|pptx?)|\(?unspecified\)?|slide \d+|https?:.*|about:blank)",
    re.IGNORECASE,
)

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


@dataclass(slots=True)
class _Line:
    text: str
    x: float
    y: float
    size: float
    page: int


def extract(data: bytes) -> Extracted:
    """The text, its paragraphs whole across pages; `pages` says where each page begins.

    Raises:
        FormatError: it is no PDF, encrypted, damaged, or has pictures of text alone.
    """
    if _MAGIC not in data[:_MAGIC_WITHIN]:
        refuse_other_formats(data, (_MAGIC,))
        raise FormatError("is not what its name says: it is no PDF", "check where it is from")
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FormatError("is encrypted", "save it without a password")
        count = len(reader.pages)
        lines = [list(_lines(page, number)) for number, page in enumerate(reader.pages, start=1)]
        facts: Mapping[str, Any] = reader.metadata or {}
        title, author, created = (
            field(str(facts.get(name) or "")) for name in ("/Title", "/Author", "/CreationDate")
        )
    except DependencyError as error:
        raise FormatError("is encrypted", "save it without a password") from error
    except FormatError:
        raise
    except (PyPdfError, *_DAMAGE) as error:
        raise FormatError(
            "is damaged or cut off", "get it again, or move it out of the corpus"
        ) from error
    if not any(lines):
        raise no_text(", only pictures of pages" if count else "", "run it through an OCR program")
    text, pages = _join(_without_heads(lines), count)
    if not text:
        raise no_text(" but page numbers", "run it through an OCR program")
    return Extracted(
        text=text,
        title="" if _JUNK_TITLE.fullmatch(title) else title,
        author="" if _JUNK_TITLE.fullmatch(author) else author,
        created=created,
        pages=pages,
    )


_DAMAGE: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    NotImplementedError,  # what pypdf raises for a filter that it does not know
    OSError,
    OverflowError,
    ZeroDivisionError,
    LookupError,
    RecursionError,
)
"""What a damaged file may raise deep inside the library."""


def _lines(page: Any, number: int) -> Iterator[_Line]:
    """The lines of a page, in the order in which it writes them."""
    pieces: list[tuple[str, float, float, float]] = []

    def keep(text: str, cm: Sequence[float], tm: Sequence[float], _font: Any, size: float) -> None:
        if text:
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            scale = abs(cm[3] or cm[1] or 1.0) * abs(tm[3] or tm[1] or 1.0)
            pieces.append((text, x, y, abs(size) * scale))

    page.extract_text(visitor_text=keep)
    words: list[str] = []
    place: tuple[float, float, float] | None = None
    total = 0
    for text, x, y, size in pieces:
        total += len(text)
        if total > MOST_CHARACTERS:
            raise too_much()
        for i, part in enumerate(text.split("\n")):
            if i and place is not None:
                yield _Line("".join(words), *place, number)
                place = None
            if i:
                words = []
            words.append(part)
            if place is None and part.strip():
                place = (x, y, size)
    if place is not None:
        yield _Line("".join(words), *place, number)


def _without_heads(pages: list[list[_Line]]) -> list[_Line]:
    """All lines but those that pages repeat at their top or bottom, and but page numbers."""
    edges = [_edge_lines(lines) for lines in pages]
    heads = Counter(key for edge in edges for key in {_head_key(line) for line in edge})
    least = max(2.0, _HEAD_SHARE * len(pages))
    kept: list[_Line] = []
    for lines, edge in zip(pages, edges, strict=True):
        dropped = {
            id(line)
            for line in edge
            if len(line.text) <= _LONGEST_HEAD
            and (heads[_head_key(line)] >= least or _PAGE_NUMBER.fullmatch(line.text.strip()))
        }
        kept.extend(line for line in lines if id(line) not in dropped)
    return kept


def _edge_lines(lines: Sequence[_Line]) -> list[_Line]:
    by_height = sorted(lines, key=lambda line: -line.y)
    return by_height[:_EDGE] + by_height[_EDGE:][-_EDGE:]


def _head_key(line: _Line) -> tuple[str, int]:
    """What two pages' running heads share: all but the digits, and about the height."""
    words = re.sub(r"\d+", "#", " ".join(line.text.split()).casefold())
    return words, round(line.y / _SAME_HEIGHT)


def _join(lines: list[_Line], count: int) -> tuple[str, tuple[int, ...]]:
    """The text, a paragraph a line, and where in it each page begins."""
    words = _Hyphens(line.text for line in lines)
    pitch = _pitches(lines)
    lengths = {
        size: median(sorted(found)[-max(1, len(found) // 2) :])
        for size, found in _lengths(lines).items()
    }
    parts: list[str] = []
    starts: dict[int, int] = {}
    length = 0
    paragraph = ""
    before: _Line | None = None

    def finish() -> None:
        nonlocal length, paragraph
        if paragraph and any(c.isalnum() for c in paragraph):
            parts.append(paragraph)
            length += len(paragraph) + len("\n\n")
        paragraph = ""

    for line in lines:
        text = clean(line.text.replace("\u00ad\n", "").rstrip())
        if line.text.rstrip().endswith("\u00ad"):
            text += "\u00ad"
        if not text:
            continue
        if before is not None and _ends_between(before, line, pitch, lengths):
            finish()
        if paragraph:
            paragraph = words.join(paragraph, text)
            start = length + len(paragraph) - len(text)
        else:
            paragraph = text
            start = length
        starts.setdefault(line.page, start)
        before = line
    finish()
    return "\n\n".join(parts).replace("\u00ad", "-"), _page_starts(starts, count, length)


def _page_starts(starts: dict[int, int], count: int, length: int) -> tuple[int, ...]:
    """The offset at which each page begins; of an empty one, where the next does."""
    found: list[int] = []
    following = length
    for page in range(count, 0, -1):
        following = starts.get(page, following)
        found.append(following)
    return tuple(reversed(found))


def _ends_between(
    line: _Line, after: _Line, pitch: dict[int, float], lengths: dict[int, float]
) -> bool:
    """Whether a paragraph ends with a line, and the next begins a new one."""
    size = max(line.size, 0.1)
    if abs(after.size - line.size) > _SAME_SIZE * size or _BULLET.match(after.text.strip()):
        return True
    text, following = line.text.rstrip(), after.text.lstrip()
    ended = text.rstrip(_CLOSERS).endswith(_ENDS)
    usual = lengths.get(round(line.size), 0.0)
    gap = line.y - after.y
    if after.page != line.page or gap < 0:  # another page, or another column
        if following[:1].islower() and not ended:
            return False
        return ended or len(text) < _LONG_LINE * usual
    if gap > _WIDER_GAP * pitch.get(round(line.size), 1.2 * size):
        return ended or not following[:1].islower() or gap > _WIDEST_GAP * size
    if ended and after.x - line.x > _INDENT * size:
        return True
    return ended and len(text) < _SHORT_LINE * usual and not following[:1].islower()


def _pitches(lines: Sequence[_Line]) -> dict[int, float]:
    """The usual distance of two lines, for each size of letters."""
    gaps: dict[int, Counter[float]] = {}
    for line, after in pairwise(lines):
        gap = line.y - after.y
        same = abs(after.size - line.size) <= _SAME_SIZE * max(line.size, 0.1)
        if line.page == after.page and same and 0.5 * line.size < gap < 4 * line.size:
            gaps.setdefault(round(line.size), Counter())[round(gap, 1)] += 1
    return {
        # The most frequent; of several, the smallest, as paragraphs are further apart than lines.
        size: min(gap for gap, n in found.items() if n == max(found.values()))
        for size, found in gaps.items()
    }


def _lengths(lines: Iterable[_Line]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for line in lines:
        found.setdefault(round(line.size), []).append(len(line.text.rstrip()))
    return found


class _Hyphens:
    """Joins the two lines of a paragraph, mending a word that was broken between them."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words = Counter(
            word.lower()
            for line in lines
            for word in re.findall(r"\w+(?:[-\u2010]\w+)*", line.strip().rstrip("-\u2010\u00ad"))
        )

    def join(self, text: str, following: str) -> str:
        """Two lines as one; a hyphen stays if the word is written with it elsewhere."""
        if not text.endswith(_HYPHENS) or not text[-2:-1].isalpha():
            return f"{text} {following}"
        first = re.search(r"[\w\-\u2010]+$", text[:-1])
        second = re.match(r"\w+", following)
        if first is None or second is None:
            return f"{text} {following}"
        whole = f"{first[0]}{second[0]}".lower()
        apart = f"{first[0]}-{second[0]}".lower()
        is_soft = text.endswith("\u00ad")
        if is_soft or (
            following[0].islower() and not (self._words[apart] and not self._words[whole])
        ):
            return text[:-1] + following
        return f"{text}{following}"
