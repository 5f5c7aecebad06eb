"""What one might ask after an answer: questions that the cited articles answer too.

Each was asked, in quotations, before it is shown. What was found of a question is
remembered, so that visitors who read the same articles cost it once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Final

from index.errors import FootnoteError
from index.store import Index, Snapshot
from index.tokens import tokenize
from rag.models import Answer
from ui.candidates import Candidate, candidates
from ui.conversation import Turns
from ui.suggestions import is_answered

MAX_SHOWN: Final = 3
_MAX_TRIED: Final = 8  # questions asked anew after an answer
_MAX_READ: Final = 3  # articles
_MAX_REMEMBERED: Final = 2000  # questions
_ALIKE: Final = 0.6  # share of the words of the shorter question


class FollowUps:
    """The questions offered after an answer, for one index."""

    def __init__(self, index: Index, ask: Callable[[str], Answer]) -> None:
        self._index = index
        self._ask = ask
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._candidates: dict[str, list[Candidate]] = {}
        self._answers: dict[str, tuple[bool, frozenset[tuple[str, int]]]] = {}

    def after(self, turns: Turns) -> tuple[str, ...]:
        """Up to three questions; none after a refusal or an error, nor while others look."""
        answer = turns[-1].answer if turns else None
        if answer is None or not answer.answered or not answer.citations:
            return ()
        # One at a time: offers are not worth making the next question of someone else wait.
        if not self._lock.acquire(blocking=False):
            return ()
        try:
            self._forget_if_changed()
            return tuple(self._choose(turns, answer))
        except FootnoteError:
            return ()
        finally:
            self._lock.release()

    def _forget_if_changed(self) -> None:
        if self._snapshot != self._index.snapshot or len(self._answers) > _MAX_REMEMBERED:
            self._snapshot = self._index.snapshot
            self._candidates.clear()
            self._answers.clear()

    def _choose(self, turns: Turns, answer: Answer) -> Iterable[str]:
        asked = [turn.question for turn in turns]
        read = {(c.file, c.paragraph) for t in turns if t.answer for c in t.answer.citations}
        files = list(dict.fromkeys(citation.file for citation in answer.citations))[:_MAX_READ]
        found: list[str] = []
        tried = 0
        for candidate in self._ranked(files, answer):
            if len(found) == MAX_SHOWN or tried == _MAX_TRIED:
                break
            if any(alike(candidate.question, other) for other in (*asked, *found)):
                continue
            tried += candidate.question not in self._answers
            answers, places = self._try(candidate)
            if answers and not places <= read:  # it leads to something not read yet
                found.append(candidate.question)
        return found

    def _ranked(self, files: list[str], answer: Answer) -> list[Candidate]:
        """Candidates of the articles cited: those that share most words with the answer first."""
        said = set(tokenize(answer.text))
        found = [candidate for file in files for candidate in self._of(file)]
        return sorted(found, key=lambda c: -len(said & set(tokenize(c.question))))

    def _of(self, file: str) -> list[Candidate]:
        if file not in self._candidates:
            with self._index.reading() as index:
                article = index.catalog.article(file)
            self._candidates[file] = candidates([article]) if article else []
        return self._candidates[file]

    def _try(self, candidate: Candidate) -> tuple[bool, frozenset[tuple[str, int]]]:
        if candidate.question not in self._answers:
            answer = self._ask(candidate.question)
            places = frozenset((c.file, c.paragraph) for c in answer.citations)
            self._answers[candidate.question] = is_answered(candidate, answer), places
        return self._answers[candidate.question]


def alike(one: str, other: str) -> bool:
    """Whether two questions ask much the same."""
    a, b = set(tokenize(one)), set(tokenize(other))
    return len(a & b) >= _ALIKE * max(1, min(len(a), len(b)))
