"""What visitors think of answers becomes lines of a question set that can come out right."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.build import build_index
from index.errors import QuestionError
from index.store import Index
from rag.models import NOT_IN_ARTICLES, Answer, Citation, Message
from rag.questioncheck import check_questions
from rag.questionset import TestQuestion as Question
from rag.questionset import read_questions
from tests.fakes import FakeEmbedder
from tests.index.articles import GARDEN, TOWN, write_articles
from ui.conversation import Turn
from ui.feedback import (
    MAX_WORDS,
    Correction,
    FeedbackError,
    FeedbackFile,
    agree,
    correct,
    feedback_file,
)
from ui.feedback_form import _form, thumbs

QUOTE = "The garden behind the museum has 4,711 roses, and visitors may enter it for free."
HISTORY: list[Message] = [
    {"role": "user", "content": "What is behind the museum?"},
    {"role": "assistant", "content": "“The garden.” [1]"},
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("feedback")
    build_index(write_articles(folder / "articles", TOWN), folder / "index", FakeEmbedder())
    index = Index(folder / "index", FakeEmbedder())
    yield index
    index.close()


@pytest.fixture
def roses(answer: Callable[..., Answer], citation: Callable[..., Citation]) -> Answer:
    start = GARDEN.index("4,711")
    cited = citation(QUOTE, file="garden.txt", answer_start=start, answer_end=start + 11)
    return answer(f"“{QUOTE}” [1]", cited, question="How many roses are there?")


def line(id_: str = "") -> Question:
    return Question(id_, "How many?", ("4,711",), frozenset({("garden.txt", 1)}), True, "up")


# -- what a judgement becomes --------------------------------------------------------------


def test_an_answer_that_was_right_is_expected_again(index: Index, roses: Answer) -> None:
    assert agree(index, roses, HISTORY) == Question(
        id="",
        question="How many roses are there?",
        answers=("4,711 roses",),
        evidence=frozenset({("garden.txt", 1)}),
        answerable=True,
        type="up",
        history=tuple(HISTORY),
    )


def test_a_refusal_that_was_right_is_expected_again(
    index: Index, answer: Callable[..., Answer]
) -> None:
    kept = agree(index, answer(f"{NOT_IN_ARTICLES}.", answered=False), [])
    assert (kept.answerable, kept.answers, kept.evidence) == (False, (), frozenset())


@pytest.mark.parametrize(
    "changes", [{"file": "none.txt"}, {"paragraph": 9}, {"paragraph": 2}, {"start": 1, "end": 9}]
)
def test_what_the_articles_do_not_say_is_not_kept(
    index: Index,
    citation: Callable[..., Citation],
    answer: Callable[..., Answer],
    changes: dict[str, object],
) -> None:
    cited = citation(QUOTE, **{"file": "garden.txt", **changes})
    with pytest.raises(FeedbackError, match="no longer says"):
        agree(index, answer("“…” [1]", cited), [])


def test_a_paragraph_that_should_have_been_cited(index: Index) -> None:
    kept = correct(index, "When was it planted?", [], Correction("garden.txt", 2))
    assert kept.evidence == {("garden.txt", 2)}
    assert any("1946" in accepted for accepted in kept.answers)
    assert kept.type == "down"
    with_words = correct(index, "When?", [], Correction("garden.txt", 2, " in\n1946 "))
    assert with_words.answers == ("in 1946",)


def test_words_alone_are_looked_for(index: Index) -> None:
    kept = correct(index, "When was it planted?", [], Correction(words="planted in 1946"))
    assert kept.evidence == {("garden.txt", 2)}
    assert kept.answers == ("planted in 1946",)


def test_no_article_has_the_answer(index: Index) -> None:
    kept = correct(index, "Who won?", [], Correction("x", 1, "y", unanswerable=True))
    assert (kept.answerable, kept.answers, kept.evidence) == (False, (), frozenset())


@pytest.mark.parametrize(
    ("correction", "why"),
    [
        (Correction(), "nothing says"),
        (Correction(words="no such words"), "no paragraph"),
        (Correction("none.txt", 1), "no such article"),
        (Correction("../../etc/passwd", 1), "no such article"),
        (Correction("garden.txt"), "no such paragraph"),
        (Correction("garden.txt", 0), "no such paragraph"),
        (Correction("garden.txt", 99), "no such paragraph"),
        (Correction("garden.txt", 1, "1946"), "do not stand"),
        (Correction(words="x" * (MAX_WORDS + 1)), "more than"),
    ],
)
def test_what_makes_no_question_is_refused(index: Index, correction: Correction, why: str) -> None:
    with pytest.raises(FeedbackError, match=why):
        correct(index, "Q?", [], correction)


def test_every_line_passes_the_check_of_question_sets(index: Index, roses: Answer) -> None:
    kept = [
        agree(index, roses, HISTORY),
        correct(index, "When was it planted?", [], Correction("garden.txt", 2)),
        correct(index, "Who won?", [], Correction(unanswerable=True)),
        correct(index, "What did it cost?", [], Correction(words="6,460 pounds")),
    ]
    numbered = [
        (place, Question(**{**_fields(q), "id": str(place)})) for place, q in enumerate(kept, 1)
    ]
    assert [f for f in check_questions(numbered, index) if f.is_error] == []


def _fields(question: Question) -> dict[str, object]:
    return {name: getattr(question, name) for name in Question.__slots__}


def test_what_is_sent_is_bounded(index: Index) -> None:
    long: list[Message] = [{"role": "user", "content": "x" * 50_000}] * 30
    kept = correct(index, "\ud800" + "q" * 9000, long, Correction(unanswerable=True))
    assert len(kept.question) == 4000
    assert len(kept.history) == 8
    assert all(len(message["content"]) == 4000 for message in kept.history)
    FeedbackFile(index.path.with_name("bounded.jsonl")).add(kept)


# -- the file ------------------------------------------------------------------------------


def test_lines_are_numbered_and_read_as_a_question_set(tmp_path: Path) -> None:
    kept = FeedbackFile(tmp_path / "new" / "feedback.jsonl")
    assert kept.questions() == []
    assert [kept.add(line()), kept.add(line())] == ["f001", "f002"]
    assert [question.id for question in read_questions(kept.path)] == ["f001", "f002"]


def test_the_newest_judgement_of_a_question_counts(tmp_path: Path) -> None:
    kept = FeedbackFile(tmp_path / "feedback.jsonl")
    kept.add(line())
    kept.add(Question("", "Another?", (), frozenset(), False, "down"))
    kept.add(Question("", "How many?", (), frozenset(), False, "down"))
    assert [(q.id, q.answerable) for q in kept.questions()] == [("f002", False), ("f003", False)]


def test_judgements_at_once_are_all_kept(tmp_path: Path) -> None:
    kept = FeedbackFile(tmp_path / "feedback.jsonl")
    threads = [threading.Thread(target=kept.add, args=(line(),)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [question.id for question in read_questions(kept.path)]
    assert ids == [f"f{number:03d}" for number in range(1, 13)]


def test_a_file_that_is_full_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.feedback.MAX_LINES", 1)
    kept = FeedbackFile(tmp_path / "feedback.jsonl")
    kept.add(line())
    with pytest.raises(FeedbackError, match="already"):
        kept.add(line())


def test_a_file_that_has_grown_large_takes_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.feedback.MAX_BYTES", 100)
    kept = FeedbackFile(tmp_path / "feedback.jsonl")
    kept.add(line())
    with pytest.raises(FeedbackError, match="already"):
        kept.add(line())


def test_a_file_that_cannot_be_written_is_an_error_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(QuestionError) as raised:
        FeedbackFile(tmp_path / "file" / "feedback.jsonl").add(line())
    assert raised.value.fix


def test_the_file_lies_beside_the_index_or_where_the_setting_says(tmp_path: Path) -> None:
    assert feedback_file(None, tmp_path / ".footnote").path == (
        tmp_path.resolve() / ".footnote-feedback.jsonl"
    )
    assert feedback_file(Path("x.jsonl"), tmp_path).path == Path("x.jsonl")


# -- what the page shows -------------------------------------------------------------------


def test_thumbs_stand_under_answers_alone(roses: Answer) -> None:
    assert thumbs(0, Turn("Q?")) == ""
    assert thumbs(3, Turn("Q?", answer=roses)).count('data-turn="3"') == 2


_HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)> &lt; \'"'


def test_the_form_shows_what_it_is_given_as_text(read: Callable[..., object]) -> None:
    from index.catalog import ArticleRow

    row = ArticleRow(_HOSTILE, _HOSTILE, None, 1, 1)
    shown = _form(Turn(_HOSTILE), 0, [row], _HOSTILE, Correction(_HOSTILE, 1, _HOSTILE))
    assert "<script" not in shown
    assert "<img" not in shown
    assert shown.count("&lt;script&gt;") == 6
