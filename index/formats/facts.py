"""What an article says about itself under a name: of a JSON object, or of front matter.

Feeds, scrapers and programs for pages name the same things differently: `publishedAt`,
`published_at` and `Published At` are one name here. Values are of anybody's making: what is no
text, date or name is passed over, and nothing is followed deeper than `_DEEPEST`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from typing import Final

from index.formats.extracted import field

_TITLE: Final = "title headline name".split()
_DATE: Final = (
    "date date_published published published_at date_publish publication_date pub_date "
    "published_date publish_date published_on publish_time first_publication_date "
    "web_publication_date posted_at"
).split()
_CREATED: Final = "created_at created date_created".split()
_AUTHOR: Final = "author authors byline creator dc:creator author_name writer".split()
_URL: Final = "url link source_url canonical_url canonical permalink web_url".split()

_DEEPEST: Final = 2
_MOST_NAMES: Final = 50
_SIGNS: Final = re.compile(r"[\s_:-]+")
_BY: Final = re.compile(r"by(?:\s*:)?\s+", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
_COUNTED: Final = re.compile(r"\d{10}(?:\.\d{1,9})?|\d{13}")  # seconds or milliseconds, as text
_MILLISECONDS: Final = 100_000_000_000  # a date given as more is not in seconds
_WRITTEN_DAYS: Final = (1900_01_01, 2100_12_31)  # 20260106 is no count of seconds
_OF_C: Final = re.compile(  # Tue Jan 06 18:22:00 +0000 2026
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) \d\d:\d\d:\d\d "
    r"(?:[+-]\d{4} |[A-Z]{3,4} )?(\d{4})"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """As in `Extracted`."""

    title: str = ""
    author: str = ""
    date: str = ""
    created: str = ""
    url: str = ""


def facts_of(item: Mapping[str, object]) -> Facts:
    """What is said under any of the names that are understood; of several, the first."""
    names = by_name(item)
    return Facts(
        title=next(filter(None, map(_title, values(names, _TITLE))), ""),
        author=next(filter(None, map(_author, values(names, _AUTHOR))), ""),
        date=next(filter(None, map(_date, values(names, _DATE))), ""),
        created=next(filter(None, map(_date, values(names, _CREATED))), ""),
        url=next(filter(None, map(field, values(names, _URL))), ""),
    )


def by_name(item: Mapping[str, object]) -> dict[str, object]:
    """What is not empty in an object, by its names without case and signs.

    Of two names that are one so, that in plain form goes first.
    """
    found: dict[str, object] = {}
    for name, value in item.items():
        if value and (_plain(str(name)) == name or _plain(str(name)) not in found):
            found[_plain(str(name))] = value
    return found


def values(names: Mapping[str, object], wanted: list[str]) -> Iterator[object]:
    """What `by_name` has under some names, in the order of these, if it is anything."""
    return (names[name] for name in map(_plain, wanted) if name in names)


def unescaped(text: str) -> str:
    """A text whose characters are written as HTML writes them (`&#8211;`, `&amp;`)."""
    return unescape(text) if _ENTITY.search(text) else text


def _plain(name: str) -> str:
    return _SIGNS.sub("", name).lower()


def _title(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("rendered") or value.get("value") or value.get("text")
    return field(unescaped(value)) if isinstance(value, str) else ""


def _author(value: object, depth: int = 0) -> str:
    if depth > _DEEPEST:
        return ""
    if isinstance(value, list):
        names = (_author(one, depth + 1) for one in value[:_MOST_NAMES])
        return ", ".join(filter(None, names))[:500]
    if isinstance(value, Mapping):
        named = by_name(value)
        return _author(named.get("name") or named.get("displayname"), depth + 1)
    name = field(value)
    byline = _BY.match(name)
    return name[byline.end() :] if byline else name


def _date(value: object) -> str:
    """As it is written; a count of (milli)seconds as the day it falls on in UTC."""
    if isinstance(value, date):  # of TOML
        return value.isoformat()
    if isinstance(value, str):
        value = value.strip()
        if match := _OF_C.fullmatch(value):
            return f"{match[2]} {match[1]} {match[3]}"
        if not _COUNTED.fullmatch(value):
            return field(value)
        value = float(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    first, last = _WRITTEN_DAYS
    if first <= value <= last:
        return str(int(value))
    try:
        seconds = value / 1000 if abs(value) > _MILLISECONDS else value
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return ""
