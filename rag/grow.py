"""Grow a question set: ask, see the answer, accept or correct it, and it is a line of the set.

A dialogue of plain lines: it works on a terminal, and as well with its lines piped in.
"""

from __future__ import annotations

import re
import string
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from index.errors import FootnoteError, QuestionError
from index.models import Article
from rag.ask import ask
from rag.judge import holds
from rag.models import Answer, Citation, Message
from rag.plain import as_text
from rag.questionset import Place, TestQuestion, append_question, next_id, read_numbered
from rag.retrieve import Retriever
from rag.session import open_retriever

HELP: Final = """\
Ask as a reader would. Then say whether the answer is right, or what would be.
  + QUESTION   follows up on the question before
  Enter        leaves (so does Ctrl-D)
  Ctrl-C       drops the question at hand"""

_WIDTH: Final = 88
_FOUND: Final = 5  # paragraphs that a search shows
_PREVIEW: Final = 160
_MOST_NAMED: Final = 5
_PLACE: Final = re.compile(r"(?P<file>\S.*?)[\s,:#]+(?:paragraph\s+)?(?P<number>\d+)")
_NO_TYPE: Final = "-"

Ask = Callable[[str], str]
Say = Callable[[str], None]


class _SkippedError(Exception):
    """The question at hand is not to be saved."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of this sitting with what was answered, for the next to follow up on."""

    question: str
    history: tuple[Message, ...]
    answer: Answer

    def as_history(self) -> tuple[Message, ...]:
        return (
            *self.history,
            Message(role="user", content=self.question),
            Message(role="assistant", content=self.answer.text),
        )


def grow(path: Path, index: Path | None, ask_line: Ask, say: Say) -> int:
    """Ask for questions until the editor leaves; each is saved as soon as it is complete.

    Args:
        path: of the set; it is made with the first question.
        index: the index's folder; None for the configured one.
        ask_line: shows a prompt and returns the line typed. It may raise EOFError (leave) and
            KeyboardInterrupt (drop the question at hand; between questions, leave).
        say: shows some lines.

    Returns:
        How many questions were saved.

    Raises:
        FootnoteError: the index or the set cannot be used.
    """
    return _Editor(path, index, ask_line, say).run()


class _Editor:
    """One sitting of an editor."""

    def __init__(self, path: Path, index: Path | None, ask_line: Ask, say: Say) -> None:
        self._path = path
        self._index = index
        self._ask_line = ask_line
        self._say = say
        self._retriever: Retriever = open_retriever(index)
        self._last: _Asked | None = None
        self._types: dict[bool, str] = {}
        """The type given last to an answerable question, and to an unanswerable one."""
        self._saved = 0

    def run(self) -> int:
        there = len(self._questions())
        self._say(f"{self._path}: {there or 'no'} question{'s' * (there != 1)} so far\n{HELP}")
        while True:
            try:
                line = self._ask_line("\nQuestion: ").strip()
            except (EOFError, KeyboardInterrupt):
                break
            if not line:
                break
            try:
                self._take(line)
            except _SkippedError:
                self._say("Not saved.")
            except KeyboardInterrupt:
                self._say("\nDropped.")
            except EOFError:
                self._say("\nThe question at hand is not saved.")
                break
        return self._saved

    def _questions(self) -> list[TestQuestion]:
        return [q for _, q in read_numbered(self._path)] if self._path.exists() else []

    # -- one question ------------------------------------------------------------------

    def _take(self, line: str) -> None:
        history: tuple[Message, ...] = ()
        text = line
        if line.startswith("+"):
            text = line[1:].strip()
            if self._last is None or not text:
                self._say("There is no question before it to follow up on: ask one first.")
                return
            history = self._last.as_history()
        try:
            answer = ask(text, self._index, history=history)
        except FootnoteError as error:
            self._say(f"{error.what}: {error.fix}")
            return
        self._show(answer)
        for same in (q for q in self._questions() if (q.question, q.history) == (text, history)):
            self._say(f"The set has it already, as {same.id}.")
        self._last = _Asked(text, history, answer)
        evidence = self._ask_verdict(answer)
        accepted = self._ask_accepted(answer, evidence) if evidence else []
        self._save(text, history, evidence, accepted)

    def _show(self, answer: Answer) -> None:
        shown = textwrap.indent(as_text(answer), "  ")
        self._say(f"\n{shown}\n\n  confidence {answer.confidence:.2f}")

    def _save(
        self, text: str, history: tuple[Message, ...], evidence: list[Place], accepted: list[str]
    ) -> None:
        kind = self._ask_type(answerable=bool(evidence))
        question = TestQuestion(
            id=next_id([q.id for q in self._questions()]),
            question=text,
            answers=tuple(accepted),
            evidence=frozenset(evidence),
            answerable=bool(evidence),
            type=kind,
            history=history,
        )
        append_question(self._path, question)
        self._saved += 1
        self._say(f"Saved as {question.id}.")

    # -- is it right? ------------------------------------------------------------------

    def _ask_verdict(self, answer: Answer) -> list[Place]:
        """The evidence; none for an unanswerable question."""
        places = [(c.file, c.paragraph) for c in answer.citations]
        if answer.answered:
            self._say(
                "Is it right?  y: yes, by its citations  1 2: by these alone  n: no, or by others\n"
                "              u: the articles do not answer it  s: skip"
            )
        else:
            self._say("Is it right?  y: yes, the articles do not say  n: no, they do  s: skip")
        while True:
            reply = self._ask_line("> ").strip().lower()
            if reply == "s":
                raise _SkippedError
            if reply == "u" or (reply == "y" and not answer.answered):
                return []
            if reply == "y" and places:
                return self._ask_evidence(answer, list(dict.fromkeys(places)), required=False)
            if reply == "n" or (reply == "y" and not places):
                return self._ask_evidence(answer, [], required=True)
            numbers = re.split(r"[\s,]+", reply)
            if all(n.isdecimal() and 1 <= int(n) <= len(places) for n in numbers):
                kept = dict.fromkeys(places[int(n) - 1] for n in numbers)
                return self._ask_evidence(answer, list(kept), required=False)
            allowed = "y, n, s" + (", u or numbers of citations" if answer.answered else "")
            self._say(f"Type one of {allowed}.")

    def _ask_evidence(self, answer: Answer, places: list[Place], *, required: bool) -> list[Place]:
        """Let the editor add to the evidence; what was added is shown back."""
        offered: list[Place] = []
        if required:
            self._say(
                "Which paragraph answers it?  001 12: a file, or part of its name, and a number\n"
                "                             ?WORDS: search  -: take the last one back"
            )
        while True:
            also = "More evidence? (Enter: no)" if places else "Evidence"
            reply = self._ask_line(f"{also} > ").strip()
            if not reply:
                if places:
                    return places
                self._say("It needs a paragraph. If the articles do not answer it, type u.")
            elif reply.lower() == "u":
                return []
            elif reply.lower() == "s":
                raise _SkippedError
            elif reply == "-":
                self._take_back(places)
            elif reply.startswith("?"):
                offered = self._search(reply[1:].strip())
            elif (place := self._find_place(reply, answer.citations, offered)) is not None:
                self._add(place, places)

    def _take_back(self, places: list[Place]) -> None:
        if places:
            file, number = places.pop()
            self._say(f"Taken back: {file}, paragraph {number}")

    def _add(self, place: Place, places: list[Place]) -> None:
        file, number = place
        self._say(
            f"{file}, paragraph {number}:\n{_indented(self._article(file).paragraph_text(number))}"
        )
        if place not in places:
            places.append(place)

    def _search(self, words: str) -> list[Place]:
        """The paragraphs nearest to some words, shown with letters to choose them by."""
        try:
            found = self._retriever.retrieve(words).candidates if words else ()
        except FootnoteError as error:
            self._say(f"{error.what}: {error.fix}")
            return []
        places = list(dict.fromkeys(candidate.row.place for candidate in found))[:_FOUND]
        for letter, (file, number) in zip(string.ascii_lowercase, places, strict=False):
            text = " ".join(self._article(file).paragraph_text(number).split())
            preview = textwrap.shorten(text, _PREVIEW, placeholder=" …")
            self._say(f"  {letter}: {file}, paragraph {number}\n{_indented(preview)}")
        self._say("Type the letter of the right one." if places else "Nothing found.")
        return places

    def _find_place(
        self, reply: str, citations: Sequence[Citation], offered: Sequence[Place]
    ) -> Place | None:
        """The paragraph that is meant; None, said why, if there is none."""
        if len(reply) == 1 and reply.lower() in string.ascii_lowercase[: len(offered)]:
            return offered[string.ascii_lowercase.index(reply.lower())]
        if reply.isdecimal() and 1 <= int(reply) <= len(citations):
            return citations[int(reply) - 1].file, citations[int(reply) - 1].paragraph
        match = _PLACE.fullmatch(reply)
        if match is None:
            self._say("Type a file and the number of a paragraph in it, such as: 001 12")
            return None
        files = self._files(match["file"])
        if len(files) != 1:
            named = ", ".join(files[:_MOST_NAMED])
            self._say(
                f"Several articles have {match['file']} in their name: {named}"
                if files
                else f"No article has {match['file']} in its name."
            )
            return None
        count = len(self._article(files[0]).paragraphs)
        number = int(match["number"])
        if not 1 <= number <= count:
            self._say(f"{files[0]} has paragraphs 1 to {count}.")
            return None
        return files[0], number

    def _files(self, name: str) -> list[str]:
        """The files of this name, or those with it in theirs."""
        index = self._retriever.index
        with index.reading():
            files = index.catalog.files()
        return [name] if name in files else [f for f in files if name.lower() in f.lower()]

    def _article(self, file: str) -> Article:
        index = self._retriever.index
        with index.reading():
            article = index.catalog.article(file)
        if article is None:
            raise QuestionError(
                f"the index has lost {file} meanwhile", "begin again: footnote questions new"
            )
        return article

    # -- what counts as an answer ------------------------------------------------------

    def _ask_accepted(self, answer: Answer, evidence: Sequence[Place]) -> list[str]:
        texts = [self._article(file).paragraph_text(number) for file, number in evidence]
        marked = _marked_answers(answer, evidence)
        default = f" [{' | '.join(marked)}]" if marked else ""
        while True:
            reply = self._ask_line(f"Accepted answers, with | between{default} > ")
            accepted = [part.strip() for part in reply.split("|") if part.strip()] or marked
            missing = [one for one in accepted if not any(holds(text, [one]) for text in texts)]
            if accepted and not missing:
                return list(dict.fromkeys(accepted))
            for one in missing:
                self._say(f"“{one}” is not in the evidence: copy the words of the paragraph.")
            if not accepted:
                self._say("Type the words that a right answer must quote, as short as can be.")

    def _ask_type(self, *, answerable: bool) -> str:
        """The type; by default that of the last one, so that a run of one kind needs Enter only."""
        known = sorted({q.type for q in self._questions() if q.type and q.answerable == answerable})
        last = self._types.get(answerable, "")
        choice = f" ({', '.join(known)})" if known else ""
        reply = self._ask_line(f"Type{choice} [{last or 'none'}] > ").strip()
        kind = last if not reply else "" if reply == _NO_TYPE else reply
        self._types[answerable] = kind
        return kind


def _marked_answers(answer: Answer, evidence: Sequence[Place]) -> list[str]:
    """The answer phrases that the answer marks in the citations that are right."""
    phrases: list[str] = []
    for citation in answer.citations:
        start, end = citation.answer_start, citation.answer_end
        if (
            start is not None
            and end is not None
            and (citation.file, citation.paragraph) in evidence
        ):
            phrases.append(citation.quote[start - citation.start : end - citation.start])
    return list(dict.fromkeys(phrases))


def _indented(text: str) -> str:
    return textwrap.fill(
        " ".join(text.split()), _WIDTH, initial_indent="     ", subsequent_indent="     "
    )
