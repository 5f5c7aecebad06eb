"""What an LLM thinks of answers: LlamaIndex's judgements of faithfulness and relevancy.

Both show an LLM the answer and the paragraphs that it cites, and take its reply for yes if
"yes" occurs in it: an opinion, which may be wrong, and never a proof. The LLM is the configured
one, asked through `rag.llm`, with its time limits and its faults. LlamaIndex is loaded when the
first answer is judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from index.errors import SettingsError
from index.llm_faults import Fault, LlmError
from index.settings import load_settings
from rag.budget import REPLY_TOKENS
from rag.conversation import with_subject
from rag.evaluate import Report
from rag.judge import Result, without_marks
from rag.llm import Writer, writer_for
from rag.metrics import OPINIONS, measure, measure_intervals
from rag.models import Answer
from rag.retrieve import Retriever
from rag.session import open_retriever

if TYPE_CHECKING:
    from llama_index.core.evaluation import BaseEvaluator
    from llama_index.core.llms import CustomLLM

_LASTING: Final = (Fault.KEY, Fault.CREDIT, Fault.MODEL, Fault.ADDRESS, Fault.UNREACHABLE)
"""Faults that the next call would meet too."""
_MOST_FAULTS: Final = 3  # in a row; then the server is left alone
_CLEAR: Final = re.compile(r"\b(?:yes|no)\b", re.IGNORECASE)


def judge_of_answers() -> Writer:
    """The configured LLM.

    Raises:
        SettingsError: none is configured, or the settings do not say where it is.
    """
    writer = writer_for(load_settings())
    if writer is None:
        raise SettingsError(
            "no LLM is configured whose opinion could be asked",
            "set FOOTNOTE_LLM, or leave out --opinion",
        )
    return writer


def add_opinions(
    report: Report,
    index: str | Path | None,
    writer: Writer,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """The report with the metrics of `OPINIONS`, as far as the LLM could be asked, and notes.

    Refusals are not judged. A fault of the server costs the opinion that was asked for; one
    that lasts, or several in a row, the rest of them.

    Args:
        report: of answers.
        index: that was asked.
        writer: the LLM.
        progress: called with the number of answers judged, and of all.
    """
    asked = [place for place, result in enumerate(report.results) if result.answered]
    results = list(report.results)
    notes = _Notes(writer.model, len(asked))
    judges = _Judges(writer, open_retriever(index))
    for done, place in enumerate(asked, start=1):
        try:
            results[place], unclear = judges.judge(results[place])
        except LlmError as error:
            if notes.take_fault(error):
                break
        else:
            notes.take_opinion(unclear)
        progress(done, len(asked))
    names = tuple(OPINIONS)
    of_type = {kind: [r for r in results if r.question.type == kind] for kind in report.by_type}
    return replace(
        report,
        results=tuple(results),
        metrics=report.metrics | measure(results, names),
        intervals=report.intervals | measure_intervals(results, names),
        by_type={
            kind: figures | measure(of_type[kind], names)
            for kind, figures in report.by_type.items()
        },
        intervals_by_type={
            kind: found | measure_intervals(of_type[kind], names)
            for kind, found in report.intervals_by_type.items()
        },
        notes=(*report.notes, *notes.told()),
    )


class _Notes:
    """What a reader must know of how the opinions came about."""

    def __init__(self, model: str, answers: int) -> None:
        self._model = model
        self._answers = answers
        self._judged = 0
        self._unclear = 0
        self._in_a_row = 0
        self._faults: dict[str, LlmError] = {}

    def take_opinion(self, unclear: int) -> None:
        self._judged += 1
        self._in_a_row = 0
        self._unclear += unclear

    def take_fault(self, error: LlmError) -> bool:
        """Whether to ask no more."""
        self._faults.setdefault(error.what, error)
        self._in_a_row += 1
        return error.fault in _LASTING or self._in_a_row >= _MOST_FAULTS

    def told(self) -> list[str]:
        notes = [
            f"Faithfulness and relevancy are the opinion of an LLM, {self._model}, on "
            f"{self._judged} of {self._answers} answers; refusals are not judged"
        ]
        if self._unclear:
            notes.append(
                f"{self._unclear} of its {2 * self._judged} replies said neither yes nor no, "
                "which counts as no"
            )
        notes.extend(
            f"Not all answers could be judged: {error.what} (fix: {error.fix})"
            for error in self._faults.values()
        )
        return notes


class _Judges:
    """LlamaIndex's two evaluators over one LLM and one index."""

    def __init__(self, writer: Writer, retriever: Retriever) -> None:
        self._writer = writer
        self._retriever = retriever
        self._evaluators: tuple[BaseEvaluator, BaseEvaluator] | None = None

    def judge(self, result: Result) -> tuple[Result, int]:
        """A result with both opinions, and how many of the replies were unclear.

        Raises:
            LlmError: the server fails.
        """
        answer = result.answer
        assert answer is not None
        question = result.question.question
        shown: dict[str, Any] = {
            "query": with_subject(question, result.question.history) or question,
            "response": without_marks(answer.text),
            "contexts": self._paragraphs(answer),
        }
        opinions: list[bool] = []
        unclear = 0
        for evaluator in self._get_evaluators():
            try:
                found = evaluator.evaluate(**shown)
            except ValueError as error:  # LlamaIndex has no room to put the paragraphs in
                raise LlmError(
                    Fault.OVERFLOW,
                    f"an answer and its paragraphs are too long for {self._writer.model}",
                ) from error
            opinions.append(bool(found.passing))
            unclear += not _CLEAR.search(found.feedback or "")
        faithful, relevant = opinions
        return replace(result, faithful=faithful, relevant=relevant), unclear

    def _paragraphs(self, answer: Answer) -> list[str]:
        places = dict.fromkeys((citation.file, citation.paragraph) for citation in answer.citations)
        with self._retriever.index.reading():
            articles = {file: self._retriever.index.catalog.article(file) for file, _ in places}
        return [
            article.paragraph_text(number)
            for file, number in places
            if (article := articles[file]) is not None
        ]

    def _get_evaluators(self) -> tuple[BaseEvaluator, BaseEvaluator]:
        if self._evaluators is None:
            from llama_index.core.evaluation import FaithfulnessEvaluator, RelevancyEvaluator

            llm = as_llm(self._writer)
            self._evaluators = FaithfulnessEvaluator(llm), RelevancyEvaluator(llm)
        return self._evaluators


def as_llm(writer: Writer) -> CustomLLM:
    """A writer as an LLM of LlamaIndex: its faults are raised as they are."""
    from llama_index.core.base.llms.types import CompletionResponse, LLMMetadata
    from llama_index.core.llms import CustomLLM

    class Served(CustomLLM):
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(
                context_window=writer.window, num_output=REPLY_TOKENS, model_name=writer.model
            )

        def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
            pieces = writer.write([("user", prompt)], structured=False)
            return CompletionResponse(text="".join(pieces))

        def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
            yield self.complete(prompt)

    return Served()
