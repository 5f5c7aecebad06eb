"""What visitors think of answers, kept as lines of a question set that an evaluation can run.

Whatever a visitor sends is held against the index before it is kept: a place has to exist,
and words have to stand there, so that every line can come out right. Nothing kept is shown to
other visitors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from index.catalog import Catalog
from index.errors import QuestionError
from index.models import Article
from index.sentences import split_sentences
from index.store import Index
from rag.judge import holds
from rag.models import MAX_QUESTION_CHARACTERS, Answer, Citation, Message
from rag.questionset import Place, TestQuestion, append_question, next_id, read_numbered
from rag.quotations import phrase_of

MAX_LINES: Final = 5000
MAX_BYTES: Final = 20_000_000
MAX_WORDS: Final = 1000  # characters of the right words
_MAX_HISTORY: Final = 8  # messages
_MAX_MESSAGE: Final = 4000  # characters
_MOST_PLACES: Final = 5  # where the right words may stand
_FIRST_ID: Final = "f001"
_LOCK_SECONDS: Final = 5.0

UP: Final = "up"
DOWN: Final = "down"


class FeedbackError(QuestionError):
    """A judgement cannot be kept."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What an answer should have been: a paragraph, words of an article, both, or a refusal."""

    file: str = ""
    paragraph: int | None = None
    words: str = ""
    unanswerable: bool = False


def agree(index: Index, answer: Answer, history: Sequence[Message]) -> TestQuestion:
    """The line that expects this very answer: its places, and its phrases or else its quotes.

    Raises:
        FeedbackError: the articles no longer say what it cites.
    """
    expected: list[str] = []
    with index.reading():
        for citation in answer.citations:
            if not _stands(index.catalog, citation):
                raise FeedbackError(
                    f"{citation.file} no longer says what was cited", "ask again, and judge that"
                )
            phrase = phrase_of(citation)
            expected.append(citation.quote[slice(*phrase)] if phrase else citation.quote)
    places = frozenset((citation.file, citation.paragraph) for citation in answer.citations)
    if answer.answered and not places:
        raise FeedbackError("this answer cites nothing", "say what it should have cited")
    return _line(answer.question, history, expected, places, answer.answered, UP)


def correct(
    index: Index, question: str, history: Sequence[Message], correction: Correction
) -> TestQuestion:
    """The line that expects what a visitor says the answer should have been.

    With a paragraph alone, any of its sentences is accepted; with words alone, they are looked
    for in all articles.

    Raises:
        FeedbackError: there is no such paragraph, or the words do not stand there.
    """
    if correction.unanswerable:
        return _line(question, history, [], frozenset(), False, DOWN)
    words = " ".join(correction.words.split())
    if len(words) > MAX_WORDS:
        raise FeedbackError(
            f"these are more than {MAX_WORDS} characters", "copy the few words that answer"
        )
    if not correction.file:
        if not words:
            raise FeedbackError(
                "nothing says what should have been cited",
                "name a paragraph, copy the right words, or say that no article has the answer",
            )
        return _line(question, history, [words], _places_of(index, words), True, DOWN)
    article, number = _paragraph(index, correction)
    text = article.paragraph_text(number)
    if words and not holds(" ".join(text.split()), [words]):
        raise FeedbackError(
            "these words do not stand in that paragraph", "copy them from it, or leave them out"
        )
    expected = [words] if words else [text[start:end] for start, end in split_sentences(text)]
    return _line(question, history, expected, frozenset({(article.file, number)}), True, DOWN)


class FeedbackFile:
    """The file of judgements. Safe to use from threads and processes.

    Args:
        path: of the file; it and its folder are made when the first judgement comes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, question: TestQuestion) -> str:
        """Append a line; the id that it was given comes back.

        Raises:
            QuestionError: the file is full, cannot be read or cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=_LOCK_SECONDS):
                ids = [known.id for known in self._all()]
                is_large = self.path.exists() and self.path.stat().st_size > MAX_BYTES
                if len(ids) >= MAX_LINES or is_large:
                    raise FeedbackError(
                        f"there are {len(ids):,} judgements already",
                        "ask whoever runs this server to read them, and to begin a new file",
                    )
                id_ = next_id(ids) if ids else _FIRST_ID
                append_question(self.path, replace(question, id=id_))
        except Timeout:
            raise FeedbackError(
                "others are being kept just now", "try again", retryable=True
            ) from None
        except OSError as error:
            raise FeedbackError(
                f"it cannot be kept: {error.strerror}",
                "ask whoever runs this server to set FOOTNOTE_FEEDBACK to a file that can be "
                "written",
            ) from error
        return id_

    def questions(self) -> list[TestQuestion]:
        """The judgements, oldest first; of several of one question in one conversation, the newest.

        Raises:
            QuestionError: the file cannot be read.
        """
        every = self._all()
        newest = {_asked(question): place for place, question in enumerate(every)}
        return [every[place] for place in sorted(newest.values())]

    def _all(self) -> list[TestQuestion]:
        if not self.path.exists():
            return []
        return [question for _, question in read_numbered(self.path)]


def feedback_file(setting: Path | None, index: Path) -> FeedbackFile:
    """The file that a setting names; None means the one beside the index.

    Args:
        setting: `Settings.feedback`.
        index: the index's folder, which a rebuild may clear.
    """
    beside = index.resolve()
    return FeedbackFile(setting or beside.with_name(f"{beside.name}-feedback.jsonl"))


def _line(
    question: str,
    history: Sequence[Message],
    expected: Sequence[str],
    places: frozenset[Place],
    answerable: bool,
    type_: str,
) -> TestQuestion:
    return TestQuestion(
        id="",
        question=_text(question, MAX_QUESTION_CHARACTERS),
        answers=tuple(dict.fromkeys(expected)),
        evidence=places,
        answerable=answerable,
        type=type_,
        history=tuple(
            Message(role=message["role"], content=_text(message["content"], _MAX_MESSAGE))
            for message in history[-_MAX_HISTORY:]
        ),
    )


def _text(text: str, most: int) -> str:
    return text[:most].encode("utf-8", "replace").decode("utf-8")


def _stands(catalog: Catalog, citation: Citation) -> bool:
    """Whether an article still has the words of a citation at their place."""
    article = catalog.article(citation.file)
    if article is None or not 1 <= citation.paragraph <= len(article.paragraphs):
        return False
    paragraph = article.paragraph(citation.paragraph)
    inside = paragraph.start <= citation.start < citation.end <= paragraph.end
    return inside and article.text[citation.start : citation.end] == citation.quote


def _paragraph(index: Index, correction: Correction) -> tuple[Article, int]:
    with index.reading():
        article = index.catalog.article(correction.file)
    number = correction.paragraph
    if article is None:
        raise FeedbackError("there is no such article", "choose one from the list")
    if number is None or not 1 <= number <= len(article.paragraphs):
        raise FeedbackError(
            "there is no such paragraph in it",
            f"choose a number from 1 to {len(article.paragraphs)}",
        )
    return article, number


def _places_of(index: Index, words: str) -> frozenset[Place]:
    """The paragraphs that hold these words."""
    found: set[Place] = set()
    with index.reading():
        files = index.catalog.files()
    for file in files:
        with index.reading():  # one at a time: questions wait while it is read
            article = index.catalog.article(file)
        if article is None or not holds(" ".join(article.text.split()), [words]):
            continue
        for paragraph in article.paragraphs:
            text = " ".join(article.paragraph_text(paragraph.number).split())
            if paragraph.kind.is_evidence and holds(text, [words]):
                found.add((file, paragraph.number))
        if len(found) > _MOST_PLACES:
            raise FeedbackError(
                "these words stand in many paragraphs", "copy more of them, or name the paragraph"
            )
    if not found:
        raise FeedbackError(
            "no paragraph of the articles holds these words", "copy them from the right paragraph"
        )
    return frozenset(found)


def _asked(question: TestQuestion) -> tuple[str, ...]:
    return question.question, *(message["content"] for message in question.history)
