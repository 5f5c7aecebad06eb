"""The page, built of Gradio components; what they show comes from `render` and `source`.

The conversation, the article and the lists are `gr.HTML`, which shows its value as it is:
every value is made by this package, out of escaped text. A visitor's turns are kept in
`gr.State`, one for each visit.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

import gradio as gr

from index.errors import FootnoteError
from index.store import Index
from ui.conversation import Stream, Turns, converse
from ui.render import conversation, count, problem, suggestion_list
from ui.source import Place, article_list, invitation, source_pane
from ui.suggestions import Suggestions

_SUGGESTIONS_WAIT: Final = 10.0  # seconds; the rest of the page does not wait
_ASKING_AT_ONCE: Final = 8
_WAITING_AT_MOST: Final = 64

_TITLE: Final = """
<h1>Footnote</h1>
<p>Questions answered in the articles’ own words, with the source beside every answer.</p>
"""
_OPENED: Final = "() => window.dispatchEvent(new Event('footnote:opened'))"
# Nothing here is called by programs, and progress is shown in the conversation itself.
_QUIET: Final[dict[str, Any]] = {"api_visibility": "private", "show_progress": "hidden"}


def static(name: str) -> str:
    """The text of one of the package's static files."""
    return files("ui").joinpath("static", name).read_text("utf-8")


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


def build_page(index: Index, stream: Stream, suggestions: Suggestions) -> gr.Blocks:
    """The whole page for one index.

    Args:
        index: open, and kept open as long as the page is served.
        stream: answers a question, given the messages before it.
        suggestions: of the same index.
    """

    def ask(turns: Turns, event: gr.EventData) -> Iterator[tuple[Turns, str]]:
        for now in converse(turns, str(getattr(event, "question", "")), stream):
            yield now, conversation(now)

    def forget() -> tuple[Turns, str]:
        return (), conversation(())

    def open_source(event: gr.EventData) -> str:
        return source_pane(index, Place.from_data(_data(event)))

    def list_articles() -> tuple[str, str]:
        try:
            with index.reading():
                rows = index.catalog.articles()
        except FootnoteError as error:
            return problem(error), ""
        return article_list(rows), _colophon(len(rows), sum(row.paragraphs for row in rows))

    def suggest() -> str:
        return suggestion_list(suggestions.current(_SUGGESTIONS_WAIT))

    page: gr.Blocks = gr.Blocks(title="Footnote", analytics_enabled=False)
    with page:
        turns = gr.State(())
        with gr.Row(elem_id="masthead"):
            _html(_TITLE, "title")
            new = gr.Button("New conversation", elem_id="new", size="sm")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                chat = _html(conversation(()), "chat", static("delegate.js"))
                offered = _html("", "suggested", static("delegate.js"))
                composer = _html(static("composer.html"), "composer", static("composer.js"))
            with gr.Column(elem_id="reading"):
                articles = _html("", "articles", static("delegate.js"))
                source = _html(invitation(), "source")
        colophon = _html("", "colophon")

        asking: list[Any] = [
            part.submit(
                ask,
                turns,
                [turns, chat],
                concurrency_limit=_ASKING_AT_ONCE,
                concurrency_id="ask",
                **_QUIET,
            )
            for part in (composer, offered)
        ]
        new.click(forget, None, [turns, chat], cancels=asking, queue=False, **_QUIET)
        for part in (chat, articles):
            part.select(
                open_source, None, source, queue=False, trigger_mode="always_last", **_QUIET
            ).then(None, None, None, js=_OPENED)
        page.load(list_articles, None, [articles, colophon], queue=False, **_QUIET)
        page.load(suggest, None, offered, **_QUIET)
    page.queue(max_size=_WAITING_AT_MOST, api_open=False)
    return page


def _html(value: str, elem_id: str, js_on_load: str | None = None) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, js_on_load=js_on_load, apply_default_css=False)


def _data(event: gr.EventData) -> dict[str, object]:
    names = ("file", "paragraph", "start", "end", "fingerprint", "phrase")
    return {name: getattr(event, name) for name in names if hasattr(event, name)}


def _colophon(articles: int, paragraphs: int) -> str:
    return (
        f"<p>{count(articles, 'article')}, {count(paragraphs, 'paragraph')} indexed. "
        "Every citation is an exact quotation.</p>"
    )
