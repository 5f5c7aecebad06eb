"""A conversation → HTML. Pure; whatever it is given comes out as text and nothing else.

Without its furniture (status line, notes, buttons) an answer's HTML reads exactly as
`answer.text`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from index.errors import FootnoteError
from rag.models import Answer, Citation
from rag.pieces import Marker, Piece, Words, split_answer, unplaced
from rag.quotations import Span
from ui.conversation import Turn, Turns
from ui.escape import attributes, escape
from ui.kept import to_kept
from ui.signs import note_list, status

Extra = Callable[[int, Turn], str]
"""The place of a finished turn and the turn → HTML for the line of buttons under it."""

_WELCOME: Final = (
    '<div class="welcome"><h2>Ask the articles</h2>'
    "<p>Answers are made of the articles’ own words. Each number beside them opens the "
    "article at the place they come from.</p></div>"
)


def conversation(
    turns: Turns, first: int = 0, extras: Sequence[Extra] = (), *, is_end: bool = True
) -> str:
    """Turns, oldest first; a word of welcome before there are any.

    Args:
        turns: a stretch of the conversation.
        first: the place of the first of them.
        extras: what stands under each answer besides the page's own buttons.
        is_end: whether the conversation ends with them.
    """
    if not turns:
        return _WELCOME if is_end else ""
    last = len(turns) - 1
    return "".join(
        _turn(turn, first + place, extras, is_last=is_end and place == last)
        for place, turn in enumerate(turns)
    )


def question_list(title: str, questions: Sequence[str]) -> str:
    """Questions that one might ask, each a button that asks it."""
    if not questions:
        return ""
    items = "".join(
        f'<li><button type="button" class="suggestion" data-event="submit"'
        f"{attributes({'data-question': question})}>"
        f'<span dir="auto">{escape(question)}</span></button></li>'
        for question in questions
    )
    return f'<h2>{escape(title)}</h2><ul class="suggestions">{items}</ul>'


def problem(error: FootnoteError) -> str:
    """What went wrong, and how to put it right."""
    return (
        '<div class="problem" role="alert">'
        f"<p><strong>What went wrong:</strong> {escape(error.what)}.</p>"
        f"<p><strong>How to fix it:</strong> {escape(error.fix)}.</p></div>"
    )


def _turn(turn: Turn, place: int, extras: Sequence[Extra], *, is_last: bool) -> str:
    if turn.answer is not None:
        body = render_answer(turn.answer, place)
    elif turn.error is not None:
        body = problem(turn.error)
    else:
        body = _draft(turn)
    values: dict[str, str | int] = {
        "class": "turn is-pending" if turn.is_pending else "turn",
        "data-turn": place,
        "aria-label": f"Question {place + 1} and its answer",
    }
    if is_last and (kept := to_kept(turn)) is not None:
        values["data-kept"] = kept  # the browser stores it
    tools = "" if turn.is_pending else _tools(turn, place, extras, is_last=is_last)
    return (
        f"<section{attributes(values)}>"
        f'<h3 class="asked" dir="auto">{escape(turn.question)}</h3>{body}{tools}</section>'
    )


def _draft(turn: Turn) -> str:
    if turn.draft:
        state = "is-draft is-stopped" if turn.stopped else "is-draft"
        text = f'<div class="answer {state}"><p class="prose" dir="auto">{escape(turn.draft)}</p>'
        return f"{text}{_STOPPED if turn.stopped else ''}</div>"
    return _STOPPED if turn.stopped else '<p class="progress">Searching the articles…</p>'


_STOPPED: Final = '<p class="stopped furniture">Stopped before the answer was whole.</p>'


def _tools(turn: Turn, place: int, extras: Sequence[Extra], *, is_last: bool) -> str:
    """The buttons under a turn."""
    at = attributes({"data-turn": place})
    buttons = ""
    if turn.answer is not None:
        copied = attributes({"data-copy": copied_text(turn.answer)})
        buttons += f'<button type="button" class="tool"{copied}>Copy</button>'
    if is_last:
        buttons += (
            f'<button type="button" class="tool retry" data-event="retry"{at}>Ask again</button>'
        )
    buttons += f'<button type="button" class="tool edit"{at}>Edit question</button>'
    buttons += "".join(extra(place, turn) for extra in extras)
    return f'<div class="tools furniture">{buttons}</div>'


def copied_text(answer: Answer) -> str:
    """An answer for the clipboard: its text, and where each quotation stands."""
    sources = [
        f"[{c.number}] {f'{c.title}, ' if c.title else ''}{c.file}, paragraph {c.paragraph}"
        for c in answer.citations
    ]
    return "\n".join([answer.text, *([""] if sources else []), *sources])


def render_answer(answer: Answer, place: int = 0) -> str:
    """An answer: its claims with their citations, its remarks, and how sure it is.

    Args:
        answer: of any mode.
        place: of its turn in the conversation.
    """
    pieces = split_answer(answer)
    if not answer.answered:
        body = f'<p class="refusal" dir="auto">{_join(pieces, place)}</p>'
    elif answer.mode == "llm":
        body = f'<p class="prose" dir="auto">{_join(pieces, place)}</p>'
    else:
        body = "".join(_block(block, place) for block in _blocks(pieces))
    left = "".join(_button(Marker(f"[{c.number}]", c), place) for c in unplaced(answer, pieces))
    if left:
        body += f'<p class="furniture">Also cited: {left}</p>'
    state = "is-answered" if answer.answered else "is-refused"
    line = status(answer) if answer.answered else ""
    return f'<div class="answer {state}">{body}{line}{_sources(answer)}{note_list(answer)}</div>'


def _blocks(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Each quotation with its markers, and each remark, apart."""
    blocks: list[list[Piece]] = []
    for piece in pieces:
        opens = isinstance(piece, Words) and bool(piece.text.strip())
        if opens or not blocks:
            blocks.append([])
        blocks[-1].append(piece)
    return blocks


def _block(pieces: list[Piece], place: int) -> str:
    is_claim = any(isinstance(piece, Marker) or piece.quoted for piece in pieces)
    kind = "claim" if is_claim else "remark"
    return f'<p class="{kind}" dir="auto">{_join(pieces, place)}</p>'


def _join(pieces: Iterable[Piece], place: int) -> str:
    return "".join(_button(p, place) if isinstance(p, Marker) else _words(p) for p in pieces)


def _words(words: Words) -> str:
    text = with_phrase(words.text, words.phrase)
    return f'<span class="quotation">{text}</span>' if words.quoted else text


def with_phrase(text: str, phrase: Span | None) -> str:
    """Escaped text with the words that answer the question set off."""
    if phrase is None:
        return escape(text)
    start, end = phrase
    return (
        f'{escape(text[:start])}<strong class="phrase">{escape(text[start:end])}</strong>'
        f"{escape(text[end:])}"
    )


def _button(marker: Marker, place: int) -> str:
    """A number; what it quotes shows beside it on hover and focus, out of `data-quote`."""
    citation = marker.citation
    values: dict[str, str | int] = {
        "data-file": citation.file,
        "data-paragraph": citation.paragraph,
        "data-turn": place,
        "data-number": citation.number,
        "data-quote": citation.quote,
        "data-title": citation.title,
        "aria-label": f"{marker.text} {citation.title}, paragraph {citation.paragraph}: "
        "show the source",
    }
    return (
        f'<button type="button" class="citation" data-event="select"{attributes(values)}>'
        f"{escape(marker.text)}</button>"
    )


def _sources(answer: Answer) -> str:
    """The articles cited, each once, with the numbers and the paragraphs."""
    by_file: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        by_file.setdefault(citation.file, []).append(citation)
    items = "".join(f'<li dir="auto">{_source(cited)}</li>' for cited in by_file.values())
    return f'<ul class="sources furniture">{items}</ul>' if items else ""


def _source(cited: Sequence[Citation]) -> str:
    first = cited[0]
    numbers = "".join(f"[{citation.number}]" for citation in cited)
    title = f'<cite dir="auto">{escape(first.title)}</cite> ' if first.title else ""
    paragraphs = [str(number) for number in dict.fromkeys(c.paragraph for c in cited)]
    noun = "paragraph" if len(paragraphs) == 1 else "paragraphs"
    return (
        f'<span class="at">{numbers}</span> {title}<span class="place">'
        f"<bdi>{escape(first.file)}</bdi>, {noun} {', '.join(paragraphs)}</span>"
    )
