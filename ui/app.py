"""The page: its head, its panels, and the pane beside them that shows an article.

The parts are `gr.HTML`, which shows its value as it is: every value is made by this
package, out of escaped text. A visitor's turns are kept in `gr.State`, one for each visit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import gradio as gr

from index.store import Index
from ui.chat import build_chat, build_talk
from ui.conversation import Stream
from ui.desk import Desk
from ui.followups import FollowUps
from ui.parts import html, static
from ui.reading import build_reading
from ui.suggestions import Suggestions
from ui.tabs import masthead

__all__ = ["build_page", "static", "theme"]

_WAITING_AT_MOST: Final = 64
_VISITS_KEPT: Final = 1000  # at most 2 MB each; one that is forgotten comes back with a reload


def theme() -> gr.themes.Base:
    """Fonts that every system has (nothing is fetched); the colours are in `style.css`."""
    return gr.themes.Base(
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
        font_mono=["ui-monospace", "SFMono-Regular", "Menlo", "monospace"],
    ).set(
        body_background_fill="#fbfaf7",
        body_background_fill_dark="#15171a",
        body_text_color="#1f2328",
        body_text_color_dark="#e6e3dc",
    )


def build_page(
    index: Index,
    stream: Stream,
    suggestions: Suggestions,
    desk: Desk,
    endpoint: Callable[[], None] = lambda: None,
) -> gr.Blocks:
    """The whole page for one index.

    Args:
        index: open, and kept open as long as the page is served.
        stream: answers a question, given the messages before it.
        suggestions: of the same index.
        desk: what the page has besides the chat.
        endpoint: adds what programs call; before all else, so that it has the name it wants.
    """
    page: gr.Blocks = gr.Blocks(title="Footnote", analytics_enabled=False)
    page.state_session_capacity = _VISITS_KEPT
    with page:
        endpoint()
        html(masthead(desk.panels), "masthead", static("tabs.js"))
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="work"):
                with gr.Column(elem_id="panel-chat", elem_classes=["panel"]):
                    talk = build_talk()
                others = [
                    gr.Column(elem_id=f"panel-{panel.name}", elem_classes=["panel"])
                    for panel in desk.panels
                ]
            with gr.Column(elem_id="reading"):
                parts = build_reading(page, index, talk)
        build_chat(page, talk, stream, suggestions, FollowUps(index, suggestions.ask), desk.under)
        with talk.above:
            desk.build(parts)
        for panel, column in zip(desk.panels, others, strict=True):
            with column:
                panel.build(parts)
    page.queue(max_size=_WAITING_AT_MOST, api_open=False)
    return page
