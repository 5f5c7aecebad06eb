"""A question becomes a turn, whatever comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from index.errors import QuestionError
from rag.models import MAX_QUESTION_CHARACTERS, Answer, Message
from ui.conversation import Turn, converse, history, stop

Asked = list[tuple[str, list[Message]]]


def streaming(*pieces: str | Answer | Exception, asked: Asked | None = None) -> Any:
    def stream(
        question: str, messages: Sequence[Message], files: Sequence[str], mode: str
    ) -> Iterator[str | Answer]:
        if asked is not None:
            asked.append((question, list(messages)))
        for piece in pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    return stream


def test_a_turn_is_first_searched_and_then_answered(answer: Any) -> None:
    final = answer("The articles do not say.", answered=False)
    steps = list(converse((), "  Who?  ", streaming("The articles", " do not say.", final)))
    assert steps[0] == (Turn("Who?"),)
    assert steps[0][0].is_pending
    assert steps[-1] == (Turn("Who?", answer=final),)
    assert not steps[-1][0].is_pending


def test_earlier_turns_stay_and_are_passed_on_as_messages(answer: Any) -> None:
    asked: Asked = []
    before = (
        Turn("First?", answer=answer("One.")),
        Turn("Broken?", error=QuestionError("no", "yes")),
    )
    *_, after = converse(before, "Second?", streaming(answer("Two."), asked=asked))
    assert after[:2] == before
    assert asked == [
        (
            "Second?",
            [{"role": "user", "content": "First?"}, {"role": "assistant", "content": "One."}],
        )
    ]
    assert [message["content"] for message in history(after)] == [
        "First?",
        "One.",
        "Second?",
        "Two.",
    ]


def test_an_error_that_a_person_can_put_right_is_the_turns() -> None:
    error = QuestionError("the index is empty", "run footnote index DIR")
    *_, after = converse((), "Who?", streaming("a draft", error))
    assert after == (Turn("Who?", error=error),)


def test_another_failure_shows_no_insides() -> None:
    *_, after = converse((), "Who?", streaming(ValueError("/secret/path")))
    assert after[0].error is not None
    assert "secret" not in str(after[0].error)


def test_a_stream_without_an_answer_is_a_failure() -> None:
    *_, after = converse((), "Who?", streaming("words"))
    assert after[0].error is not None
    assert not after[0].is_pending


def test_a_blank_question_is_none(answer: Any) -> None:
    before = (Turn("First?", answer=answer("One.")),)
    asked: Asked = []
    assert list(converse(before, " \n ", streaming(asked=asked))) == [before]
    assert not asked


def test_drafts_grow_and_are_not_sent_for_every_word(answer: Any, monkeypatch: Any) -> None:
    clock = iter(step * 0.05 for step in range(1000))
    monkeypatch.setattr("ui.conversation.time.monotonic", lambda: next(clock))
    words = [f"word{i} " for i in range(20)]
    steps = list(converse((), "Who?", streaming(*words, answer("Done."))))
    drafts = [turns[0].draft for turns in steps[1:-1]]
    assert 2 <= len(drafts) < len(words)
    assert all("".join(words).startswith(draft) for draft in drafts)
    assert drafts == sorted(drafts, key=len)


def test_a_question_that_is_too_long_is_asked_whole_and_shown_shortened(answer: Any) -> None:
    asked: Asked = []
    question = "x" * (MAX_QUESTION_CHARACTERS + 1)
    *_, after = converse((), question, streaming(answer("Done."), asked=asked))
    assert asked[0][0] == question
    assert after[0].question == question[:-1] + "…"


def test_a_question_is_asked_of_the_articles_chosen_and_in_the_mode_given(answer: Any) -> None:
    asked: list[tuple[Any, ...]] = []

    def stream(*given: Any) -> Iterator[str | Answer]:
        asked.append(given)
        yield answer("Done.")

    *_, after = converse((), "Who?", stream, ("a.txt",), "quote")  # type: ignore[arg-type]
    assert after[0].answer is not None
    assert asked == [("Who?", [], ("a.txt",), "quote")]


def test_what_is_stopped_stays_as_it_stands_and_is_no_history(answer: Any) -> None:
    done = Turn("First?", answer=answer("One."))
    assert stop((done, Turn("Second?", draft="So far"))) == (
        done,
        Turn("Second?", draft="So far", stopped=True),
    )
    assert stop((done,)) == (done,)
    assert stop(()) == ()
    assert len(history(stop((done, Turn("Second?", draft="So far"))))) == 2
