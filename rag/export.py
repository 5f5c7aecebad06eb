"""An answer, or a conversation of several, as a file to keep: Markdown, HTML, JSON, sources.

Pure: answers go in, text comes out. Articles, titles, file names and questions are treated
as hostile: in Markdown and in HTML each shows exactly its own characters (white space apart,
in Markdown) and can do nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Final

from rag.hypertext import ALONE, as_hypertext
from rag.models import Answer, Citation
from rag.pieces import Marker, Piece, Words, split_answer, unplaced
from rag.quotations import find_quotations

# Signs that mean something inside a line of CommonMark or of GitHub's Markdown, as mathematics
# and struck out words do; then what means something where a line begins.
_SIGN: Final = re.compile(r"[\\`*_{}\[\]<>&$~|^#]")
_BEGINS_LIST: Final = re.compile(r"\d+(?=[.)])")
# Addresses that GitHub would make links of.
_ADDRESS: Final = re.compile(r"(?<=https)(?=:)|(?<=http)(?=:)|(?<=ftp)(?=:)|(?<=www)(?=\.)", re.I)
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SEVERAL: Final = "Questions and answers"
_SOURCES: Final = "Sources"


class Format(StrEnum):
    """What an export can be; the value is the file's suffix, without the dot."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Source:
    """An article that was cited: its file, its title, and the paragraphs, in order."""

    file: str
    title: str
    paragraphs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Note:
    """A footnote: its number in the whole document, and what it cites."""

    number: int
    citation: Citation
    quotes: bool
    """The text does not hold the words cited, so the footnote does."""


def export(answers: Sequence[Answer], form: Format) -> str:
    """Answers, oldest first, as one document; each is text that ends in a newline."""
    makers: dict[Format, Callable[[Sequence[Answer]], str]] = {
        Format.MARKDOWN: as_markdown,
        Format.HTML: as_html,
        Format.JSON: as_json,
    }
    return makers[form](answers)


def bibliography(answers: Iterable[Answer]) -> list[Source]:
    """What was cited, each article once, in the order in which they were first cited."""
    titles: dict[str, str] = {}
    cited: dict[str, set[int]] = {}
    for answer in answers:
        for citation in answer.citations:
            titles[citation.file] = titles.get(citation.file) or citation.title
            cited.setdefault(citation.file, set()).add(citation.paragraph)
    return [Source(file, titles[file], tuple(sorted(where))) for file, where in cited.items()]


# -- JSON ---------------------------------------------------------------------------------


def as_json(answers: Sequence[Answer]) -> str:
    """A list of answers, each the object of the JSON contract."""
    # A lone surrogate would make a file that is no UTF-8: such stay escaped.
    plain = [answer.to_dict() for answer in answers]
    text = json.dumps(plain, ensure_ascii=False, indent=2)
    if re.search("[\ud800-\udfff]", text):
        text = json.dumps(plain, indent=2)
    return text + "\n"


# -- Markdown -----------------------------------------------------------------------------


def as_markdown(answers: Sequence[Answer]) -> str:
    """Questions as headings, claims with footnotes (`[^1]`), and the sources at the end.

    Footnotes are numbered through the whole document; one gives the words cited where the
    text does not hold them.
    """
    blocks = [f"# {_SEVERAL}"] if len(answers) > 1 else []
    level = "##" if len(answers) > 1 else "#"
    notes: list[_Note] = []
    for answer in answers:
        blocks.append(f"{level} {_in_line(answer.question)}")
        mine = _notes(answer, len(notes))
        blocks += [_markdown_line(line, mine) for line in _lines(answer)]
        if left := _left(answer):
            blocks.append("Also cited: " + "".join(f"[^{mine[c.number].number}]" for c in left))
        if remarks := _remarks(answer):
            blocks.append("\n".join(f"- {_line(remark)}" for remark in remarks))
        notes += mine.values()
    if notes:
        blocks.append("\n".join(f"[^{note.number}]: {_footnote(note)}" for note in notes))
    if sources := bibliography(answers):
        blocks += [f"{level} {_SOURCES}", _markdown_sources(sources)]
    return "\n\n".join(blocks) + "\n"


def bibliography_as_markdown(answers: Iterable[Answer]) -> str:
    """The sources alone, as a numbered list."""
    sources = bibliography(answers)
    listed = _markdown_sources(sources) if sources else "Nothing was cited."
    return f"# {_SOURCES}\n\n{listed}\n"


def _markdown_sources(sources: Iterable[Source]) -> str:
    return "\n".join(
        f"{place}. {_begin(_named(source.title, source.file))}, {_paragraphs(source)}"
        for place, source in enumerate(sources, start=1)
    )


def _markdown_line(pieces: Iterable[Piece], notes: Mapping[int, _Note]) -> str:
    parts: list[str] = []
    for piece in pieces:
        if isinstance(piece, Marker):
            parts.append(f"[^{notes[piece.citation.number].number}]")
        else:
            parts.append(_spaced(piece.text))
    # Escaped as a whole, but for the marks that are ours: only its beginning begins a line.
    return _begin("".join(parts).strip())


def _footnote(note: _Note) -> str:
    citation = note.citation
    words = f": “{_in_line(citation.quote)}”" if note.quotes else ""
    named = _begin(_named(citation.title, citation.file))
    return f"{named}, {_where(citation)}{words}"


def _named(title: str, file: str) -> str:
    """A title, and the file that it is of; the file alone if that has no title."""
    name = _in_line(title)
    return f"{name}, {_in_line(file)}" if name else _in_line(file)


def _line(text: str) -> str:
    """A text as a line of Markdown that begins with it."""
    return _begin(_in_line(text))


def _in_line(text: str) -> str:
    """A text inside a line of Markdown."""
    return _spaced(text).strip()


def _spaced(text: str) -> str:
    """As `_in_line`, with one space where the text begins or ends in white space."""
    one_line = re.sub(r"\s+", " ", _NOT_TEXT.sub("\ufffd", text))
    return _ADDRESS.sub(r"\\", _SIGN.sub(r"\\\g<0>", one_line))


def _begin(line: str) -> str:
    """A line that would be a heading, a list, a rule or a definition, as the text it is."""
    if number := _BEGINS_LIST.match(line):
        return f"{number[0]}\\{line[number.end() :]}"
    return f"\\{line}" if line.startswith(("+", "-", "=", ":")) else line


# -- HTML ---------------------------------------------------------------------------------


def as_html(answers: Sequence[Answer]) -> str:
    """One page that stands alone: no script, nothing fetched, readable in light and dark.

    Its markers lead to the notes below, which hold the words cited, and the notes back.
    """
    title = answers[0].question if len(answers) == 1 else _SEVERAL
    parts = [f"<h1>{_SEVERAL}</h1>"] if len(answers) != 1 else []
    notes: list[str] = []
    for place, answer in enumerate(answers, start=1):
        mine = _notes(answer, len(notes))
        parts.append(_html_answer(answer, mine, place, "h1" if len(answers) == 1 else "h2"))
        notes += [_html_note(note, place) for note in mine.values()]
    if notes:
        parts.append(f'<section class="notes"><h2>Notes</h2><ol>{"".join(notes)}</ol></section>')
    if sources := bibliography(answers):
        listed = "".join(
            f"<li>{_html_named(source.title, source.file)}, {_paragraphs(source)}</li>"
            for source in sources
        )
        parts.append(f"<section><h2>{_SOURCES}</h2><ol>{listed}</ol></section>")
    style = files("rag").joinpath("export.css").read_text("utf-8")
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{ALONE}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{as_hypertext(title)}</title><style>{style}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _html_answer(answer: Answer, notes: Mapping[int, _Note], place: int, heading: str) -> str:
    lines = "".join(f'<p dir="auto">{_html_line(line, notes)}</p>' for line in _lines(answer))
    also = "".join(_html_marker(notes[citation.number]) for citation in _left(answer))
    also = f"<p>Also cited: {also}</p>" if also else ""
    remarks = "".join(f'<li dir="auto">{as_hypertext(remark)}</li>' for remark in _remarks(answer))
    remarks = f'<ul class="remarks">{remarks}</ul>' if remarks else ""
    kind = "answer" if answer.answered else "answer refusal"
    return (
        f'<article class="{kind}" id="answer-{place}">'
        f'<{heading} dir="auto">{as_hypertext(answer.question)}</{heading}>'
        f"{lines}{also}{remarks}</article>"
    )


def _html_line(pieces: Iterable[Piece], notes: Mapping[int, _Note]) -> str:
    return "".join(
        _html_marker(notes[piece.citation.number])
        if isinstance(piece, Marker)
        else as_hypertext(piece.text)
        for piece in pieces
    )


def _html_marker(note: _Note) -> str:
    return f'<sup><a href="#note-{note.number}">[{note.number}]</a></sup>'


def _html_note(note: _Note, place: int) -> str:
    citation = note.citation
    return (
        f'<li id="note-{note.number}">{_html_named(citation.title, citation.file)}, '
        f'{_where(citation)}: <q dir="auto">{as_hypertext(citation.quote)}</q> '
        f'<a href="#answer-{place}" aria-label="Back to the answer">↑</a></li>'
    )


def _html_named(title: str, file: str) -> str:
    name = f'<cite dir="auto">{as_hypertext(title)}</cite>, ' if title else ""
    return f"{name}<bdi>{as_hypertext(file)}</bdi>"


# -- an answer, taken apart ---------------------------------------------------------------


def _notes(answer: Answer, before: int) -> dict[int, _Note]:
    """The footnotes of an answer by the numbers of its citations, counted on from `before`."""
    shown = find_quotations(answer)
    said = {" ".join(answer.text[one.start + 1 : one.end - 1].split()) for one in shown}
    return {
        citation.number: _Note(place, citation, quotes=" ".join(citation.quote.split()) not in said)
        for place, citation in enumerate(answer.citations, start=before + 1)
    }


def _lines(answer: Answer) -> Iterator[list[Piece]]:
    """The pieces of an answer by lines: each quotation with its markers, and each remark, apart.

    What an LLM wrote keeps the lines that it has.
    """
    line: list[Piece] = []
    for piece in split_answer(answer):
        parts: list[Piece] = [piece]
        if isinstance(piece, Words) and not piece.quoted:
            parts = [Words(part) for part in piece.text.split("\n")]
        for place, part in enumerate(parts):
            is_text = isinstance(part, Words) and bool(part.text.strip())
            if place or (is_text and answer.mode == "quote"):
                if line:
                    yield line
                line = []
            if is_text or line:
                line.append(part)
    if line:
        yield line


def _left(answer: Answer) -> list[Citation]:
    return unplaced(answer, split_answer(answer))


def _remarks(answer: Answer) -> list[str]:
    """The notes that the text does not say itself, and who wrote it if that was a model."""
    written = [f"Written by {answer.model}"] if answer.model else []
    return [note for note in answer.notes if note not in answer.text] + written


def _where(citation: Citation) -> str:
    page = "" if citation.page is None else f", page {citation.page}"
    return f"paragraph {citation.paragraph}{page}"


def _paragraphs(source: Source) -> str:
    numbers = ", ".join(map(str, source.paragraphs))
    return f"paragraph{'s' if len(source.paragraphs) > 1 else ''} {numbers}"
