"""JSON: one article an object, in a file of its own, in a list, or one a line (.jsonl).

`{"id": …, "title": …, "date": …, "author": …, "url": …, "text": …}`; `text` alone is required.
The text has the title above it as its first paragraph. A few other names that feeds and scrapers
use are understood too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from index.formats.extracted import Extracted, FormatError, field

_TEXT = ("text", "body", "content", "content_text", "maintext")
_TITLE = ("title", "headline")
_DATE = ("date", "date_published", "published", "published_at", "date_publish", "datePublished")
_AUTHOR = ("author", "authors", "byline")
_URL = ("url", "link", "source_url")
_LONGEST_ID = 200
_MILLISECONDS = 100_000_000_000  # a date given as more is not in seconds


def extract(data: bytes) -> Extracted:
    """The article of one JSON object.

    Raises:
        FormatError: it is no JSON object, or has no text.
    """
    return article_of(parse(data))


def article_of(item: object) -> Extracted:
    """The article that a JSON value stands for.

    Raises:
        FormatError: it is no object, or has no text.
    """
    if not isinstance(item, Mapping):
        raise FormatError("is no JSON object", 'write {"title": "…", "text": "…"}')
    text = _whole(_first(item, _TEXT))
    if not text.strip():
        raise FormatError("has no text", 'give it as "text"')
    title = field(_first(item, _TITLE))
    if title and not text.lstrip().startswith(title):
        text = f"{title}\n\n{text}"
    return Extracted(
        text=text,
        title=title,
        author=_author(_first(item, _AUTHOR)),
        date=_date(_first(item, _DATE)),
        url=field(_first(item, _URL)),
    )


def parse(data: bytes) -> Any:
    """A JSON value.

    Raises:
        FormatError: it is none.
    """
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FormatError("is not UTF-8, as JSON has to be", "save it as UTF-8") from None
    except RecursionError:
        raise FormatError("is nested too deeply", "write one article an object") from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise FormatError(f"is not JSON{where}", "correct it, or move it away") from None


def items_of(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The articles of a .json file: (id, its JSON) of each; one with id "" if it is one object.

    Raises:
        FormatError: it is no JSON, or an empty list.
    """
    value = parse(data)
    if not isinstance(value, list):
        yield "", data
        return
    if not value:
        raise FormatError("is an empty list", "put articles in it, or remove it")
    for place, item in enumerate(value, start=1):
        yield id_of(item) or f"item-{place}", json.dumps(item, sort_keys=True).encode("utf-8")


def id_of(item: object) -> str:
    """The `id` of an article, "" if it has none that can be part of a name."""
    value = item.get("id") if isinstance(item, Mapping) else None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    name = field(value)
    return name if len(name) <= _LONGEST_ID else ""


def _first(item: Mapping[str, Any], names: tuple[str, ...]) -> object:
    return next((item[name] for name in names if item.get(name)), None)


def _whole(value: object) -> str:
    """A text, or a list of paragraphs; its lines are kept."""
    if isinstance(value, list):
        value = "\n\n".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")


def _author(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_author, value)))[:500]
    if isinstance(value, Mapping):
        return field(value.get("name"))
    return field(value)


def _date(value: object) -> str:
    """As it is written; a count of (milli)seconds as the day it falls on in UTC."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) > _MILLISECONDS else value
        try:
            return datetime.fromtimestamp(seconds, UTC).date().isoformat()
        except (OverflowError, ValueError, OSError):
            return ""
    return field(value)
