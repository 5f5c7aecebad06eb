"""Since when: a question to the articles of a day and later."""

from __future__ import annotations

import re
from datetime import date

from index.catalog import Catalog
from index.errors import QuestionError

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


class Since(str):
    """A date beside the globs that say which files are asked: only articles of it, or later.

    As YYYY-MM-DD. A string, so that it goes wherever globs go.
    """

    __slots__ = ()


def parse_since(text: str | date) -> Since:
    """A day, a month ("2025-03") or a year ("2025") → its first day.

    Raises:
        QuestionError: it is none of them.
    """
    if isinstance(text, date):
        return Since(text.isoformat()[:10])
    match = _DAY.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        return Since(date(int(match[1]), int(match[2] or 1), int(match[3] or 1)).isoformat())
    except ValueError:
        raise QuestionError(
            f"{text!r} is no date", "write a year, a month or a day: 2025, 2025-03 or 2025-03-31"
        ) from None


def since_note(since: Since, catalog: Catalog) -> str:
    """What a date leaves out, the articles without a date among it."""
    undated = sum(day is None for day in catalog.dates().values())
    if not undated:
        return f"Only articles of {since} or later were asked"
    left_out = (
        "1 article has no date and is"
        if undated == 1
        else f"{undated} articles have no date and are"
    )
    return f"Only articles of {since} or later were asked; {left_out} left out"
