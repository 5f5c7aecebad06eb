"""A draft that somebody wrote → for each sentence the paragraph that supports it, or none."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from index.errors import QuestionError
from rag.claims import Claim, cite
from rag.markdown import draft_sentences
from rag.models import MAX_QUESTION_CHARACTERS, Citation
from rag.plain import printable
from rag.retrieve import Retriever
from rag.session import open_retriever
from rag.verify import verify_sentence
from rag.windows import Place

_WIDTH: Final = 88
_PARAGRAPHS: Final = 6  # looked into for a sentence, the likeliest first


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence of a draft with what supports it."""

    sentence: str
    supported: bool
    citations: tuple[Citation, ...]
    """Empty where nothing supports it."""
    reason: str
    """Why it is not supported, in plain words; "" where it is."""

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and dicts, as in the JSON contract; citations as those of an answer."""
        citations = [
            {key: value for key, value in asdict(citation).items() if value is not None}
            for citation in self.citations
        ]
        return {
            "sentence": self.sentence,
            "supported": self.supported,
            "citations": citations,
            "reason": self.reason,
        }


def check(draft: str, index: str | Path | None = None) -> list[Checked]:
    """Say for each sentence of a draft which paragraph of the articles supports it.

    Args:
        draft: plain text or Markdown, as somebody wrote it.
        index: where the index lies; None for the configured one, as for `ask`.

    Returns:
        One item a sentence, in order; headings and code are no sentences.

    Raises:
        FootnoteError: the draft, the settings or the index cannot be used.
    """
    try:
        draft.encode("utf-8")
    except UnicodeEncodeError:
        raise QuestionError("the draft is not text", "write it in UTF-8") from None
    retriever = open_retriever(index)
    checked: list[Checked] = []
    before = ""
    for sentence in draft_sentences(draft):
        checked.append(_check(sentence, before, retriever))
        before = sentence
    return checked


def _check(sentence: str, before: str, retriever: Retriever) -> Checked:
    with retriever.index.reading():
        places = _places(sentence, before, retriever)
        verdict = verify_sentence(sentence, [], places, retriever, context=before)
        if not verdict.supported or verdict.passage is None:
            return Checked(sentence, False, (), verdict.reason)
        claims = [Claim(passage) for passage in (verdict.passage, *verdict.also)]
        _, citations, _ = cite(claims, retriever.index.articles)
    return Checked(sentence, True, _with_support(citations, verdict.support), "")


def _places(sentence: str, before: str, retriever: Retriever) -> list[Place]:
    """The paragraphs that may support a sentence, the likeliest first."""
    found: dict[Place, None] = {}
    for text in (sentence, f"{before} {sentence}" if before else ""):
        if text:
            retrieval = retriever.retrieve(text[:MAX_QUESTION_CHARACTERS])
            places = dict.fromkeys(candidate.row.place for candidate in retrieval.candidates)
            found |= dict.fromkeys(list(places)[:_PARAGRAPHS])
    return list(found)


def _with_support(citations: Sequence[Citation], support: float) -> tuple[Citation, ...]:
    return tuple(replace(citation, support=round(support, 4)) for citation in citations)


def read_draft(path: str) -> str:
    """The text of a draft; "-" is standard input.

    Raises:
        QuestionError: there is no such file, or it is no text.
    """
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise QuestionError(
            f"cannot read {path}: {error.strerror}", "name a text file, or - for standard input"
        ) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        name = "standard input" if path == "-" else path
        raise QuestionError(f"{name} is not UTF-8 text", "save it as UTF-8") from error


def as_report(checked: Sequence[Checked], *, on_terminal: bool = False) -> str:
    """The sentences with what supports them, for a reader; the count at the end.

    Args:
        checked: the sentences, in order.
        on_terminal: whether to use signs and colours instead of words.
    """
    parts = [_entry(one, on_terminal) for one in checked]
    supported = sum(one.supported for one in checked)
    noun = "sentence" if len(checked) == 1 else "sentences"
    return "\n\n".join([*parts, f"{supported} of {len(checked)} {noun} supported"])


def _entry(one: Checked, on_terminal: bool) -> str:
    if on_terminal:
        sign = "\x1b[32m✓\x1b[0m " if one.supported else "\x1b[31m✗\x1b[0m "
        indent = "  "
    else:
        sign = "supported:   " if one.supported else "unsupported: "
        indent = " " * len(sign)
    text = textwrap.fill(printable(one.sentence), _WIDTH - len(indent))
    lines = [sign + text.replace("\n", f"\n{indent}")]
    for citation in one.citations:
        quote = " ".join(citation.quote.split())
        source = f"{citation.place}: “{quote}”"
        lines.append(
            textwrap.fill(
                printable(source), _WIDTH, initial_indent=indent, subsequent_indent=indent
            )
        )
    if one.reason:
        lines.append(f"{indent}{printable(one.reason)}")
    return "\n".join(lines)
