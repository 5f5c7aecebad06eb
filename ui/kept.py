"""A conversation as the browser keeps it: plain data, and nothing of it on trust.

The page hands out each finished turn as JSON, the browser stores it, and hands it back after
a reload. Whatever comes back is read as data, field by field, and rendered anew: HTML in it
is text like any other.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, Final

from index.errors import FootnoteError
from rag.models import MAX_QUESTION_CHARACTERS, Answer, Citation
from ui.conversation import Turn, Turns

MAX_CHARACTERS: Final = 2_000_000  # of a conversation as JSON
MAX_TURNS: Final = 200
_MAX_TEXT: Final = 100_000
_MAX_DATE: Final = 10
_MAX_ITEMS: Final = 200  # citations or notes of an answer
_MAX_NUMBER: Final = 10**12


def to_kept(turn: Turn) -> str | None:
    """A finished turn as JSON; None while it is under way."""
    if turn.is_pending:
        return None
    kept: dict[str, Any] = {"question": turn.question}
    if turn.answer is not None:
        kept["answer"] = turn.answer.to_dict()
    elif turn.error is not None:
        kept["error"] = {"what": turn.error.what, "fix": turn.error.fix}
    else:
        kept["draft"] = turn.draft
    return json.dumps(kept, ensure_ascii=True, separators=(",", ":"))


def from_kept(text: object) -> Turns:
    """The turns of a conversation handed back; those that make no sense are left out."""
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        return ()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(found, list):
        return ()
    return tuple(turn for kept in found[:MAX_TURNS] if (turn := _turn(kept)) is not None)


class _NonsenseError(ValueError):
    """Something that no page of ours has handed out."""


def _turn(kept: object) -> Turn | None:
    try:
        values = _dict(kept)
        question = _text(values.get("question"), MAX_QUESTION_CHARACTERS + 1)
        if "answer" in values:
            return Turn(question, answer=_answer(_dict(values["answer"])))
        if "error" in values:
            error = _dict(values["error"])
            return Turn(
                question, error=FootnoteError(_text(error.get("what")), _text(error.get("fix")))
            )
        return Turn(question, draft=_text(values.get("draft")), stopped=True)
    except _NonsenseError:
        return None


def _answer(values: dict[str, object]) -> Answer:
    mode = values.get("mode")
    model = values.get("model")
    if mode not in ("quote", "llm"):
        raise _NonsenseError
    timings = _dict(values.get("timings_ms", {}))
    return Answer(
        question=_text(values.get("question"), MAX_QUESTION_CHARACTERS + 1),
        answered=values.get("answered") is True,
        text=_text(values.get("text")),
        mode="llm" if mode == "llm" else "quote",
        confidence=_fraction(values.get("confidence")),
        citations=tuple(_citation(_dict(item)) for item in _list(values.get("citations"))),
        notes=tuple(_text(item) for item in _list(values.get("notes"))),
        timings_ms={_text(name): _number(value) for name, value in list(timings.items())[:9]},
        model=None if model is None else _text(model, 200),
    )


def _citation(values: dict[str, object]) -> Citation:
    found: dict[str, Any] = {}
    for field in fields(Citation):
        value = values.get(field.name)
        if field.name in ("file", "quote", "title"):
            found[field.name] = _text(value)
        elif field.name == "date":
            found[field.name] = None if value is None else _text(value, _MAX_DATE)
        elif field.name == "support":
            found[field.name] = _fraction(value)
        elif value is not None or field.name in ("number", "paragraph", "start", "end"):
            found[field.name] = _whole(value)
    return Citation(**found)


def _dict(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _NonsenseError
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) > _MAX_ITEMS:
        raise _NonsenseError
    return value


def _text(value: object, longest: int = _MAX_TEXT) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise _NonsenseError
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _NonsenseError
    if not -_MAX_NUMBER <= value <= _MAX_NUMBER:  # nor is what is not a number
        raise _NonsenseError
    return float(value)


def _fraction(value: object) -> float:
    number = _number(value)
    if not 0 <= number <= 1:
        raise _NonsenseError
    return number


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_NUMBER:
        raise _NonsenseError
    return value
