"""A run against an earlier one: what improved, what broke, and what cannot be compared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.errors import QuestionError
from rag.compare import Comparison, compare, read_run
from rag.judge import Result
from rag.metrics import METRICS, OF_RETRIEVAL
from tests.rag.results import (
    THERE,
    a_citation,
    a_question,
    a_result,
    an_answer,
    refused,
    right,
    rightly_refused,
    wrong,
    wrongly_answered,
)


def compared(now: Sequence[Result], before: Sequence[Result]) -> Comparison:
    return compare(now, before, "before.json", tuple(METRICS))


def test_what_improved_and_what_broke() -> None:
    before = [right("a"), wrong("b"), refused("c"), wrongly_answered("d"), right("e"), right("f")]
    now = [right("a"), right("b"), right("c"), rightly_refused("d"), wrong("e"), refused("f")]
    found = compared(now, before).to_dict()
    assert {item["id"]: item["what"] for item in found["improved"]} == {
        "b": ["right", "first", "found"],
        "c": ["right", "first", "found", "answered"],
        "d": ["right", "refused"],
    }
    assert {item["id"]: item["what"] for item in found["broke"]} == {
        "e": ["right", "first", "found"],
        "f": ["right", "first", "found", "answered"],
    }
    assert found["questions"] == 6
    assert found["metrics"]["answered"] == {
        "before": 0.8,
        "now": 0.8,
        "difference": 0.0,
        "interval": found["metrics"]["answered"]["interval"],
    }


def test_one_question_may_improve_and_break() -> None:
    """Now answered, and from the wrong paragraph; before, from the right one without the words."""
    before = a_result(a_question(), an_answer(a_citation(quote="tulips")))
    now = a_result(a_question(), an_answer(a_citation(THERE)))
    (change,) = compared([now], [before]).changes
    assert (change.improved, change.broke) == (("found",), ("first",))


def test_a_run_against_itself_is_equal() -> None:
    run = [right("a"), wrong("b"), refused("c"), rightly_refused("d")]
    found = compared(run, run)
    assert found.changes == ()
    assert {one.value for one in found.metrics.values()} == {0.0}
    assert {one.interval for one in found.metrics.values()} == {None}


def test_only_questions_of_both_are_compared() -> None:
    now = [right("a"), wrong("b"), right("new")]
    before = [right("b"), right("old"), right("a")]
    reworded = a_result(a_question("a", question="What else?"))
    found = compared(now, before)
    assert (found.questions, found.only_now, found.only_before) == (2, ("new",), ("old",))
    assert found.metrics["first"].now == 0.5
    assert found.metrics["first"].before == 1.0
    again = compared([*now, reworded], [*before, right("x")])
    assert again.only_now == ("new", "a")


def test_runs_of_other_questions_are_refused() -> None:
    with pytest.raises(QuestionError, match=r"before\.json has no question of this set"):
        compared([right("a")], [right("b")])


def test_an_answer_to_an_edited_question_is_judged_again() -> None:
    """The set was put right meanwhile: that is no improvement of the answers."""
    answer = an_answer(a_citation(THERE, "tulips"))
    before = a_result(a_question(), answer, rank=0)
    edited = a_question(evidence=frozenset({THERE}), answers=("tulips",))
    now = a_result(edited, answer, rank=1)
    assert (before.right, now.right) == (False, True)
    found = compared([now], [before])
    assert found.edited == ("q1",)
    assert found.changes == ()
    assert found.metrics["first"].before == 1.0
    assert found.metrics["recall@1"].value is None, "the earlier ranking is not known any more"


def test_another_history_is_another_question() -> None:
    history = ({"role": "user", "content": "Before?"},)
    now = a_result(a_question("a", history=history))
    other = a_result(a_question("a", history=({"role": "user", "content": "Else?"},)))
    assert compared([now, right("b")], [other, right("b")]).only_now == ("a",)
    unknown = a_result(a_question("a"))  # as a run of an earlier version has it
    assert compared([now], [unknown]).questions == 1


def test_a_run_of_retrieval_alone_is_compared_with_a_whole_one() -> None:
    now = [Result(a_question("a"), None, 1.0, rank=1), Result(a_question("b"), None, 1.0, rank=7)]
    before = [right("a", rank=2), right("b", rank=5)]
    found = compare(now, before, "before.json", OF_RETRIEVAL)
    assert "p50" not in found.metrics, "times of different work"
    assert found.metrics["recall@1"].value == 0.5
    assert {(c.now.question.id, c.improved, c.broke) for c in found.changes} == {
        ("a", ("recall@1",), ()),
        ("b", (), ("recall@5",)),
    }


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = (right("a"), refused("b"), rightly_refused("c"))
    path = tmp_path / "run.json"
    path.write_text(json.dumps({"questions": [result.to_dict() for result in run]}))
    assert read_run(path) == run


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a report"),
        ("{}", "is not a report"),
        ('{"questions": 1}', "is not a report"),
        ('{"questions": [{}]}', "is not a report"),
        ('{"questions": [null]}', "is not a report"),
        ('{"questions": {"a": 1}}', "is not a report"),
    ],
)
def test_what_is_no_run_is_an_error(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(QuestionError, match=what) as raised:
        read_run(path)
    assert "--json" in raised.value.fix


def test_a_run_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(b"\xff")
    for path in [tmp_path, tmp_path / "none.json", tmp_path / "bad.json"]:
        with pytest.raises(QuestionError, match="cannot read"):
            read_run(path)
