"""Question sets: JSON Lines files of test questions with the answers that a reader expects."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from index.errors import QuestionError
from rag.models import Message

Place = tuple[str, int]
"""A file and the number of a paragraph in it."""

_NUMBERED: Final = re.compile(r"(.*?)(\d+)", re.DOTALL)
_FIRST_ID: Final = "q001"


@dataclass(frozen=True, slots=True)
class TestQuestion:
    """A line of a question set.

    `answers`: any of these words will do; `evidence`: any of these paragraphs.
    """

    __test__ = False  # not a test case of pytest

    id: str
    question: str
    answers: tuple[str, ...]
    evidence: frozenset[Place]
    answerable: bool
    type: str = ""
    history: tuple[Message, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As a line of the set holds it; what is optional only where there is some."""
        item: dict[str, Any] = {"id": self.id, "question": self.question}
        if self.history:
            item["history"] = [dict(message) for message in self.history]
        item |= {
            "answers": list(self.answers),
            "evidence": [{"file": f, "paragraph": p} for f, p in sorted(self.evidence)],
            "answerable": self.answerable,
        }
        return item | ({"type": self.type} if self.type else {})


def parse_question(item: Any) -> TestQuestion:
    """A question from the object of a line.

    Raises:
        ValueError, KeyError, TypeError: it is not one.
    """
    json.dumps(item, ensure_ascii=False).encode("utf-8")  # half characters are no text
    if not isinstance(item["answerable"], bool):
        raise TypeError("answerable is true or false")
    if not isinstance(item["answers"], list):
        raise TypeError("answers is a list of texts")
    if not all(isinstance(answer, str) for answer in item["answers"]):
        raise TypeError("answers is a list of texts")
    return TestQuestion(
        id=str(item["id"]),
        question=str(item["question"]),
        answers=tuple(item["answers"]),
        evidence=frozenset((str(e["file"]), int(e["paragraph"])) for e in item["evidence"]),
        answerable=item["answerable"],
        type=str(item.get("type", "")),
        history=tuple(
            Message(role=m["role"], content=str(m["content"])) for m in item.get("history", ())
        ),
    )


def read_questions(path: Path) -> list[TestQuestion]:
    """The questions of a set.

    Raises:
        QuestionError: the file cannot be read, or a line is not a question; it says which.
    """
    questions = [question for _, question in read_numbered(path)]
    if not questions:
        raise QuestionError(f"there is no question in {path}", "write one a line, as JSON")
    return questions


def read_numbered(path: Path) -> list[tuple[int, TestQuestion]]:
    """The questions of a set, each with the number of its line; there may be none.

    Raises:
        QuestionError: as `read_questions`.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"cannot read {path}: {error}", "name a JSON Lines file") from error
    return [
        (number, _parse_line(path, number, line))
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _parse_line(path: Path, number: int, line: str) -> TestQuestion:
    try:
        return parse_question(json.loads(line))
    except (ValueError, KeyError, TypeError) as error:
        raise QuestionError(
            f"{path}, line {number}, is not a question: {error!r}",
            'each line has "id", "question", "answers", "evidence", "answerable"',
        ) from error


def append_question(path: Path, question: TestQuestion) -> None:
    """Add a question to a set, which is made if there is none.

    The file holds the set without it or with it at every moment, whatever fails: the whole
    is written beside it, and takes its place in one step.

    Raises:
        QuestionError: the file cannot be written, or the question is not text.
    """
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.new")
    try:
        line = json.dumps(question.to_dict(), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise QuestionError("the question is not text", "write it in UTF-8") from error
    try:
        before = target.read_bytes() if target.exists() else b""
        if before and not before.endswith(b"\n"):
            before += b"\n"
        with temporary.open("wb") as file:
            file.write(before + line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except OSError as error:
        raise QuestionError(
            f"cannot write {path}: {error.strerror}", "name a file in a folder that exists"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def next_id(ids: Sequence[str]) -> str:
    """The id that comes next: numbered on in the way that most of `ids` are.

    >>> next_id(["s001", "s002", "extra"])
    's003'
    """
    numbered = [match for id_ in ids if (match := _NUMBERED.fullmatch(id_))]
    if not numbered:
        return _FIRST_ID
    prefix = Counter(match[1] for match in numbered).most_common(1)[0][0]
    newest = max((match for match in numbered if match[1] == prefix), key=lambda m: int(m[2]))
    return f"{prefix}{int(newest[2]) + 1:0{len(newest[2])}d}"
