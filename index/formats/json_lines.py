"""JSON: one article an object, in a file of its own, in a list, or one a line (.jsonl).

`{"id": …, "title": …, "date": …, "author": …, "url": …, "text": …}`; `text` alone is required.
The text has the title above it as its first paragraph. The names that feeds, programs for pages
and scrapers use are understood too, and so are texts written as HTML or as a list of blocks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from index.formats.extracted import Extracted, FormatError, field, storable
from index.formats.facts import by_name, facts_of, unescaped, values

_TEXT: Final = (
    "text body content content_text maintext content_html article_body full_text body_text "
    "body_html article_text content:encoded main_content html"
).split()
_IN_BLOCK: Final = "text rendered value html content body paragraphs blocks data".split()
"""Where a part of a text has its words."""
_LISTS: Final = "articles items posts results data docs entries stories news".split()
_AROUND_LISTS: Final = "response data result channel feed".split()
_DEEPEST: Final = 8
_LONGEST_ID: Final = 200
_UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")

# A pair of tags, or line breaks: words about HTML seldom have them.
_TAGS: Final = (
    "p div li ul ol h1 h2 h3 h4 h5 h6 blockquote section article table tr td figure figcaption "
    "span a b i em strong u html body pre"
).split()
_OPENS: Final = re.compile(rf"<({'|'.join(_TAGS)})(?:\s[^<>]{{0,2000}})?>", re.IGNORECASE)
_LINE_BREAK: Final = re.compile(r"<br\s{0,3}/?>", re.IGNORECASE)
_BEGINS: Final = re.compile(
    r"\s*<(?:!doctype|!--|p|div|img|figure|h[1-6]|br|section|article)\b", re.I
)


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
    text = _text_of(item)
    if not text:
        raise FormatError("has no text", 'give it as "text"')
    facts = facts_of(item)
    if facts.title and not text.lstrip().startswith(facts.title):
        text = f"{facts.title}\n\n{text}"
    return Extracted(
        text=text,
        title=facts.title,
        author=facts.author,
        date=facts.date,
        created=facts.created,
        url=facts.url,
    )


def parse(data: bytes) -> Any:
    """A JSON value.

    Raises:
        FormatError: it is none.
    """
    try:
        marked = data.startswith(_UTF_16_MARKS)
        return json.loads(data.decode("utf-16" if marked else "utf-8-sig"))
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
    if isinstance(value, Mapping):
        value = _listed(value)
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


def _listed(item: Mapping[str, object]) -> list[object] | None:
    """The articles of what a service or feed answers; None if the object is an article itself."""
    if _is_article(item):
        return None
    inner = values(by_name(item), _AROUND_LISTS)
    for around in (item, *(value for value in inner if isinstance(value, Mapping))):
        for value in values(by_name(around), _LISTS):
            if isinstance(value, list) and any(_is_article(one) for one in value):
                return value
    return None


def _is_article(item: object) -> bool:
    return isinstance(item, Mapping) and any(True for _ in values(by_name(item), _TEXT))


def _text_of(item: Mapping[str, object]) -> str:
    """The text under the first name that has any."""
    for value in values(by_name(item), _TEXT):
        text = _whole(value)
        if text.strip():
            return text
    return ""


def _whole(value: object, depth: int = 0) -> str:
    """A text, or its paragraphs or blocks in a list; its lines are kept."""
    if depth > _DEEPEST:
        return ""
    if isinstance(value, list):
        return "\n\n".join(filter(str.strip, (_whole(part, depth + 1) for part in value)))
    if isinstance(value, Mapping):
        parts = (_whole(part, depth + 1) for part in values(by_name(value), _IN_BLOCK))
        return next(filter(str.strip, parts), "")
    if not isinstance(value, str):
        return ""
    text = storable(value)
    if not _is_html(text):
        return unescaped(text)
    from index.formats.fragment import text_of  # where files of strangers are read

    return text_of(text)


def _is_html(text: str) -> bool:
    if "<" not in text:
        return False
    if _BEGINS.match(text) or _LINE_BREAK.search(text):
        return True
    lowered = text.lower()
    names = {match[1].lower() for match in _OPENS.finditer(text)}
    return any(f"</{name}>" in lowered for name in names)
