"""What a format gives: the text of an article, and what the file says about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MOST_CHARACTERS: Final = 50_000_000
"""Of one article: a small file may unpack to more than any memory holds."""

BETWEEN_CELLS: Final = " | "
"""Of a row of a table."""

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SOFT = re.compile("[\u00ad\u200b\u2060\ufeff]")  # where a word may break: not part of it
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_LOOKED_AT_FOR_TITLE = 3  # blocks
_LONGEST_FIELD = 500  # characters of a title, a name or an address


class FormatError(Exception):
    """A file cannot be read.

    Args:
        reason: what follows the file's name in a sentence ("is encrypted").
        fix: what to do about it.
    """

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article as its file holds it.

    `date` and `created` are as the file writes them; `created` is when the file was made, which
    need not be when the article was. `pages` has the offset in `text` at which each page begins.
    """

    text: str
    title: str = ""
    author: str = ""
    date: str = ""
    created: str = ""
    url: str = ""
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item or row of a table, and the page on which it begins.

    `turns` has the offsets in `text` at which the pages after that begin.
    """

    text: str
    page: int = 0
    turns: tuple[int, ...] = ()


def clean(text: str) -> str:
    """A paragraph on one line, without control characters and halves of characters."""
    return " ".join(_SOFT.sub("", _CONTROLS.sub(" ", text)).translate(_LIGATURES).split())


def with_newlines(text: str) -> str:
    """A text whose lines end with newlines alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def storable(text: str) -> str:
    """A text without halves of characters and zeros, which cannot be stored."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")


def field(value: object) -> str:
    """A title, name, date or address on one line, shortened; "" if it is no text."""
    return clean(value)[:_LONGEST_FIELD].strip() if isinstance(value, str) else ""


def from_blocks(
    blocks: Iterable[str],
    *,
    title: str = "",
    author: str = "",
    date: str = "",
    created: str = "",
    url: str = "",
    with_title: bool = False,
) -> Extracted:
    """An article of these blocks, each a paragraph: a blank line stands between two.

    Args:
        blocks: in reading order; white space in them does not matter.
        title, author, date, created, url: as in `Extracted`.
        with_title: put the title above, if it is not among the first blocks.

    Raises:
        FormatError: no block has any text, or they have too much.
    """
    cleaned = [block for block in map(clean, blocks) if _says_something(block)]
    if not cleaned:
        raise no_text()
    headline = clean(title)
    if with_title and headline and not _is_among(headline, cleaned[:_LOOKED_AT_FOR_TITLE]):
        cleaned.insert(0, headline)
    text = "\n\n".join(cleaned)
    if len(text) > MOST_CHARACTERS:
        raise too_much()
    return Extracted(
        text=text,
        title=field(title),
        author=field(author),
        date=field(date),
        created=field(created),
        url=field(url),
    )


def no_text(why: str = "", fix: str = "write something in it, or remove it") -> FormatError:
    return FormatError(f"has no text{why}", fix)


def too_much() -> FormatError:
    return FormatError(f"holds more than {MOST_CHARACTERS // 10**6} million characters", "split it")


def _says_something(block: str) -> bool:
    return any(c.isalnum() for c in block)


def _is_among(headline: str, blocks: list[str]) -> bool:
    wanted = letters_of(headline)
    return any(wanted == letters_of(block) for block in blocks)


def letters_of(text: str) -> str:
    """Letters and digits alone, by which two texts are told to say the same."""
    return "".join(c for c in text.casefold() if c.isalnum())
