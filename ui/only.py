"""Asking only some of the articles: the choice, and the chip in the chat that shows it.

The choice belongs to a conversation: the browser keeps it beside that, and hands it back.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Sequence
from typing import Final

import gradio as gr

from index.errors import FootnoteError
from index.store import Index
from ui.conversation import shorten
from ui.escape import attributes, escape
from ui.parts import LAST, Parts, data_of
from ui.signs import count

MAX_CHOSEN: Final = 200
_MAX_CHARACTERS: Final = 500_000  # of a choice as JSON
_MAX_NAMED: Final = 3  # articles
_MAX_TITLE: Final = 50  # characters

Files = tuple[str, ...]
"""Globs that match one file each; empty for all."""


def build_only(parts: Parts) -> None:
    """Have the chip follow the conversation."""

    def restore(event: gr.EventData) -> tuple[Files, str]:
        return choose(parts.index, data_of(event, "files").get("files"))

    parts.only.apply(restore, None, [parts.files, parts.only], queue=False, **LAST)


def choose(index: Index, files: object) -> tuple[Files, str]:
    """A choice that a browser sent: as `Parts.files` keeps it, and as the chip shows it.

    Args:
        index: of the articles; names that it does not know are left out.
        files: a list of names as JSON.
    """
    try:
        asked = (
            json.loads(files) if isinstance(files, str) and len(files) <= _MAX_CHARACTERS else []
        )
        with index.reading():
            titles = {row.file: row.title or row.file for row in index.catalog.articles()}
    except (ValueError, RecursionError, FootnoteError):
        return (), ""
    names = {name for name in asked if isinstance(name, str)} if isinstance(asked, list) else set()
    chosen = [file for file in titles if file in names][:MAX_CHOSEN]
    if not chosen or len(chosen) == len(titles):
        return (), ""
    chip = only_chip(chosen, [titles[file] for file in chosen], len(titles))
    return tuple(glob.escape(file) for file in chosen), chip


def only_chip(files: Sequence[str], titles: Sequence[str], total: int) -> str:
    """The chip: how many articles are asked, which, and the button that ends it."""
    named = "; ".join(shorten(title, _MAX_TITLE) for title in titles[:_MAX_NAMED])
    more = f" and {len(titles) - _MAX_NAMED:,} more" if len(titles) > _MAX_NAMED else ""
    return (
        f'<p class="only"{attributes({"data-files": json.dumps(list(files))})}>'
        f"<span>Asking only {count(len(files), 'article')} of {total:,}: "
        f'<span dir="auto">{escape(named)}</span>{more}</span>'
        '<button type="button" class="all">Ask all articles</button></p>'
    )
