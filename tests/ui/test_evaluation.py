"""The evaluation in the page: runs of a set, one at a time, each compared with the last."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import QuestionError
from index.store import Index
from rag.questionset import TestQuestion as Question
from rag.session import open_index
from ui.evaluation import FEEDBACK, GIVEN, UPLOADED, Evaluation, Run
from ui.evaluation_tab import _tools, run_shown
from ui.feedback import FeedbackFile

DRONES = Question(
    "",
    "How many drones did Moscow say were used?",
    ("91",),
    frozenset({("001_5bc5dbd4b62a0cd8.txt", 11)}),
    True,
    "up",
)
FOREIGN = Question("", "Who won the 1998 World Cup?", (), frozenset(), False, "down")


@pytest.fixture
def feedback(tmp_path: Path) -> FeedbackFile:
    return FeedbackFile(tmp_path / "feedback.jsonl")


class FakeIndex:
    """An index that is somewhere, and is not asked."""

    def __init__(self, path: Path) -> None:
        self.path = path


@pytest.fixture
def evaluation(tmp_path: Path, feedback: FeedbackFile) -> Evaluation:
    return Evaluation(FakeIndex(tmp_path / "index"), feedback)  # type: ignore[arg-type]


def test_the_sets_are_named(evaluation: Evaluation, feedback: FeedbackFile, tmp_path: Path) -> None:
    feedback.add(DRONES)
    assert evaluation.sets() == {FEEDBACK: "Feedback of visitors (1)"}
    given = Evaluation(FakeIndex(tmp_path), feedback, tmp_path / "set.jsonl")  # type: ignore[arg-type]
    assert given.sets()[GIVEN] == "set.jsonl"


def test_a_set_can_be_sent(evaluation: Evaluation) -> None:
    line = json.dumps({**DRONES.to_dict(), "id": "q1"})
    assert evaluation.upload(f"\n{line}\n\n") == 1
    assert UPLOADED in evaluation.sets()


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "7", '{"id": 1}', "[" * 100_000, "x" * 1_000_001, "null"]
)
def test_what_is_no_set_is_refused(evaluation: Evaluation, text: str) -> None:
    with pytest.raises(QuestionError):
        evaluation.upload(text)
    assert UPLOADED not in evaluation.sets()


@pytest.mark.parametrize("key", [FEEDBACK, GIVEN, UPLOADED, "", "../feedback"])
def test_what_is_empty_or_not_there_is_not_run(evaluation: Evaluation, key: str) -> None:
    with pytest.raises(QuestionError):
        evaluation.start(key)
    assert evaluation.run == Run()


def test_one_run_at_a_time_and_it_can_be_stopped(
    evaluation: Evaluation, feedback: FeedbackFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    feedback.add(DRONES)
    began, go_on = threading.Event(), threading.Event()
    runs: list[str] = []

    def evaluate(
        questions: Any, index: Any, mode: str, progress: Callable[[int, int], None]
    ) -> None:
        runs.append(mode)
        began.set()
        assert go_on.wait(10)
        progress(1, 1)
        raise AssertionError("told to stop")

    monkeypatch.setattr("rag.evaluate.evaluate", evaluate)
    evaluation.start(FEEDBACK)
    assert began.wait(10)
    evaluation.start(FEEDBACK, "auto")
    assert evaluation.run.running
    evaluation.stop()
    go_on.set()
    assert evaluation.wait(10).error == "stopped before it was done"
    assert runs == ["quote"]


def test_what_goes_wrong_is_told_without_the_insides(
    evaluation: Evaluation, feedback: FeedbackFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    feedback.add(DRONES)

    def evaluate(*arguments: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("rag.evaluate.evaluate", evaluate)
    evaluation.start(FEEDBACK)
    error = evaluation.wait(10).error
    assert error
    assert "secret" not in error


_HOSTILE = "</iframe><script>alert(1)</script>\"'&"


def test_a_report_is_shown_in_a_frame_where_nothing_runs(read: Callable[[str], Any]) -> None:
    shown = read(run_shown(Run(name=_HOSTILE, page=f"<p>{_HOSTILE}</p>")))
    [frame] = shown.with_tag("iframe")
    assert frame.attributes["sandbox"] == ""
    assert frame.attributes["srcdoc"] == f"<p>{_HOSTILE}</p>"
    assert not shown.with_tag("script")


def test_progress_and_errors_are_shown(read: Callable[[str], Any]) -> None:
    assert run_shown(Run()) == ""
    assert "3 of 9 questions" in read(run_shown(Run("a", running=True, done=3, total=9))).text
    assert _HOSTILE in read(run_shown(Run("a", error=_HOSTILE))).text


def test_judgements_are_shown_as_text(
    evaluation: Evaluation, feedback: FeedbackFile, read: Callable[[str], Any]
) -> None:
    feedback.add(Question("", _HOSTILE, (_HOSTILE,), frozenset({(_HOSTILE, 1)}), True, "down"))
    shown = read(_tools(evaluation, uploads=True))
    assert not shown.with_tag("script")
    assert _HOSTILE in shown.text


@pytest.fixture
def index(seeds_index: Path) -> Iterator[Index]:
    return open_index(seeds_index)  # type: ignore[return-value]


@pytest.mark.slow
@pytest.mark.integration
def test_a_run_is_kept_and_the_next_one_compared_with_it(
    index: Index, feedback: FeedbackFile, tmp_path: Path
) -> None:
    feedback.add(DRONES)
    feedback.add(FOREIGN)
    evaluation = Evaluation(index, feedback, folder=tmp_path)
    evaluation.start(FEEDBACK)
    first = evaluation.wait(60)
    assert first.error == ""
    assert json.loads(first.report)["metrics"]["right"] == 1.0
    assert "Against" not in first.page
    [kept] = tmp_path.glob("*-evaluation-feedback.json")
    assert kept.read_text("utf-8") == first.report
    evaluation.start(FEEDBACK)
    second = evaluation.wait(60)
    assert "Against the last run" in second.page
    assert json.loads(second.report)["against"]["questions"] == 2
    assert "<svg" in second.page
