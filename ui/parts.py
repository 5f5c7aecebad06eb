"""What the parts of the page are built of, and what they share.

A panel is a module with a builder, called once inside the page's `gr.Blocks`:

    def build_something(parts: Parts) -> None: ...

It adds its components, wires its events, and shows HTML made of escaped text alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import gradio as gr

from index.errors import FootnoteError
from index.store import Index

QUIET: Final[dict[str, Any]] = {"api_visibility": "private", "show_progress": "hidden"}
"""For events of the page: no program calls them, and they show no bars of Gradio's own."""

LAST: Final[dict[str, Any]] = {"trigger_mode": "always_last", **QUIET}
"""As `QUIET`, for quick events of which the last one counts, also while one is under way."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a panel may use and listen to.

    A button in any `html` component with `data-event="NAME"` raises that event of Gradio's
    (`like`, `select`, …) with the button's other `data-…` attributes as its data; `data_of`
    reads them. Those of the answers carry `data-turn`, the place of their turn in `turns`.
    """

    page: gr.Blocks
    """For `load`: what fills a component when a visitor comes."""
    index: Index
    turns: gr.State
    """`ui.conversation.Turns` of this visit."""
    files: gr.State
    """Globs of the articles that questions are asked of, a tuple; empty for all."""
    only: gr.HTML
    """Shows which those are."""
    answers: tuple[gr.HTML, gr.HTML]
    """The turns before, and the newest one: listen to both."""
    open_from: Callable[[gr.HTML], None]
    """Makes the component's `data-event="select"` buttons open `data-file` at `data-paragraph`."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A tab of the page: `name` is its id in addresses and styles, `label` is shown."""

    name: str
    label: str
    build: Callable[[Parts], None]


def static(name: str) -> str:
    """The text of one of the package's static files."""
    return files("ui").joinpath("static", name).read_text("utf-8")


def html(value: str, elem_id: str, js_on_load: str | None = None, **props: Any) -> gr.HTML:
    """A component that shows its value as it is: only ever give it escaped text.

    Its `data-event` buttons raise events; `js_on_load` is for one that needs more than that.
    """
    script = static("delegate.js") if js_on_load is None else js_on_load
    return gr.HTML(value, elem_id=elem_id, js_on_load=script, apply_default_css=False, **props)


def data_of(event: gr.EventData, *names: str) -> dict[str, object]:
    """What an event carries under these names. It comes from a browser: trust none of it."""
    data = event._data or {}  # none, where the browser sent none
    return {name: data[name] for name in names if name in data}


def number_of(value: object) -> int | None:
    """A whole number of zero or more that a browser sent, if it is one."""
    digits = str(value)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None


def sentence(error: FootnoteError) -> str:
    """An error in two sentences: what went wrong, and how to put it right."""
    return f"{error.what}. {error.fix}."
