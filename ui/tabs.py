"""The head of the page: its name, and a tab for each panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ui.escape import attributes, escape
from ui.parts import Panel

_TITLE: Final = (
    '<div class="title"><h1>Footnote</h1>'
    "<p>Questions answered in the articles’ own words, with the source beside every answer.</p>"
    "</div>"
)


def masthead(panels: Sequence[Panel]) -> str:
    """The title, and the tabs if there is more than the chat."""
    names = [("chat", "Chat"), *((panel.name, panel.label) for panel in panels)]
    if len(names) == 1:
        return _TITLE
    tabs = "".join(_tab(name, label, is_shown=name == "chat") for name, label in names)
    return f'{_TITLE}<div class="tabs" role="tablist" aria-label="Parts of the page">{tabs}</div>'


def _tab(name: str, label: str, *, is_shown: bool) -> str:
    values: dict[str, str | int] = {
        "id": f"tab-{name}",
        "aria-controls": f"panel-{name}",
        "aria-selected": "true" if is_shown else "false",
        "tabindex": 0 if is_shown else -1,
    }
    return f'<button type="button" role="tab"{attributes(values)}>{escape(label)}</button>'
