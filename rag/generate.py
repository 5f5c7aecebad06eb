"""The LLM answerer: it writes from the paragraphs, and each sentence is checked before it shows.

A sentence is yielded when a paragraph has been found to support it, with its mark, and not
before: what a reader has seen is never taken back, and the pieces joined are the text of the
answer. What is removed is counted, with the reasons, in the notes.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from index.catalog import ArticleCache
from index.llm_faults import Fault, LlmError
from index.tokens import words
from rag.answering import Found
from rag.budget import fit
from rag.claims import Claim, Passage
from rag.drafts import Draft, DraftError, json_drafts, plain_drafts, spoken
from rag.llm import Writer
from rag.models import NOT_IN_ARTICLES, Citation
from rag.prompt import Source, writing
from rag.question import has_content
from rag.verify import Verdict

_MOST_SENTENCES: Final = 8
_MOST_CITATIONS_OF_A_FACT: Final = 3  # a question for one fact gets no more
_MOST_REPEATED: Final = 3  # sentences said before, in a row: the model turns in circles
_MOST_REMOVED: Final = 24  # sentences; a model that only invents is not waited for
_RUN: Final = 4  # words
_MOST_RUNS: Final = 3  # times that a run of words may not be said in one sentence
_REASONS_TOLD: Final = 3
_NEAR_THE_BEST: Final = 0.12
"""How far below the best sentence that of a paragraph may score for the LLM to be shown it. Of
the evidence of the sample questions 99 % lies within 0.07; instructions hidden in an article
speak of something else than the question and lie 0.15 or more below (docs/llm.md)."""
_LEANS: Final = re.compile(
    r"\W*(?:(?:\w+ly|instead|also|however|then|so|and|but),?\s+)?(?:he|she|it|they|his|her|its|their|this|these|that|those|er|sie|es|ihre?|dies\w*|"
    r"él|ella|ellos|ellas|su|sus|est[aeo]s?|il|elle|ils|elles|son|sa|leurs?|ce|cette|"
    r"он|она|оно|они|его|её|их|это|эт[аи])\b",
    re.IGNORECASE,
)
_MARKUP: Final = re.compile(r"!?\[[^\]]*\]\s?\([^)]*\)|</?[A-Za-z!][^>]*>|\w+://|&#?\w+;")

Place = tuple[str, int]
Verify = Callable[[str, Sequence[Place], Sequence[Place], str], Verdict]
"""A sentence, the paragraphs it cites, others, the sentence before → whether it is supported."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Written:
    """What became of a reply."""

    text: str = ""
    citations: list[Citation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    says_no: bool = False
    """Whether the LLM finds no answer in the paragraphs."""
    fault: LlmError | None = None
    """What ended it early."""
    kept: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    """Reason → how many sentences were removed for it."""
    verify_ms: float = 0.0


def sources_of(found: Found, articles: ArticleCache) -> list[Source]:
    """The paragraphs that an answer may be written from, best first.

    Those that the keyless answer quotes come first, so that the LLM sees no less; then those
    that speak of the question nearly as much as the best.
    """
    quoted = [s.passage for s in found.statements if isinstance(s, Claim)]
    places = [(passage.file, passage.paragraph) for passage in quoted]
    best = max((c.score for c in found.retrieval.candidates), default=0.0)
    places += [c.row.place for c in found.retrieval.candidates if best - c.score <= _NEAR_THE_BEST]
    return [
        Source(file, number, articles[file].title, articles[file].paragraph_text(number))
        for file, number in dict.fromkeys(places)
        if articles[file].paragraph(number).kind.is_evidence
    ]


def generate(
    question: str,
    sources: Sequence[Source],
    writer: Writer,
    verify: Verify,
    cite: Callable[[int, Passage, float], Citation],
    *,
    one_fact: bool = False,
) -> Iterator[str | Written]:
    """Have an answer written and check it: pieces of its text, and at the end what became of it.

    Never raises for what the LLM or its server does.

    Args:
        question: that stands alone.
        sources: best first, as from `sources_of`.
        writer: the LLM.
        verify: checks a sentence.
        cite: a number, a passage and its support → the citation.
        one_fact: whether one fact is asked for.
    """
    written = Written()
    reply = _Reply(written, verify, cite, one_fact)
    left_out = 0
    try:
        reply.shown, left_out = fit(question, sources, writer.window)
        if reply.shown:
            yield from _write(question, reply, writer)
        if _overflowed(written) and len(reply.shown) > 1:
            # The server has less room than it says: once more, with the better half.
            half = (len(reply.shown) + 1) // 2
            left_out += len(reply.shown) - half
            reply.shown = reply.shown[:half]
            yield from _write(question, reply, writer)
        if not reply.shown:
            written.fault = written.fault or LlmError(
                Fault.OVERFLOW, f"the question and its paragraphs are too long for {writer.model}"
            )
    except LlmError as error:  # asking for the window
        written.fault = error
    if reply.shown and left_out:
        written.notes.append(
            f"{writer.model} was shown the best {len(reply.shown)} of "
            f"{len(reply.shown) + left_out} paragraphs: its context window holds no more"
        )
    written.notes.extend(_removed_notes(written))
    yield written


def _overflowed(written: Written) -> bool:
    fault = written.fault
    return fault is not None and fault.fault is Fault.OVERFLOW and not written.kept


def _write(question: str, reply: _Reply, writer: Writer) -> Iterator[str]:
    """One reply; asked for plainly where JSON was asked for and does not come."""
    for structured in (True, False) if writer.takes_schema else (False,):
        reply.written.fault = None
        count = len(reply.shown)
        deltas = spoken(
            writer.write(
                writing(question, reply.shown, structured=structured), structured=structured
            )
        )
        drafts = json_drafts(deltas, count) if structured else plain_drafts(deltas, count)
        try:
            for draft in drafts:
                yield from reply.take(draft)
                if reply.is_full:
                    deltas.close()
                    break
            return
        except DraftError as error:
            _log.info("%s; asked again without a schema", error)
            writer.refuse_schema()
            if reply.written.kept:
                return
        except LlmError as error:
            reply.written.fault = error
            if not structured or error.fault not in (Fault.SCHEMA, Fault.REJECTED):
                return
            writer.refuse_schema()


class _Reply:
    """Takes the sentences of a reply, and keeps those that are supported."""

    def __init__(
        self,
        written: Written,
        verify: Verify,
        cite: Callable[[int, Passage, float], Citation],
        one_fact: bool,
    ) -> None:
        self.written = written
        self.shown: list[Source] = []
        self._verify = verify
        self._cite = cite
        self._one_fact = one_fact
        self._numbers: dict[Passage, int] = {}
        self._said: set[str] = set()
        self._repeated = 0
        self._before = ""
        self._follows_removed = False

    @property
    def is_full(self) -> bool:
        """Whether nothing more is wanted of the LLM."""
        written = self.written
        return (
            written.kept >= _MOST_SENTENCES
            or (self._one_fact and len(written.citations) >= _MOST_CITATIONS_OF_A_FACT)
            or self._repeated >= _MOST_REPEATED
            or written.removed.total() >= _MOST_REMOVED
        )

    def take(self, draft: Draft) -> Iterator[str]:
        """The piece of the text that a sentence becomes, if any."""
        sentence = draft.sentence
        plain = sentence.casefold().rstrip(" .")
        if any(said.startswith(plain) for said in self._said):
            self._repeated += 1
            return
        self._said.add(plain)
        self._repeated = 0
        if sentence.casefold().startswith(NOT_IN_ARTICLES.casefold()):
            self.written.says_no = True
            return
        before, self._before = self._before, ""
        follows_removed, self._follows_removed = self._follows_removed, True
        if _MARKUP.search(sentence):
            self.written.removed["it holds markup or an address"] += 1
            return
        if not draft.whole and not has_content(words(sentence)[-1]):
            self.written.removed["it breaks off"] += 1
            return
        if _turns_in_circles(sentence):
            self.written.removed["it repeats itself"] += 1
            return
        if follows_removed and _LEANS.match(sentence):
            self.written.removed["it leans on a sentence that was removed"] += 1
            return
        verdict = self._check(draft, before)
        passages = [verdict.passage, *verdict.also] if verdict.passage else []
        if not verdict.supported or not passages:
            self.written.removed[verdict.reason or "no paragraph speaks of it"] += 1
            return
        self._before, self._follows_removed = sentence, False
        marks = "".join(f"[{self._number(p, verdict.support)}]" for p in dict.fromkeys(passages))
        piece = f"{' ' if self.written.text else ''}{sentence} {marks}"
        self.written.kept += 1
        self.written.text += piece
        yield piece

    def _check(self, draft: Draft, before: str) -> Verdict:
        started = time.perf_counter()
        places = [source.place for source in self.shown]
        cited = [places[number - 1] for number in draft.cited]
        verdict = self._verify(draft.sentence, cited, places, before)
        self.written.verify_ms += (time.perf_counter() - started) * 1000
        return verdict

    def _number(self, passage: Passage, support: float) -> int:
        if passage not in self._numbers:
            self._numbers[passage] = len(self._numbers) + 1
            self.written.citations.append(self._cite(self._numbers[passage], passage, support))
        return self._numbers[passage]


def _turns_in_circles(sentence: str) -> bool:
    """Whether a sentence says the same words again and again, as small models do."""
    told = words(sentence)
    runs = Counter(zip(*(told[at:] for at in range(_RUN)), strict=False))
    return any(count >= _MOST_RUNS for count in runs.values())


def _removed_notes(written: Written) -> list[str]:
    removed = written.removed.total()
    if not removed:
        return []
    told = [
        f"{reason} ({count} times)" if count > 1 else reason
        for reason, count in written.removed.most_common(_REASONS_TOLD)
    ]
    if len(written.removed) > _REASONS_TOLD:
        told.append("and others")
    count = written.kept + removed
    sentences = "sentence" if count == 1 else "sentences"
    were = "was" if removed == 1 else "were"
    return [f"{removed} of {count} {sentences} {were} removed: {'; '.join(told)}"]
