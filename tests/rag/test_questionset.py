"""Question sets: what is appended is read back, and the file is whole at every moment."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import QuestionError
from rag.questionset import append_question, next_id, read_numbered, read_questions
from tests.rag.results import a_question, unanswerable

FOLLOW_UP = a_question(
    "q2",
    question="And «when»?\u2028",
    type="follow-up",
    history=({"role": "user", "content": "Where?"}, {"role": "assistant", "content": "There."}),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty one."""
    path = tmp_path / "sets"
    path.mkdir()
    return path


def test_what_is_appended_is_read_back(folder: Path) -> None:
    path = folder / "set.jsonl"
    for question in [a_question(), FOLLOW_UP, unanswerable("q3", type="far")]:
        append_question(path, question)
    assert read_questions(path) == [a_question(), FOLLOW_UP, unanswerable("q3", type="far")]
    assert [path.name for path in folder.iterdir()] == ["set.jsonl"], "nothing is left behind"


def test_a_line_is_as_the_contract_has_it(folder: Path) -> None:
    append_question(folder / "set.jsonl", a_question(type="fact"))
    assert json.loads((folder / "set.jsonl").read_text("utf-8")) == {
        "id": "q1",
        "question": "What of q1?",
        "answers": ["roses"],
        "evidence": [{"file": "a.txt", "paragraph": 1}],
        "answerable": True,
        "type": "fact",
    }


def test_what_was_there_is_kept_to_the_byte(folder: Path) -> None:
    path = folder / "set.jsonl"
    append_question(path, a_question())
    before = b"\n" + path.read_bytes().replace(b": ", b":").rstrip(b"\n")
    path.write_bytes(before)  # by hand, and no end of line
    append_question(path, FOLLOW_UP)
    assert path.read_bytes().startswith(before + b"\n")
    assert [(line, q.id) for line, q in read_numbered(path)] == [(2, "q1"), (3, "q2")]


def test_a_failure_leaves_the_set_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "set.jsonl"
    append_question(path, a_question())
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(QuestionError, match="No space left"):
        append_question(path, FOLLOW_UP)
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]


def test_an_interruption_leaves_the_set_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "set.jsonl"
    append_question(path, a_question())
    before = path.read_bytes()

    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        append_question(path, FOLLOW_UP)
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]


def test_a_set_in_no_folder_cannot_be_written(folder: Path) -> None:
    with pytest.raises(QuestionError, match="cannot write"):
        append_question(folder / "no" / "set.jsonl", a_question())


def test_what_is_no_text_is_refused(folder: Path) -> None:
    path = folder / "set.jsonl"
    with pytest.raises(QuestionError, match="not text"):
        append_question(path, a_question(type="\ud800"))
    assert list(folder.iterdir()) == []
    path.write_text(json.dumps(a_question(type="\ud800").to_dict()) + "\n")
    with pytest.raises(QuestionError, match="line 1, is not a question"):
        read_questions(path)


@pytest.mark.skipif(os.name != "posix", reason="links and modes are of another kind here")
def test_a_link_and_its_mode_are_kept(folder: Path) -> None:
    real, link = folder / "real.jsonl", folder / "link.jsonl"
    append_question(real, a_question())
    real.chmod(0o640)
    link.symlink_to(real)
    append_question(link, FOLLOW_UP)
    assert link.is_symlink()
    assert len(read_questions(real)) == 2
    assert real.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([], "q001"),
        (["s001", "s002"], "s003"),
        (["s009", "s2", "extra"], "s010"),
        (["d0999"], "d1000"),
        (["s999"], "s1000"),
        (["a1", "b7", "b8"], "b9"),
        (["1", "2"], "3"),
        (["extra", "more"], "q001"),
        (["2024-q1", "2024-q2"], "2024-q3"),
    ],
)
def test_the_next_id(ids: list[str], expected: str) -> None:
    assert next_id(ids) == expected


@given(st.lists(st.one_of(st.text(max_size=6), st.from_regex(r"\A[a-c]?\d{1,3}\Z"))))
def test_the_next_id_is_new(ids: list[str]) -> None:
    assert next_id(ids) not in ids


@given(question=st.text(), answers=st.lists(st.text(), max_size=3), kind=st.text())
def test_any_text_survives(
    tmp_path_factory: pytest.TempPathFactory, question: str, answers: list[str], kind: str
) -> None:
    asked = a_question(question=question, answers=tuple(answers), type=kind)
    path = tmp_path_factory.mktemp("set") / "set.jsonl"
    append_question(path, asked)
    assert read_questions(path) == [asked]
