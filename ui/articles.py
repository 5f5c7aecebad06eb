"""The list of articles beside the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from index.catalog import ArticleRow
from ui.escape import attributes, escape
from ui.signs import count

MAX_LISTED: Final = 500  # articles: a longer list is slow to send and of no use to read


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
    paragraphs = sum(row.paragraphs for row in rows)
    return (
        f'<details class="article-list" open><summary>{count(len(rows), "article")}'
        f'<span class="details"> · {count(paragraphs, "paragraph")}</span></summary>'
        f"<ol>{items}</ol>{rest}</details>"
    )


def invitation() -> str:
    """What the pane says before an article is open."""
    return (
        '<div class="empty"><p>Choose a number in an answer, or an article above: '
        "it opens here, with the cited words marked.</p></div>"
    )
