"""An answer in the LLM's words: what the keyless way would answer, written, checked, or kept.

The keyless way decides first: what it refuses is refused, and the LLM is not asked. Whatever
goes wrong with the LLM, the keyless answer is there, and a note says why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from index.llm_faults import LlmError
from rag.answering import Found
from rag.claims import Claim, Passage, Remark, cite
from rag.conversation import leans_on_history
from rag.generate import Written, generate, sources_of
from rag.llm import Writer
from rag.models import NOT_IN_ARTICLES, Answer, Citation, Message
from rag.parts import split_question
from rag.prompt import Source
from rag.question import Wants
from rag.remarks import not_answered
from rag.retrieve import Retriever
from rag.rewrite import rewrite
from rag.verify import Verdict, Verifier

_SURE: Final = 0.7
"""Confidence from which the LLM's "the articles do not say" is not believed: an article may
have told it to say so."""
_ONE_FACT: Final = (Wants.NUMBER, Wants.DATE, Wants.MONEY)

Quote = Callable[[str, Sequence[Message]], tuple[Answer, Found]]
"""A question and the messages before it → the keyless answer, and what it is made of."""


def answer_fluently(
    question: str,
    history: Sequence[Message],
    retriever: Retriever,
    quote: Quote,
    writer: Writer,
) -> Iterator[str | tuple[Answer, Found]]:
    """Pieces of the text, and then the answer with what was found.

    Args:
        question: checked.
        history: the messages before it.
        retriever: of the index that is asked.
        quote: the keyless way.
        writer: the LLM.

    Raises:
        FootnoteError: the index cannot be used; never for what the LLM does.
    """
    answer, found, asked, fault = _understand(question, history, quote, writer)
    if fault is not None or not _can_be_written(answer, found):
        answer = _with_notes(answer, _fault_notes(fault))
        yield answer.text
        yield answer, found
        return
    started = time.perf_counter()
    written = Written()
    held = _hold(found, retriever)
    if held is None:  # a rebuild came between: once more, in the state that is in force now
        answer, found = quote(asked, ())
        held = _hold(found, retriever)
    if held is None or not _can_be_written(answer, found):
        yield answer.text
        yield answer, found
        return
    for piece in _write(asked, found, held, writer):
        if isinstance(piece, str):
            yield piece
        else:
            written = piece
    timings = {
        **answer.timings_ms,
        "answer": round((time.perf_counter() - started) * 1000, 1),
        "verify": round(written.verify_ms, 1),
    }
    if written.kept:
        remarks = _remarks(found)
        for remark in remarks:
            piece = f" {remark}."
            written.text += piece
            yield piece
        unsaid = {not_answered(part).text for part in split_question(found.text)}
        final = replace(
            answer,
            text=written.text,
            mode="llm",
            model=writer.model,
            citations=tuple(written.citations),
            notes=(
                *(note for note in answer.notes if note not in unsaid),
                *_fault_notes(written.fault, begun=True),
                *written.notes,
                *([_PARTLY.format(writer.model)] if written.says_no else []),
            ),
        )
    elif written.says_no and not written.removed and answer.confidence < _SURE:
        final = replace(
            answer,
            answered=False,
            text=f"{NOT_IN_ARTICLES}.",
            mode="llm",
            model=writer.model,
            citations=(),
            notes=(*written.notes, f"{writer.model} found no answer in the paragraphs"),
        )
        yield final.text
    else:
        final = _with_notes(answer, [*_fault_notes(written.fault), *_lost_notes(written, writer)])
        yield final.text
    yield replace(final, timings_ms=timings), found


_PARTLY: Final = "{} says that the paragraphs do not answer all of the question"


def _understand(
    question: str, history: Sequence[Message], quote: Quote, writer: Writer
) -> tuple[Answer, Found, str, LlmError | None]:
    """The keyless answer, to the question as the LLM rewrites it if it leans on others.

    With them: the question to write an answer to, and what went wrong with the LLM.
    """
    fault = None
    if history and leans_on_history(question):
        try:
            rewritten = rewrite(question, history, writer)
        except LlmError as error:
            rewritten, fault = None, error
        if rewritten is not None:
            answer, found = quote(rewritten, ())
            if answer.answered:
                note = f"Understood as: {rewritten}"
                return _with_notes(answer, [note]), found, rewritten, None
    answer, found = quote(question, history)
    return answer, found, found.text if found.with_history else question, fault


def _can_be_written(answer: Answer, found: Found) -> bool:
    """Whether there is something to write from; remarks on the corpus are as they are."""
    return answer.answered and any(isinstance(s, Claim) for s in found.statements)


@dataclass(frozen=True, slots=True)
class _Held:
    """The paragraphs that an answer is written from, with all that checking it takes.

    An LLM writes for longer than an update of the index takes. What it was shown, what its
    sentences are checked against and what is cited come from one state, that of the question.
    """

    sources: list[Source]
    verifier: Verifier


def _hold(found: Found, retriever: Retriever) -> _Held | None:
    """What an answer is written from; None if the index has changed since it was found."""
    index = retriever.index
    with index.reading():
        if index.snapshot != found.retrieval.snapshot:
            return None
        sources = sources_of(found, index.articles)
        return _Held(sources, Verifier(index, [source.place for source in sources]))


def _write(question: str, found: Found, held: _Held, writer: Writer) -> Iterator[str | Written]:
    def verify(
        sentence: str,
        cited: Sequence[tuple[str, int]],
        others: Sequence[tuple[str, int]],
        before: str,
    ) -> Verdict:
        return held.verifier.verify(sentence, cited, others, context=before, closely=True)

    def to_citation(number: int, passage: Passage, support: float) -> Citation:
        _, (citation,), _ = cite([Claim(passage)], held.verifier.articles)
        return replace(citation, number=number, support=round(support, 4))

    # The lock of the index is not held while the LLM writes.
    yield from generate(
        question,
        held.sources,
        writer,
        verify,
        to_citation,
        one_fact=found.retrieval.question.wants in _ONE_FACT,
    )


def _remarks(found: Found) -> list[str]:
    """Remarks that hold for what the LLM wrote too; it may have answered a part that we did not."""
    unsaid = {not_answered(part).text for part in split_question(found.text)}
    return [s.text for s in found.statements if isinstance(s, Remark) and s.text not in unsaid]


def _fault_notes(fault: LlmError | None, *, begun: bool = False) -> list[str]:
    if fault is None:
        return []
    then = "the answer ends early" if begun else "the answer is in quotations"
    return [f"{fault.what[0].upper()}{fault.what[1:]}: {then} (fix: {fault.fix})"]


def _lost_notes(written: Written, writer: Writer) -> list[str]:
    """Why nothing of a reply is left."""
    if written.fault is not None:
        return written.notes
    if written.says_no and not written.removed:
        why = f"{writer.model} found no answer in the paragraphs"
    elif written.removed:
        why = f"No sentence that {writer.model} wrote is supported by the paragraphs"
    else:
        why = f"{writer.model} wrote nothing that can be used"
    return [*written.notes, f"{why}: the answer is in quotations"]


def _with_notes(answer: Answer, notes: Sequence[str]) -> Answer:
    return replace(answer, notes=(*answer.notes, *notes)) if notes else answer
