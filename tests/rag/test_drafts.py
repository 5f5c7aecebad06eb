"""Replies taken apart: sentences and the numbers they cite, whatever the pieces they come in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.drafts import Draft, DraftError, json_drafts, numbers, plain_drafts, spoken

ONE = "Moscow said that 91 drones were used in the night."
TWO = "Kyiv denied it in the strongest terms on Monday."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1", (1,)),
        ("2, 1", (2, 1)),
        ("1,1,2", (1, 2)),
        ("3-5", (3, 4)),
        ("0", ()),
        ("99", ()),
        ("0-999999999", (1, 2, 3, 4)),
        ("4-2", ()),
        ("1 and 3", (1, 3)),
        ("00002", (2,)),
    ],
)
def test_numbers_outside_the_paragraphs_are_none(text: str, found: tuple[int, ...]) -> None:
    assert numbers(text, 4) == found


@pytest.mark.parametrize(
    "text",
    [
        f"{ONE[:-1]} [1]. {TWO} [2][3]",
        f"{ONE} [1] {TWO} [2, 3]",
        f"{ONE}[1]\n\n- {TWO} [2-3]",
        f"{ONE}【1】 {TWO} [^2] [3]",
        f"1{ONE[1:]}".replace("1oscow", "Moscow") + f" [1][0] {TWO} [2][3][77]",
    ],
)
def test_a_mark_belongs_to_the_sentence_before_it(text: str) -> None:
    assert list(plain_drafts([text], 4)) == [Draft(ONE, (1,)), Draft(TWO, (2, 3))]


def test_sentences_come_as_soon_as_they_have_ended() -> None:
    came: list[str] = []

    def reply() -> object:
        for word in f"{ONE} [1] {TWO} [2]".split(" "):
            came.append(word)
            yield f"{word} "

    drafts = plain_drafts(reply(), 2)  # type: ignore[arg-type]
    assert next(drafts) == Draft(ONE, (1,))
    assert "Monday." not in came


def test_a_sentence_that_does_not_end_is_told() -> None:
    *_, last = plain_drafts([f"{ONE} [1] And then the president of the"], 2)
    assert not last.whole


@given(st.text(alphabet="Ab .!?[]0123,-–\n【】", max_size=80), st.integers(1, 9))
def test_no_reply_breaks_it_and_no_mark_points_elsewhere(text: str, count: int) -> None:
    for draft in plain_drafts(list(text), count):
        assert all(1 <= number <= count for number in draft.cited)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    list(plain_drafts([text], 3))
    try:
        list(json_drafts(list(text), 3))
    except DraftError:
        return
    assert isinstance(json.loads(text), dict)


def reply(*entries: object) -> str:
    return json.dumps({"sentences": entries})


@given(
    st.lists(
        st.tuples(st.text(max_size=40), st.lists(st.integers(-5, 50), max_size=4)), max_size=5
    ),
    st.integers(1, 7),
)
def test_json_in_any_pieces(entries: list[tuple[str, list[int]]], size: int) -> None:
    text = reply(*({"sentence": s, "citations": c} for s, c in entries))
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert list(json_drafts(pieces, 9)) == list(json_drafts([text], 9))
    for draft in json_drafts([text], 9):
        assert all(1 <= number <= 9 for number in draft.cited)


def test_json_sentences_with_brackets_and_marks() -> None:
    text = reply({"sentence": f"{ONE} [2] {TWO}", "citations": [1, 77, True]})
    assert list(json_drafts([text], 4)) == [Draft(ONE, (2, 1)), Draft(TWO, (1,))]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sure!",
        "```json\n{}```",
        "[]",
        "{}",
        '{"sentences": 1}',
        '{"sentences": [{"sentence": 1, "citations": []}]}',
        '{"sentences": [{"sentence": "x"}]}',
        '{"sentences": [{"sentence": "x", "citations": []}]',
    ],
)
def test_what_is_no_such_json_is_an_error(text: str) -> None:
    with pytest.raises(DraftError):
        list(json_drafts([text], 3))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<think>Hm, 91?</think>Yes.", "Yes."),
        ("\n<think>never ends", ""),
        ("<b>Yes</b>", "<b>Yes</b>"),
        ("<t", "<t"),
        ("Yes <think>no</think>", "Yes <think>no</think>"),
    ],
)
def test_thoughts_are_not_said(text: str, said: str) -> None:
    assert "".join(spoken(list(text))) == said
