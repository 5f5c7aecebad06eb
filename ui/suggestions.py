"""Suggested questions, each of which was asked and answered before it is shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final

from index.errors import FootnoteError
from index.models import Article
from index.store import Index, Snapshot
from rag.models import Answer
from ui.candidates import Candidate, candidates

MAX_SUGGESTIONS: Final = 4
_MAX_TRIED: Final = 30
_MAX_READ: Final = 40  # articles: enough to choose from, whatever the size of the corpus
_MIN_CONFIDENCE: Final = 0.5
_log = logging.getLogger(__name__)


class Suggestions:
    """The questions suggested for an index, found in the background, again when it changes."""

    def __init__(self, index: Index, ask: Callable[[str], Answer]) -> None:
        self._index = index
        self.ask = ask
        """Answers a question in quotations."""
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._found: tuple[str, ...] = ()
        self._ready = threading.Event()

    def current(self, wait_seconds: float = 0.0) -> tuple[str, ...]:
        """The questions found so far; the first call, and any change of the index, begins anew."""
        with self._lock:
            if self._snapshot != self._index.snapshot:
                self._snapshot = self._index.snapshot
                self._ready.clear()
                threading.Thread(target=self._find, name="suggestions", daemon=True).start()
        self._ready.wait(wait_seconds)
        return self._found

    def _find(self) -> None:
        try:
            self._found = tuple(choose(candidates(self._read()), self.ask))
        except FootnoteError as error:
            _log.warning("no questions to suggest: %s", error)
        except Exception:
            # A page without suggestions is whole; the visitor's own question will say more.
            _log.exception("no questions to suggest")
        finally:
            self._ready.set()

    def _read(self) -> Sequence[Article]:
        with self._index.reading() as index:
            files = index.catalog.files()
            step = max(1, len(files) // _MAX_READ)
            found = [index.catalog.article(file) for file in files[::step][:_MAX_READ]]
        return [article for article in found if article is not None]


def choose(tried: Sequence[Candidate], ask: Callable[[str], Answer]) -> list[str]:
    """The first questions whose first citation quotes what was expected."""
    chosen: list[Candidate] = []
    for candidate in tried[:_MAX_TRIED]:
        if len(chosen) == MAX_SUGGESTIONS:
            break
        if is_answered(candidate, ask(candidate.question)):
            chosen.append(candidate)
    return [candidate.question for candidate in chosen]


def is_answered(candidate: Candidate, answer: Answer) -> bool:
    """Whether the first citation of a plain answer quotes what was expected."""
    if not answer.answered or answer.confidence < _MIN_CONFIDENCE:
        return False
    quote = " ".join(answer.citations[0].quote.split())
    return any(words in quote for words in candidate.expected)
