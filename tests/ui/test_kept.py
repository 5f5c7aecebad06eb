"""What a browser hands back is data: it is shown as it was, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FootnoteError
from rag.models import Answer, Citation
from ui.conversation import Turn
from ui.kept import MAX_CHARACTERS, MAX_TURNS, from_kept, to_kept
from ui.render import conversation

_HOSTILE = "<img src=x onerror=alert(1)></script><form action=http://leak.example>"
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "question answer error draft what fix text mode notes citations confidence "
                "timings_ms number file quote start".split()
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


def kept(*turns: Turn) -> str:
    return f"[{','.join(text for turn in turns if (text := to_kept(turn)))}]"


def test_a_conversation_comes_back_as_it_was(answer: Any, citation: Any) -> None:
    cited = citation("one\n two", start=3, answer_start=4, answer_end=6, page=2, date="2025-12-31")
    turns = (
        Turn("First?", answer=answer("“one two” [1]", cited, notes=("A note",), model="m")),
        Turn("Second?", answer=answer("The articles do not say.", answered=False)),
        Turn("Third?", error=FootnoteError("it broke", "mend it")),
        Turn("Fourth?", draft="So far", stopped=True),
    )
    again = from_kept(kept(*turns))
    assert again[:2] == turns[:2]
    assert str(again[2].error) == str(turns[2].error)
    assert again[3] == turns[3]
    assert conversation(again) == conversation(turns)


def test_what_is_under_way_is_not_kept() -> None:
    assert to_kept(Turn("Who?", draft="So")) is None


@given(_JSON | st.lists(_JSON))
def test_whatever_is_handed_back_is_shown_as_text_or_left_out(
    read: Callable[[str], Any], data: object
) -> None:
    turns = from_kept(json.dumps(data))
    assert all(not turn.is_pending for turn in turns)
    read(conversation(turns))
    assert from_kept(data) == () or isinstance(data, str)


@pytest.mark.parametrize("text", ["", "[", "{}", "[[[", "[1]", '["x"]', "[" * 100_000, None, 7])
def test_nonsense_is_no_conversation(text: object) -> None:
    assert from_kept(text) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "html"},
        {"confidence": 7},
        {"confidence": float("nan")},
        {"text": ["<b>"]},
        {"citations": [{"number": 1}]},
        {"citations": [{"number": True}]},
        {"notes": [1]},
        {"notes": ["x"] * 1000},
        {"timings_ms": {"answer": 10**400}},
    ],
    ids=str,
)
def test_an_answer_that_no_page_of_ours_gave_is_left_out(
    answer: Any, citation: Any, change: dict[str, object]
) -> None:
    turn = json.loads(kept(Turn("Who?", answer=answer("“one” [1]", citation("one")))))[0]
    turn["answer"] |= change
    good = {"question": "Why?", "draft": ""}
    assert [t.question for t in from_kept(json.dumps([turn, good]))] == ["Why?"]


def test_html_that_was_put_into_the_storage_is_text(read: Callable[[str], Any]) -> None:
    cited = Citation(1, _HOSTILE, 1, _HOSTILE, 0, len(_HOSTILE), _HOSTILE, 1.0)
    hostile = Answer(_HOSTILE, True, f"“{_HOSTILE}” [1]", "quote", 0.9, (cited,), (_HOSTILE,))
    turns = from_kept(kept(Turn(_HOSTILE, answer=hostile), Turn("x", draft=_HOSTILE, stopped=True)))
    html = read(conversation(turns))
    assert not [e for e in html.elements if e.tag in ("img", "script", "form")]
    assert not [e for e in html.elements if "onerror" in e.attributes]
    assert len(turns) == 2


def test_more_than_is_kept_is_not_taken_back() -> None:
    turn = to_kept(Turn("Who?", stopped=True))
    assert len(from_kept(f"[{','.join([str(turn)] * (MAX_TURNS + 5))}]")) == MAX_TURNS
    assert from_kept(f'["{"x" * MAX_CHARACTERS}"]') == ()
