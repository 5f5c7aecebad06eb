"""The source pane: a whole article, its paragraphs numbered, the cited words marked.

Without its furniture (title, numbers, notices) the pane reads exactly as the article's
paragraphs, those that are never quoted among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from index.catalog import ArticleRow
from index.errors import FootnoteError
from index.models import Article, Kind, Paragraph
from index.store import Index
from rag.quotations import Span
from ui.escape import attributes, escape
from ui.render import count, fingerprint, with_phrase

MAX_LISTED: Final = 500  # articles: a longer list is slow to send and of no use to read

_KINDS: Final = {
    Kind.BODY: "",
    Kind.HEADING: "",
    Kind.BYLINE: "byline: quoted only when asked who wrote the article",
    Kind.CAPTION: "caption: never quoted",
    Kind.CREDIT: "credit: never quoted",
    Kind.FURNITURE: "menu or sign-up text: never quoted",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where to open an article: a paragraph, and the cited range in the article's text.

    It comes from the visitor's browser, so nothing about it is taken on trust.
    """

    file: str
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    fingerprint: str = ""
    phrase: Span | None = None
    """Where in the range the words stand that answer the question."""

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> Place:
        """The place that a button's `data-…` attributes name; what makes no sense is left out."""
        return cls(
            file=str(data.get("file", "")),
            paragraph=_number(data.get("paragraph")),
            start=_number(data.get("start")),
            end=_number(data.get("end")),
            fingerprint=str(data.get("fingerprint", "")),
            phrase=_span(data.get("phrase")),
        )


def source_pane(index: Index, place: Place) -> str:
    """The article at a place, or a friendly word why it cannot be shown."""
    try:
        with index.reading():
            article = index.catalog.article(place.file)
    except FootnoteError as error:
        return _notice("The article cannot be opened", f"{error.what}. {error.fix}.")
    if article is None:
        return _notice(
            "There is no such article",
            f"{place.file} is not in the index. It may have been removed since it was quoted.",
        )
    return render_article(article, place)


def article_list(rows: Sequence[ArticleRow]) -> str:
    """The articles indexed, each a button that opens it."""
    items = "".join(
        f'<li><button type="button" class="open-article" data-event="select"'
        f"{attributes({'data-file': row.file})}>"
        f'<span class="title" dir="auto">{escape(row.title or row.file)}</span>'
        f'<span class="details"><bdi>{escape(row.file)}</bdi> · '
        f"{count(row.paragraphs, 'paragraph')}</span></button></li>"
        for row in rows[:MAX_LISTED]
    )
    more = len(rows) - MAX_LISTED
    rest = f'<p class="more">and {more:,} more, opened by their citations</p>' if more > 0 else ""
    return (
        f'<details class="article-list" open><summary>{count(len(rows), "article")}</summary>'
        f"<ol>{items}</ol>{rest}</details>"
    )


def invitation() -> str:
    """What the pane says before an article is open."""
    return (
        '<div class="empty"><p>Choose a number in an answer, or an article above: '
        "it opens here, with the cited words marked.</p></div>"
    )


def render_article(article: Article, place: Place) -> str:
    """The article as HTML, with the words of `place` marked if it still says them."""
    details = [
        f"<bdi>{escape(article.file)}</bdi>",
        count(len(article.paragraphs), "paragraph"),
    ]
    if article.author:
        details.insert(0, f"By <bdi>{escape(article.author)}</bdi>")
    paragraphs = "".join(_paragraph(article, paragraph, place) for paragraph in article.paragraphs)
    return (
        f'<article class="article"{attributes({"data-file": article.file})}>'
        f'<header class="furniture"><h2 dir="auto" tabindex="-1">'
        f"{escape(article.title or article.file)}</h2>"
        f'<p class="details">{" · ".join(details)}</p>{_CLOSE}</header>'
        f"{_changed(article, place)}{paragraphs}</article>"
    )


_CLOSE: Final = '<button type="button" class="close" aria-label="Close the article">Close</button>'


def _paragraph(article: Article, paragraph: Paragraph, place: Place) -> str:
    is_cited = paragraph.number == place.paragraph
    classes = f"paragraph kind-{paragraph.kind.value}" + (" is-cited" if is_cited else "")
    values: dict[str, str | int] = {
        "class": classes,
        "id": f"paragraph-{paragraph.number}",
        "data-paragraph": paragraph.number,
    }
    if is_cited:
        values["aria-current"] = "true"
    if _KINDS[paragraph.kind]:
        values["title"] = _KINDS[paragraph.kind]
    text = article.text[paragraph.start : paragraph.end]
    marked = _marked_range(article, paragraph, place) if is_cited else None
    inner = escape(text) if marked is None else _marked(text, paragraph, marked, place.phrase)
    return (
        f'<div{attributes(values)}><span class="number furniture">{paragraph.number}</span>'
        f'<p dir="auto">{inner}</p></div>'
    )


def _marked(text: str, paragraph: Paragraph, marked: Span, phrase: Span | None) -> str:
    """The text of a paragraph with the cited range marked, and the phrase in it set off."""
    start, end = marked[0] - paragraph.start, marked[1] - paragraph.start
    if phrase is not None and phrase[1] > end - start:
        phrase = None
    return (
        f"{escape(text[:start])}"
        f'<mark tabindex="-1">{with_phrase(text[start:end], phrase)}</mark>'
        f"{escape(text[end:])}"
    )


def _marked_range(article: Article, paragraph: Paragraph, place: Place) -> Span | None:
    """The cited range, if it lies in the paragraph and still holds the words cited."""
    start, end = place.start, place.end
    if start is None or end is None or not paragraph.start <= start < end <= paragraph.end:
        return None
    return (start, end) if fingerprint(article.text[start:end]) == place.fingerprint else None


def _changed(article: Article, place: Place) -> str:
    """A word of warning if the words cited are no longer where they were."""
    if place.paragraph is None or place.start is None:
        return ""
    if 1 <= place.paragraph <= len(article.paragraphs):
        paragraph = article.paragraph(place.paragraph)
        if _marked_range(article, paragraph, place) is not None:
            return ""
    return (
        '<p class="changed furniture" role="status">This article has changed since it was '
        "quoted: the words are no longer at that place. Ask again for an answer from the "
        "article as it is now.</p>"
    )


def _notice(title: str, text: str) -> str:
    return (
        '<div class="article"><header class="furniture">'
        f'<h2 tabindex="-1">{escape(title)}</h2>{_CLOSE}</header>'
        f'<p class="notice" role="status">{escape(text)}</p></div>'
    )


def _number(value: object) -> int | None:
    digits = str(value)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None


def _span(value: object) -> Span | None:
    """The offsets in "3-8", if they are such."""
    start, _, end = str(value).partition("-")
    first, last = _number(start), _number(end)
    return None if first is None or last is None or first >= last else (first, last)
