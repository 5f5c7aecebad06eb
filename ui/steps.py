"""The buttons of the source pane: from citation to citation, copy, link, close."""

from __future__ import annotations

from typing import Final

from rag.models import Citation
from ui.escape import attributes, escape
from ui.place import Place

_CLOSE: Final = (
    '<button type="button" class="tool close" aria-label="Close the article">Close</button>'
)


def source_tools(place: Place) -> str:
    """The line of buttons over an article that is open at a place."""
    copy = ""
    if place.citation is not None:
        copied = attributes({"data-copy": cited_words(place.citation)})
        copy = f'<button type="button" class="tool"{copied}>Copy with citation</button>'
    link = attributes({"data-link": place.address})
    return (
        f'<div class="tools">{_steps(place)}{copy}'
        f'<button type="button" class="tool"{link}>Copy link</button>{_CLOSE}</div>'
    )


def cited_words(citation: Citation) -> str:
    """A quotation for the clipboard, with where it stands."""
    title = f"{citation.title}, " if citation.title else ""
    return f"“{citation.quote}” ({title}{citation.file}, paragraph {citation.paragraph})"


def _steps(place: Place) -> str:
    """From this citation of an answer to the one before and the one after."""
    numbers = [citation.number for citation in place.others]
    if place.citation is None or len(numbers) < 2:
        return ""
    at = numbers.index(place.citation.number)
    before = _step(place, place.others[at - 1] if at else None, "Previous citation", "‹")
    after = _step(
        place, place.others[at + 1] if at + 1 < len(numbers) else None, "Next citation", "›"
    )
    return (
        f'<span class="steps" role="group" aria-label="Citations of this answer">{before}'
        f'<span class="at">{at + 1} of {len(numbers)}</span>{after}</span>'
    )


def _step(place: Place, to: Citation | None, label: str, sign: str) -> str:
    values: dict[str, str | int] = {"aria-label": label}
    if to is None:
        # Not `disabled`: the focus would be lost when the last one is reached.
        values["aria-disabled"] = "true"
    else:
        values |= {
            "data-event": "select",
            "data-file": to.file,
            "data-paragraph": to.paragraph,
            "data-turn": place.turn if place.turn is not None else "",
            "data-number": to.number,
        }
    return f'<button type="button" class="tool step"{attributes(values)}>{escape(sign)}</button>'
