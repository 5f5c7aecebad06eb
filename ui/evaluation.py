"""Running a question set over the index while the page is in use, and keeping the last run.

One run at a time, in a thread; whoever opens the tab sees how far it has come. Each set's
last run is kept beside the index as `footnote eval --json` writes it, and the next one is
compared with it.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from index.errors import FootnoteError, QuestionError
from index.store import Index
from rag.questionset import TestQuestion, parse_question, read_questions
from ui.feedback import FeedbackFile

FEEDBACK: Final = "feedback"
GIVEN: Final = "questions"
UPLOADED: Final = "uploaded"
MAX_QUESTIONS: Final = 5000
MAX_UPLOADED: Final = 1_000_000  # characters
_LOOK_SECONDS: Final = 0.05
_UNEXPECTED: Final = "something went wrong inside Footnote; the server's log says more"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """A run, as it stands: under way, stopped, failed, or with its report."""

    name: str = ""
    """Of the set; empty before the first run."""
    running: bool = False
    done: int = 0
    total: int = 0
    error: str = ""
    page: str = ""
    """The report as a page of HTML that stands alone."""
    report: str = ""
    """The same as JSON."""


class _StoppedError(Exception):
    """Whoever runs it has had enough."""


class Evaluation:
    """Question sets, and the run of one. Safe to use from threads.

    Args:
        index: that is asked.
        feedback: the judgements of visitors, one of the sets.
        given: another set, from the settings.
        folder: where the last runs are kept; None means beside the index.
    """

    def __init__(
        self,
        index: Index,
        feedback: FeedbackFile,
        given: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        self._index = index
        self.feedback = feedback
        self._given = given
        self._folder = folder or index.path.resolve().parent
        self._uploaded: tuple[TestQuestion, ...] = ()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._run = Run()

    @property
    def run(self) -> Run:
        return self._run

    def sets(self) -> dict[str, str]:
        """The sets that can be run: key → name for people."""
        found = {FEEDBACK: f"Feedback of visitors ({len(self.feedback.questions()):,})"}
        if self._given is not None:
            found[GIVEN] = self._given.name
        if self._uploaded:
            found[UPLOADED] = f"The file chosen here ({len(self._uploaded):,})"
        return found

    def upload(self, text: str) -> int:
        """Take a question set from its text; how many questions it has comes back.

        Raises:
            QuestionError: it is none, or too large.
        """
        if len(text) > MAX_UPLOADED:
            raise QuestionError("the file is too large", "split it into several sets")
        questions: list[TestQuestion] = []
        for number, line in enumerate(text.split("\n"), start=1):
            if not line.strip():
                continue
            try:
                questions.append(parse_question(json.loads(line)))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise QuestionError(
                    f"line {number} is not a question: {type(error).__name__}",
                    'each line has "id", "question", "answers", "evidence", "answerable"',
                ) from error
        _check_size(questions)
        self._uploaded = tuple(questions)
        return len(questions)

    def start(self, key: str, mode: str = "quote") -> None:
        """Begin to run a set, unless a run is under way.

        Raises:
            QuestionError: there is no such set, or nothing in it.
        """
        name = self.sets().get(key, "")
        questions = self._questions(key)
        with self._lock:
            if self._run.running:
                return
            self._stop.clear()
            self._run = Run(name=name, running=True, total=len(questions))
        work = threading.Thread(
            target=self._work, args=(key, name, questions, mode), name="evaluation", daemon=True
        )
        work.start()

    def stop(self) -> None:
        """End the run that is under way, after the question that it is at."""
        self._stop.set()

    def wait(self, seconds: float) -> Run:
        """The run once it has ended, or as it stands when the time is over."""
        end = time.monotonic() + seconds
        while self._run.running and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)
        return self._run

    def _questions(self, key: str) -> Sequence[TestQuestion]:
        if key == FEEDBACK:
            questions: Sequence[TestQuestion] = self.feedback.questions()
        elif key == GIVEN and self._given is not None:
            questions = read_questions(self._given)
        elif key == UPLOADED:
            questions = self._uploaded
        else:
            raise QuestionError("there is no such question set", "choose one from the list")
        _check_size(questions)
        return questions

    def _work(self, key: str, name: str, questions: Sequence[TestQuestion], mode: str) -> None:
        try:
            ended = self._evaluate(key, name, questions, mode)
        except _StoppedError:
            ended = Run(name=name, error="stopped before it was done")
        except FootnoteError as error:
            ended = Run(name=name, error=f"{error.what}. {error.fix}")
        except Exception:
            # Whoever runs the server is told; the page is not shown the insides.
            _log.exception("an evaluation failed")
            ended = Run(name=name, error=_UNEXPECTED)
        self._run = ended

    def _evaluate(self, key: str, name: str, questions: Sequence[TestQuestion], mode: str) -> Run:
        # Drawing and SciPy load for seconds, and only here.
        from rag.compare import compare, read_run
        from rag.evaluate import evaluate
        from rag.metrics import METRICS
        from rag.page import as_html

        def progress(done: int, total: int) -> None:
            if self._stop.is_set():
                raise _StoppedError
            self._run = replace(self._run, done=done, total=total)

        report = evaluate(questions, self._index.path, mode, progress)
        kept = self._folder / f"{self._index.path.resolve().name}-evaluation-{key}.json"
        if kept.exists():
            try:
                against = compare(report.results, read_run(kept), "the last run", tuple(METRICS))
                report = replace(report, against=against)
            except QuestionError as error:  # of other questions, or no report at all
                _log.info("not compared with the last run: %s", error)
        text = json.dumps(report.to_dict(), ensure_ascii=False, indent=1) + "\n"
        _write(kept, text)
        return Run(name=name, page=as_html(report, name), report=text)


def _check_size(questions: Sequence[TestQuestion]) -> None:
    if not questions:
        raise QuestionError("there is no question in this set", "judge some answers first")
    if len(questions) > MAX_QUESTIONS:
        raise QuestionError(
            f"there are more than {MAX_QUESTIONS:,} questions in this set",
            "run it with footnote eval",
        )


def _write(path: Path, text: str) -> None:
    """Replace a file in one step."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    except OSError as error:
        raise QuestionError(
            f"the run cannot be kept at {path.name}: {error.strerror}",
            "make the folder of the index writable",
        ) from error
