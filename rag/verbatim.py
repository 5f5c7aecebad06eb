"""Where a paragraph says a sentence word for word."""

from __future__ import annotations

import re

from index.tokens import fold


def find_words(paragraph: str, sentence: str) -> tuple[int, int] | None:
    """Where a paragraph has a sentence word for word, from one end of a sentence to another.

    White space, quotation marks and the full stop at the end do not count.
    """
    wanted = _letters(sentence)
    if not wanted:
        return None
    places = [at for at, c in enumerate(paragraph) if _counts(c)]
    text = "".join(fold(paragraph[at])[:1] or " " for at in places)
    at = text.find(wanted)
    while at >= 0:
        start, end = places[at], places[at + len(wanted) - 1] + 1
        if _at_boundary(paragraph, start, end):
            return start, _with_stop(paragraph, end)
        at = text.find(wanted, at + 1)
    return None


def _counts(character: str) -> bool:
    return character.isalnum()


def _letters(text: str) -> str:
    return "".join(fold(c)[:1] or " " for c in text if _counts(c))


def _at_boundary(paragraph: str, start: int, end: int) -> bool:
    before = paragraph[:start].rstrip(" \t\r\n\"“”„«»‹›‘’'([*•–—-")
    after = paragraph[end:].lstrip(" \"”“»’')]")
    return (not before or before[-1] in ".!?…:;。！？") and (
        not after or after[0] in ".!?…;:。！？" or paragraph[end - 1] in ".!?…。！？"
    )


def _with_stop(paragraph: str, end: int) -> int:
    match = re.compile(r"[.!?…。！？\"”»’)\]]+").match(paragraph, end)
    return match.end() if match else end
