"""The pane beside the panels: the list of articles, and the one that is open."""

from __future__ import annotations

import gradio as gr

from index.errors import FootnoteError
from index.store import Index
from ui.articles import article_list, invitation
from ui.chat import Talk
from ui.conversation import Turns
from ui.parts import QUIET, Parts, data_of, html
from ui.place import NAMES, Place
from ui.render import problem
from ui.source import source_pane

_OPENED = "() => window.dispatchEvent(new Event('footnote:opened'))"


def build_reading(page: gr.Blocks, index: Index, talk: Talk) -> Parts:
    """The pane; what the other panels share comes back.

    Args:
        page: that it is on.
        index: that of the page.
        talk: the conversation, whose citations open articles here.
    """

    def open_source(turns: Turns, event: gr.EventData) -> str:
        return source_pane(index, Place.from_data(data_of(event, *NAMES), turns))

    def list_articles() -> str:
        try:
            with index.reading():
                return article_list(index.catalog.articles())
        except FootnoteError as error:
            return problem(error)

    articles = html("", "articles")
    source = html(invitation(), "source")

    def open_from(component: gr.HTML) -> None:
        component.select(
            open_source, talk.turns, source, queue=False, trigger_mode="always_last", **QUIET
        ).then(None, None, None, js=_OPENED)

    for component in (*talk.answers, articles, source):
        open_from(component)
    for begins in (page.load, articles.load):  # the latter when articles were added or removed
        begins(list_articles, None, articles, queue=False, **QUIET)
    return Parts(page, index, talk.turns, talk.files, talk.only, talk.answers, open_from)
