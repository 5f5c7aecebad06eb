"""The source pane: a whole article, its paragraphs numbered, the cited words marked.

Without its furniture (title, numbers, buttons, notices) the pane reads exactly as the
article's paragraphs, those that are never quoted among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from index.errors import FootnoteError
from index.models import Article, Kind, Paragraph
from index.store import Index
from rag.models import Citation
from rag.quotations import Span
from ui.escape import attributes, escape
from ui.freshness import is_stale
from ui.marking import mark
from ui.parts import sentence
from ui.place import Place, cited_range, moved
from ui.signs import count
from ui.steps import source_tools

_KINDS: Final = {
    Kind.BODY: "",
    Kind.HEADING: "",
    Kind.BYLINE: "byline: quoted only when asked who wrote the article",
    Kind.CAPTION: "caption: never quoted",
    Kind.CREDIT: "credit: never quoted",
    Kind.FURNITURE: "menu or sign-up text: never quoted",
}


def source_pane(index: Index, place: Place) -> str:
    """The article at a place, or a friendly word why it cannot be shown."""
    try:
        with index.reading():
            article = index.catalog.article(place.file)
    except FootnoteError as error:
        return _notice("The article cannot be opened", sentence(error), place)
    if article is None:
        return _notice(
            "There is no such article",
            f"{place.file} is not in the index. It may have been removed since it was quoted.",
            place,
        )
    return render_article(article, place, stale=is_stale(index, article))


def render_article(article: Article, place: Place, *, stale: bool = False) -> str:
    """The article as HTML, with the words of `place` marked if it still says them.

    Args:
        article: as it is indexed.
        place: what to mark.
        stale: whether the file says something else by now.
    """
    marked, spot = cited_range(article, place), place
    if marked is None:
        spot = moved(article, place) or place  # the words may stand in another place by now
    numbers = {p.number: _marked(article, p, spot, place.others) for p in article.paragraphs}
    paragraphs = "".join(
        _paragraph(article, p, numbers[p.number], is_cited=p.number == spot.paragraph)
        for p in article.paragraphs
    )
    return (
        f'<article class="article"{attributes(_named(place) | {"data-file": article.file})}>'
        f"{_header(article, place)}{_changed(place, spot, is_there=marked is not None)}"
        f"{_STALE if stale else ''}{paragraphs}</article>"
    )


def _named(place: Place) -> dict[str, str | int]:
    """By what the page knows which citation is open."""
    if place.citation is None or place.turn is None:
        return {}
    return {"data-turn": place.turn, "data-number": place.citation.number}


def _header(article: Article, place: Place) -> str:
    details = [f"<bdi>{escape(article.file)}</bdi>", count(len(article.paragraphs), "paragraph")]
    if article.author:
        details.insert(0, f"By <bdi>{escape(article.author)}</bdi>")
    return (
        f'<header class="furniture"><h2 dir="auto" tabindex="-1">'
        f"{escape(article.title or article.file)}</h2>"
        f'<p class="details">{" · ".join(details)}</p>{source_tools(place)}</header>'
    )


def _paragraph(article: Article, paragraph: Paragraph, inner: str, *, is_cited: bool) -> str:
    kind = f"kind-{paragraph.kind.value}"
    values: dict[str, str | int] = {
        "class": f"paragraph {kind} is-cited" if is_cited else f"paragraph {kind}",
        "id": f"paragraph-{paragraph.number}",
        "data-paragraph": paragraph.number,
    }
    if is_cited:
        values["aria-current"] = "true"
    if _KINDS[paragraph.kind]:
        values["title"] = _KINDS[paragraph.kind]
    return (
        f'<div{attributes(values)}><span class="number furniture">{paragraph.number}</span>'
        f'<p dir="auto">{inner}</p></div>'
    )


def _marked(article: Article, paragraph: Paragraph, spot: Place, others: Sequence[Citation]) -> str:
    """The words of a paragraph: those of the place marked, those of other citations too."""

    def inside(place: Place) -> Span | None:
        found = cited_range(article, place) if place.paragraph == paragraph.number else None
        return None if found is None else (found[0] - paragraph.start, found[1] - paragraph.start)

    faint = [
        span
        for other in others
        if other.file == article.file and (span := inside(Place.of(other))) is not None
    ]
    text = article.text[paragraph.start : paragraph.end]
    return mark(text, inside(spot), spot.phrase, faint)


_STALE: Final = (
    '<p class="changed furniture" role="status"><strong>Source changed.</strong> The file says '
    "something else by now; this is how it was indexed. Bring the index up to date to see it as "
    "it is.</p>"
)


def _changed(place: Place, spot: Place, *, is_there: bool) -> str:
    """A word of warning if the words cited are no longer where they were, and these words."""
    if is_there or place.paragraph is None or place.start is None:
        return ""
    where = (
        f"the words now stand in paragraph {spot.paragraph}"
        if spot is not place
        else "the words are no longer in it"
    )
    return (
        '<div class="changed furniture" role="status"><p><strong>Source changed.</strong> This '
        f"article has changed since it was quoted: {where}.</p>{_as_it_was(place)}</div>"
    )


def _as_it_was(place: Place) -> str:
    if place.citation is None:
        return ""
    return (
        f'<p>As it was quoted, from paragraph {place.paragraph}:</p><blockquote dir="auto">'
        f"{escape(place.citation.quote)}</blockquote>"
    )


def _notice(title: str, text: str, place: Place) -> str:
    return (
        '<div class="article"><header class="furniture">'
        f'<h2 tabindex="-1">{escape(title)}</h2>{source_tools(place)}</header>'
        f'<div class="notice furniture" role="status"><p>{escape(text)}</p>{_as_it_was(place)}'
        "</div></div>"
    )
