"""What an answer says of itself, in words and small signs: how sure it is, and its notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.models import Answer
from ui.escape import attributes, escape

_SURE: Final = 0.7
_FAIRLY_SURE: Final = 0.45
_DOTS: Final = 3
_INDEPENDENT = re.compile(r"rests on (\d+) independent sources", re.IGNORECASE)
_IS_COUNT = re.compile(r"This answer rests on \d+ independent sources\.?")
_DIFFER = re.compile(r"The sources differ\b")
_REMOVED = re.compile(r"(\d+) of \d+ sentences? (?:was|were) removed")
_PASSAGE = re.compile(r"([^:]*: )(\S.*?), paragraph ([0-9]+)(: .*)?", re.DOTALL)

# What a note is about → its sign. Each is drawn by the style sheet; the words say the same.
_KINDS: Final = (
    ("removed", _REMOVED),
    ("differ", _DIFFER),
    ("sources", re.compile(r"independent sources|count them as one source")),
    ("understood", re.compile(r"Understood (?:as|together)")),
    ("nearest", re.compile(r"Nearest passage: ")),
    ("unsaid", re.compile(r"Not said in the articles: ")),
)


def count(number: int, noun: str) -> str:
    """A number of things: "1 article" or "2,000 articles"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def status(answer: Answer) -> str:
    """One line on how far an answer can be relied on: "Well supported · 2 independent sources"."""
    level, words = _support(answer.confidence)
    dots = "".join("●" if place < level else "○" for place in range(_DOTS))
    said = [words, sources_in_words(answer)]
    if any(_DIFFER.search(text) for text in (*answer.notes, answer.text)):
        said.append("the sources differ")
    if (removed := _removed(answer)) > 0:
        said.append(f"{count(removed, 'unsupported sentence')} withdrawn")
    if answer.model:
        said.append(f"written by {answer.model}, each sentence checked")
    return (
        f'<p class="status furniture"{attributes({"data-level": level})}>'
        f'<span class="dots" aria-hidden="true">{dots}</span> '
        f"{escape(' · '.join(filter(None, said)))}</p>"
    )


def sources_in_words(answer: Answer) -> str:
    """On how many sources it rests, copies and rewrites of one story counted once."""
    files = {citation.file for citation in answer.citations}
    if len(files) < 2:
        return count(len(files), "source") if files else ""
    for note in answer.notes:
        if found := _INDEPENDENT.search(note):
            return f"{found[1]} independent sources"
    if any("count them as one source" in note for note in answer.notes):
        return f"{len(files)} articles, one story"
    return count(len(files), "source")


def note_list(answer: Answer) -> str:
    """The notes that neither the text nor the status line holds already, each with its sign."""
    items = "".join(
        f'<li class="note is-{_kind(note)}" dir="auto">{_note(note)}</li>'
        for note in answer.notes
        if note not in answer.text and not (answer.answered and _IS_COUNT.fullmatch(note))
    )
    return f'<ul class="notes furniture">{items}</ul>' if items else ""


def kinds(notes: Sequence[str]) -> list[str]:
    """What each note is about."""
    return [_kind(note) for note in notes]


def _support(confidence: float) -> tuple[int, str]:
    if confidence >= _SURE:
        return 3, "Well supported"
    if confidence >= _FAIRLY_SURE:
        return 2, "Fairly well supported: look at the source"
    return 1, "Weakly supported: this may not be what you asked"


def _removed(answer: Answer) -> int:
    return sum(int(found[1]) for note in answer.notes if (found := _REMOVED.search(note)))


def _kind(note: str) -> str:
    return next((kind for kind, pattern in _KINDS if pattern.search(note)), "plain")


def _note(note: str) -> str:
    """A note; one that names a passage opens it."""
    match = _PASSAGE.fullmatch(note)
    if match is None:
        return escape(note)
    lead, file, paragraph, words = match.groups(default="")
    place = attributes({"data-file": file, "data-paragraph": paragraph})
    return (
        f'{escape(lead)}<button type="button" class="passage" data-event="select"{place}>'
        f"<bdi>{escape(file)}</bdi>, paragraph {escape(paragraph)}</button>{escape(words)}"
    )
