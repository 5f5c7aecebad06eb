"""The Answer object and its JSON, which is the same everywhere."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError

import pytest

import rag
from rag import NOT_IN_ARTICLES, Answer, Citation

CITATION = Citation(
    number=1,
    file="a.txt",
    paragraph=3,
    quote="“Zürich” – 😀\n\x1b",
    start=5,
    end=19,
    title="A title",
    support=0.97,
)
ANSWER = Answer(
    question="Who?",
    answered=True,
    text="“…” [1]",
    mode="quote",
    confidence=0.93,
    citations=(CITATION,),
    notes=("a note",),
    timings_ms={"retrieve": 18.2, "answer": 3.1},
)


def test_the_public_names() -> None:
    assert set(rag.__all__) == {
        *("NOT_IN_ARTICLES", "Answer", "Checked", "Citation", "aask", "ask", "check", "stream")
    }
    assert all(hasattr(rag, name) for name in rag.__all__)
    assert NOT_IN_ARTICLES == "The articles do not say"


def test_the_json_is_the_contract() -> None:
    assert json.loads(ANSWER.to_json()) == {
        "question": "Who?",
        "answered": True,
        "text": "“…” [1]",
        "mode": "quote",
        "confidence": 0.93,
        "citations": [
            {
                "number": 1,
                "file": "a.txt",
                "paragraph": 3,
                "quote": "“Zürich” – 😀\n\x1b",
                "start": 5,
                "end": 19,
                "title": "A title",
                "support": 0.97,
            }
        ],
        "notes": ["a note"],
        "timings_ms": {"retrieve": 18.2, "answer": 3.1},
        "model": None,
    }


def test_the_keys_are_in_the_order_of_the_contract() -> None:
    assert list(ANSWER.to_dict()) == [
        "question",
        "answered",
        "text",
        "mode",
        "confidence",
        "citations",
        "notes",
        "timings_ms",
        "model",
    ]


def test_json_is_readable_and_safe_to_print() -> None:
    assert "Zürich" in ANSWER.to_json()
    assert "\x1b" not in ANSWER.to_json()
    assert ANSWER.to_json(indent=None).count("\n") == 0


def test_changing_the_plain_form_changes_no_answer() -> None:
    plain = ANSWER.to_dict()
    plain["citations"].clear()
    plain["timings_ms"]["more"] = 1.0
    assert len(ANSWER.citations) == 1
    assert ANSWER.timings_ms == {"retrieve": 18.2, "answer": 3.1}


def test_answers_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ANSWER.text = ""  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        CITATION.quote = ""  # type: ignore[misc]
