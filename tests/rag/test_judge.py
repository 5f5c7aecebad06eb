"""An answer held against what a reader expects."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.judge import holds, is_precise, judge, result_from
from rag.models import Answer, Citation
from tests.rag.results import (
    HERE,
    THERE,
    a_citation,
    a_question,
    a_result,
    an_answer,
    refused,
    right,
    rightly_refused,
    unanswerable,
    wrong,
    wrongly_answered,
)


def verdicts(answer: Answer, **question: object) -> tuple[object, ...]:
    result = judge(a_question(**question), answer, milliseconds=1.0, verbatim=True)
    return result.first, result.hit, result.found, result.right


@pytest.mark.parametrize(
    ("citations", "expected"),
    [
        ([a_citation()], (True, True, True, True)),
        ([a_citation(THERE), a_citation()], (False, True, True, True)),
        ([a_citation(quote="There are tulips")], (True, True, False, False)),
        ([a_citation(THERE)], (False, False, True, False)),
        ([a_citation(THERE, "tulips"), a_citation(quote="ROSES")], (False, True, True, True)),
        ([], (False, False, False, False)),
    ],
)
def test_verdicts_of_an_answerable_question(
    citations: list[Citation], expected: tuple[bool, ...]
) -> None:
    assert verdicts(an_answer(*citations)) == expected


def test_an_unanswerable_question_is_right_if_refused() -> None:
    for result, is_right in [(rightly_refused(), True), (wrongly_answered(), False)]:
        assert (result.first, result.hit, result.found) == (None, None, None)
        assert result.right is is_right
        assert result.right_if_answered is False


def test_a_remark_may_hold_the_answer_as_whole_words() -> None:
    def is_right(text: str, **changes: object) -> object:
        return verdicts(an_answer(text=text), evidence=frozenset(), **changes)[-1]

    assert is_right("There are 5 articles.", answers=("5",)) is True
    assert is_right("There are Five articles.", answers=("five",)) is True
    assert is_right("There are 15 articles.", answers=("5",)) is False
    assert is_right("There are articles. [5]", answers=("5",)) is False
    cited = an_answer(a_citation(quote="Davos"), text="“Davos” [1] 003.txt mentions it.")
    assert verdicts(cited, answers=("003.txt",)) == (True, True, False, True)
    assert verdicts(cited, answers=("003.txt",), evidence=frozenset({THERE}))[-1] is False


def test_a_refusal_says_nothing() -> None:
    """Its text must not count: an accepted answer may be a word of it."""
    refusal = an_answer()
    assert not refusal.answered
    assert verdicts(refusal, answers=("articles",), evidence=frozenset())[-1] is False


def test_what_was_held_back_is_judged_too() -> None:
    assert refused(held_back=[a_citation()]).right_if_answered is True
    assert refused(held_back=[a_citation(THERE)]).right_if_answered is False
    assert refused(held_back=[]).right_if_answered is False
    assert refused().right_if_answered is None, "refused for another reason"
    assert rightly_refused(held_back=None).right_if_answered is None
    assert right().right_if_answered is True
    assert wrong().right_if_answered is False


def test_a_citation_is_precise_by_place_or_by_words() -> None:
    question = a_question()
    assert is_precise(a_citation(HERE, "tulips"), question)
    assert is_precise(a_citation(THERE, "roses"), question)
    assert not is_precise(a_citation(THERE, "tulips"), question)


@pytest.mark.parametrize(
    ("text", "answer"),
    [("about 4,711 ROSES", "Roses"), ("ﬁve roses", "five"), ("№ 5", "no 5"), ("1 000 ₽", "1 000")],
)
def test_words_are_compared_after_nfkc_and_lower_casing(text: str, answer: str) -> None:
    assert holds(text, ["no such", answer])
    assert not holds(text, ["no such"])
    assert not holds(text, [])


@pytest.mark.parametrize(
    "result",
    [
        right(sentences=[(3, True), (5, False)]),
        wrong(),
        refused(held_back=[a_citation()]),
        rightly_refused(),
        rightly_refused(held_back=None),
        wrongly_answered(),
        a_result(
            a_question(type="follow-up", history=({"role": "user", "content": "Before?"},)),
            an_answer(a_citation(answer_start=10, answer_end=15)),
        ),
    ],
)
def test_a_result_comes_back_from_json(result: object) -> None:
    plain = json.loads(json.dumps(result.to_dict()))  # type: ignore[attr-defined]
    assert result_from(plain) == result


def test_a_result_of_an_earlier_version_can_be_read() -> None:
    """What was written before histories, sentences and `right` were."""
    plain = right().to_dict()
    for name in ("right", "right_if_answered", "sentences"):
        del plain[name]
    assert result_from(plain) == right()


def test_a_result_of_a_later_version_can_be_read() -> None:
    plain = right().to_dict()
    plain["news"] = plain["answer"]["news"] = 1
    plain["answer"]["citations"][0]["news"] = 1
    assert result_from(plain) == right()


@pytest.mark.parametrize("broken", [{}, {"id": 1}, [], "x", None])
def test_what_is_no_result_is_refused(broken: object) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        result_from(broken)  # type: ignore[arg-type]


@given(st.text(), st.lists(st.text(), max_size=3))
def test_judging_never_fails(text: str, answers: list[str]) -> None:
    answer = an_answer(a_citation(quote=text), text=text)
    for question in [a_question(answers=tuple(answers)), unanswerable()]:
        result = judge(question, answer, milliseconds=1.0, verbatim=True)
        assert result.right is not None
        if question.answerable and text in answers:
            assert result.found
