"""A conversation → HTML. Pure; whatever it is given comes out as text and nothing else.

Without its furniture (status line, notes) an answer's HTML reads exactly as `answer.text`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Final

from index.errors import FootnoteError
from rag.models import Answer, Citation
from rag.pieces import Marker, Piece, Words, split_answer, unplaced
from rag.quotations import Span, phrase_of
from ui.conversation import Turn, Turns
from ui.escape import attributes, escape

_SURE: Final = 0.7
_FAIRLY_SURE: Final = 0.45
_WELCOME: Final = (
    '<div class="welcome"><h2>Ask the articles</h2>'
    "<p>Answers are made of the articles’ own words. Each number beside them opens the "
    "article at the place they come from.</p></div>"
)
_PASSAGE = re.compile(r"([^:]*: )(\S.*?), paragraph ([0-9]+)(: .*)?", re.DOTALL)


def conversation(turns: Turns) -> str:
    """All turns, oldest first; a word of welcome before there are any."""
    inner = "".join(map(_turn, turns)) if turns else _WELCOME
    return f'<div class="turns" role="log" aria-label="Conversation">{inner}</div>'


def suggestion_list(questions: Sequence[str]) -> str:
    """Questions that one might ask, each a button that asks it."""
    if not questions:
        return ""
    items = "".join(
        f'<li><button type="button" class="suggestion" data-event="submit"'
        f"{attributes({'data-question': question})}>"
        f'<span dir="auto">{escape(question)}</span></button></li>'
        for question in questions
    )
    return f'<h2>You might ask</h2><ul class="suggestions">{items}</ul>'


def fingerprint(quote: str) -> str:
    """Tells whether an article still says the words that were cited."""
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def count(number: int, noun: str) -> str:
    """A number of things: "1 article" or "2,000 articles"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _turn(turn: Turn) -> str:
    if turn.answer is not None:
        body = render_answer(turn.answer)
    elif turn.error is not None:
        body = problem(turn.error)
    else:
        body = _draft(turn.draft)
    pending = " is-pending" if turn.is_pending else ""
    return (
        f'<section class="turn{pending}" aria-label="Question and answer">'
        f'<p class="asked" dir="auto">{escape(turn.question)}</p>{body}</section>'
    )


def _draft(draft: str) -> str:
    if not draft:
        return '<p class="progress" role="status">Searching the articles…</p>'
    return f'<div class="answer is-draft"><p class="prose" dir="auto">{escape(draft)}</p></div>'


def problem(error: FootnoteError) -> str:
    """What went wrong, and how to put it right."""
    return (
        '<div class="problem" role="alert">'
        f"<p><strong>What went wrong:</strong> {escape(error.what)}.</p>"
        f"<p><strong>How to fix it:</strong> {escape(error.fix)}.</p></div>"
    )


def render_answer(answer: Answer) -> str:
    """An answer: its claims with their citations, its remarks, and how sure it is."""
    pieces = split_answer(answer)
    if not answer.answered:
        body = f'<p class="refusal" dir="auto">{_join(pieces)}</p>'
    elif answer.mode == "llm":
        body = f'<p class="prose" dir="auto">{_join(pieces)}</p>'
    else:
        body = "".join(map(_block, _blocks(pieces)))
    left = "".join(_button(Marker(f"[{c.number}]", c)) for c in unplaced(answer, pieces))
    if left:
        body += f'<p class="furniture">Also cited: {left}</p>'
    state = "is-answered" if answer.answered else "is-refused"
    return f'<div class="answer {state}">{body}{_furniture(answer)}</div>'


def _blocks(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Each quotation with its markers, and each remark, apart."""
    blocks: list[list[Piece]] = []
    for piece in pieces:
        opens = isinstance(piece, Words) and bool(piece.text.strip())
        if opens or not blocks:
            blocks.append([])
        blocks[-1].append(piece)
    return blocks


def _block(pieces: list[Piece]) -> str:
    is_claim = any(isinstance(piece, Marker) or piece.quoted for piece in pieces)
    kind = "claim" if is_claim else "remark"
    return f'<p class="{kind}" dir="auto">{_join(pieces)}</p>'


def _join(pieces: Iterable[Piece]) -> str:
    return "".join(_button(p) if isinstance(p, Marker) else _words(p) for p in pieces)


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


def _button(marker: Marker) -> str:
    citation = marker.citation
    place = f"{citation.title}, paragraph {citation.paragraph}"
    values: dict[str, str | int] = {
        "data-file": citation.file,
        "data-paragraph": citation.paragraph,
        "data-start": citation.start,
        "data-end": citation.end,
        "data-fingerprint": fingerprint(citation.quote),
        "title": f"{citation.file}, paragraph {citation.paragraph}",
        "aria-label": f"{marker.text} {place}: show the source",
    }
    if (phrase := phrase_of(citation)) is not None:
        values["data-phrase"] = f"{phrase[0]}-{phrase[1]}"
    return (
        f'<button type="button" class="citation" data-event="select"{attributes(values)}>'
        f"{escape(marker.text)}</button>"
    )


def _furniture(answer: Answer) -> str:
    notes = [_note(note) for note in answer.notes if note not in answer.text]
    if not answer.answered:
        return _list("notes", notes)
    sources = [_source(citation) for citation in answer.citations]
    status = f'<p class="status furniture">{escape(_status(answer))}</p>'
    return _list("sources", sources) + _list("notes", notes) + status


def _list(kind: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    listed = "".join(f'<li dir="auto">{item}</li>' for item in items)
    return f'<ul class="{kind} furniture">{listed}</ul>'


def _source(citation: Citation) -> str:
    file = f"<bdi>{escape(citation.file)}</bdi>"
    return f"[{citation.number}] {file}, paragraph {citation.paragraph}"


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


def _status(answer: Answer) -> str:
    if answer.confidence >= _SURE:
        sure = "High confidence"
    elif answer.confidence >= _FAIRLY_SURE:
        sure = "Fair confidence: look at the source"
    else:
        sure = "Low confidence: this may not be what you asked"
    return f"{sure}. Written by {answer.model}." if answer.model else f"{sure}."
