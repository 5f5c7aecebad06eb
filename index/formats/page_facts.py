"""What a page says about its article: when it was published, its title, its author.

Only what is stated counts. A time of change is no date of publication, a time in the text or beside
a link to another article is none of this one, and 06/01/2026 is no day (`index.dates`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from index.formats.around import is_beside, is_named_around
from index.formats.extracted import clean, letters_of
from index.formats.markup import line_around, name_of

_PUBLISHED: Final = (
    "article:published_time og:article:published_time og:published_time published_time "
    "datepublished "
    "citation_publication_date citation_date citation_online_date dc.date.issued dcterms.issued "
    "dc.date.created dcterms.created dc.date dcterms.date dc.date.publication "
    "parsely-pub-date sailthru.date cxenseparse:recs:publishtime cxense-parse:recs:publishtime "
    "article.published article:published publication_date publication-date publicationdate "
    "publish_date publish-date publishdate published_date published pubdate pub_date "
    "originalpublicationdate date_published rnews:datepublished release_date date"
).split()
_RANK: Final = {name: rank for rank, name in enumerate(_PUBLISHED)}
_ARTICLES = re.compile(r"(?:Article|Posting|Report|Review|Story)$", re.IGNORECASE)
_DATE_IN_SCRIPT = re.compile(r"[\"']datePublished[\"']\s*:\s*[\"']([^\"']{8,40})[\"']")
_DAY = re.compile(r"(\d{4})[-/]?(\d\d)[-/]?(\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_CHANGED = re.compile(r"updat|modif|edited|aktualis|geändert|actualiz|mis à jour|обновл", re.I)
_LABELLED = re.compile(
    r"publish|posted|issued|released|veröffentlicht|erschienen|publicad|publié|pubblicat|опублик",
    re.I,
)
_MOST_THINGS = 20_000  # values in the scripts of a page
_LONGEST_DATELINE = 160  # characters
_BETWEEN = re.compile(r"\s+[-–—|·•»«:_]\s+|\s*[|_»«]\s*")  # a title and the name of its site
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d{4}\)(https?://\S{1,400}) -->")
_SAVED_WITHIN = 1000  # characters
_BETWEEN_NAMES = re.compile(r"\s*[;,|]\s*")


def published(tree: Any) -> str:
    """The date of publication that a page states: a day as YYYY-MM-DD, if it is written so, else
    as it stands there; "" if it states none."""
    others: list[str] = []
    for text in _stated(tree):
        if day := _DAY.match(text.strip()):
            return "-".join(day.groups())
        if _YEAR.search(text):
            others.append(text)
    return next(iter(others), "")


def title_of(tree: Any, found: str) -> str:
    """The title that was found; that of the page itself where it is the name of the site."""
    whole = next((clean(e.text or "") for e in tree.iter("title")), "")
    parts = [part for part in _BETWEEN.split(whole) if part.strip()]
    wanted = letters_of(found)
    if len(parts) < 2 or wanted not in (letters_of(parts[0]), letters_of(parts[-1])):
        return found
    ends = wanted == letters_of(parts[-1])  # as the name of a site does
    headings = {letters_of("".join(e.itertext())) for e in tree.iter("h1", "h2")} - {wanted}
    others = [part for part in (parts[:-1] if ends else parts[1:]) if letters_of(part) in headings]
    if others and (ends or _is_logo(tree, wanted)):
        return max(others, key=len)
    return found


def author_of(found: str) -> str:
    """The names that were found; what holds digits is a day or a time beside them."""
    names = [name for name in _BETWEEN_NAMES.split(found) if name]
    alone = [name for name in names if not any(map(str.isdigit, name))]
    return ", ".join(alone or names)


def address_of(page: str, found: str) -> str:
    """The address that was found, else the one that a browser wrote when it saved the page."""
    saved = _SAVED_FROM.search(page, 0, _SAVED_WITHIN)
    return found or (saved[1] if saved else "")


def _is_logo(tree: Any, wanted: str) -> bool:
    """Whether these letters are the name of the site, or a heading in the head of the page."""
    if wanted in map(letters_of, _meta(tree, {"og:site_name": 0, "application-name": 0})):
        return True
    for heading in tree.iter("h1", "h2"):
        if letters_of("".join(heading.itertext())) == wanted:
            above = [name_of(element) for element in heading.iterancestors()]
            return "article" not in above and ("header" in above or "nav" in above)
    return False


def _stated(tree: Any) -> Iterator[str]:
    yield from _in_scripts(tree)
    yield from _meta(tree, _RANK)
    for element in tree.iter("time", "span", "div", "p", "abbr", "b", "strong", "em", "small", "a"):
        if "datepublished" in (element.get("itemprop") or "").lower().split():
            yield element.get("datetime") or element.get("content") or _words(element)
        elif name_of(element) == "time" and element.get("pubdate") is not None:
            yield element.get("datetime") or _words(element)
    yield from _beside_headline(tree)


def _in_scripts(tree: Any) -> Iterator[str]:
    """Of articles first, then of whatever else the scripts describe."""
    others: list[str] = []
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "") or not script.text:
            continue
        try:
            value = json.loads(script.text, strict=False)
        except (ValueError, RecursionError):
            others.extend(match[1] for match in _DATE_IN_SCRIPT.finditer(script.text))
            continue
        for thing in _things(value):
            day = thing.get("datePublished")
            if isinstance(day, str):
                kinds = thing.get("@type")
                kinds = kinds if isinstance(kinds, list) else [kinds]
                if any(isinstance(kind, str) and _ARTICLES.search(kind) for kind in kinds):
                    yield day
                else:
                    others.append(day)
    yield from others[:1]


def _things(value: object) -> Iterator[dict[str, Any]]:
    """The objects of a JSON value, the outer before the inner."""
    queue = [value]
    for one in queue:
        if isinstance(one, dict):
            yield one
            queue.extend(v for v in one.values() if isinstance(v, dict | list))
        elif isinstance(one, list):
            queue.extend(v for v in one if isinstance(v, dict | list))
        if len(queue) > _MOST_THINGS:
            return


def _meta(tree: Any, ranks: dict[str, int]) -> list[str]:
    """What the page's head gives under these names, the best first."""
    found: list[tuple[int, str]] = []
    for element in tree.iter("meta"):
        for key in ("property", "name", "itemprop", "http-equiv"):
            rank = ranks.get((element.get(key) or "").strip().lower())
            if rank is not None and element.get("content"):
                found.append((rank, element.get("content")))
                break
    return [text for _, text in sorted(found, key=lambda pair: pair[0])]


def _beside_headline(tree: Any) -> Iterator[str]:
    """The times between the headline and the text, or above the headline in its own header."""
    headline = _headline(tree)
    if headline is None:
        return
    start = next(headline.iterancestors("header", "hgroup", "article"), headline)
    for element in _from(start):
        name = name_of(element)
        if name == "p" and len(_words(element)) > _LONGEST_DATELINE:
            return
        if name == "time" and element.get("datetime") and _is_own(element):
            yield element.get("datetime")


def _headline(tree: Any) -> Any | None:
    """The first heading of an article, else of the page; of the first rank, if there is one."""
    for article in tree.iter("article"):
        return next(article.iter("h1"), next(article.iter("h2"), None))
    return next(tree.iter("h1"), None)


def _from(start: Any) -> Iterator[Any]:
    """An element, what is in it, and what follows it in the page."""
    yield from start.iter()
    while start is not None:
        for sibling in start.itersiblings():
            yield from sibling.iter()
        start = start.getparent()


def _is_own(time: Any) -> bool:
    """Whether a time says when the article was published, not what it tells or links to."""
    before, after = map(clean, line_around(time))
    if len(before) + len(after) > _LONGEST_DATELINE:
        return False
    if after.endswith((".", "!", "?", "。")) and not _LABELLED.search(before):
        return False  # a sentence
    if _CHANGED.search(f"{before} {time.get('class') or ''} {_words(time)}"):
        return False
    return not any(is_named_around(e) or is_beside(e) for e in (time, *time.iterancestors()))


def _words(element: Any) -> str:
    return "" if not name_of(element) else clean("".join(element.itertext()))
