"""Saving an answer or the conversation as a file: the menus, and the files they make."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

import gradio as gr

from rag.export import Format, bibliography_as_markdown, export
from rag.models import Answer
from ui.conversation import Turn, Turns
from ui.escape import attributes, escape
from ui.parts import QUIET, Parts, data_of, html, number_of, static

_SOURCES: Final = "sources"
_LABELS: Final = {
    Format.MARKDOWN: "Markdown with footnotes",
    Format.HTML: "HTML",
    Format.JSON: "JSON",
}
_TYPES: Final = {
    Format.MARKDOWN: "text/markdown",
    Format.HTML: "text/html",
    Format.JSON: "application/json",
}
_LONGEST_NAME: Final = 60  # characters

DOWNLOAD: Final = """(text) => {
  if (!text) return;
  const { name, type, data } = JSON.parse(text);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([data], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}"""
"""What the browser does with what `download` gives: it saves the file."""


def export_menu(place: int, turn: Turn) -> str:
    """The menu under an answer."""
    if turn.answer is None:
        return ""
    return _menu("Save", f"Save answer {place + 1}", {"data-turn": place})


def build_export(parts: Parts) -> None:
    """The menu of the conversation, and what saves a file."""
    menu = html(
        _menu("Save conversation", "Save the conversation", {}), "export", static("menu.js")
    )
    file = gr.Textbox(visible="hidden", elem_id="export-file")

    def save(turns: Turns, event: gr.EventData) -> str:
        data: dict[str, Any] = data_of(event, "turn", "format")
        return saved(turns, data.get("format"), data.get("turn"))

    for component in (*parts.answers, menu):
        component.download(save, parts.turns, file, queue=False, **QUIET).then(
            None, file, None, js=DOWNLOAD
        )


def saved(turns: Turns, form: object, place: object = None) -> str:
    """The file that a menu asks for, as `download` gives it; "" if there is nothing to save.

    Args:
        turns: of the visit.
        form: one of the formats, or the sources alone.
        place: of one turn; None for the whole conversation.
    """
    number = number_of(place)
    if place is not None and (number is None or number >= len(turns)):
        return ""
    chosen = turns if number is None else turns[number : number + 1]
    answers = [turn.answer for turn in chosen if turn.answer is not None]
    if not answers:
        return ""
    name = _name(answers)
    if form == _SOURCES:
        text = bibliography_as_markdown(answers)
        return download(f"{name}-sources.md", _TYPES[Format.MARKDOWN], text)
    try:
        wanted = Format(str(form))
    except ValueError:
        return ""
    return download(f"{name}.{wanted}", _TYPES[wanted], export(answers, wanted))


def download(name: str, type_: str, data: str) -> str:
    """A file for the browser to save, as JSON."""
    return json.dumps({"name": name, "type": type_, "data": data})


def _name(answers: Sequence[Answer]) -> str:
    """A name that every system takes: of the question, or of a conversation's first."""
    words = re.findall(r"[^\W_]+", answers[0].question.lower())
    name = "-".join(words)[:_LONGEST_NAME].strip("-")
    return f"footnote-{name}" if name else "footnote"


def _menu(label: str, title: str, values: dict[str, str | int]) -> str:
    items = [*((form.value, _LABELS[form]) for form in Format), (_SOURCES, "Sources alone")]
    buttons = "".join(
        f'<button type="button" data-event="download"'
        f"{attributes({**values, 'data-format': key})}>{escape(name)}</button>"
        for key, name in items
    )
    return (
        f'<details class="menu"><summary class="tool"{attributes({"aria-label": title})}>'
        f"{escape(label)}</summary>"
        f'<div class="items" role="group"{attributes({"aria-label": title})}>{buttons}</div>'
        "</details>"
    )
