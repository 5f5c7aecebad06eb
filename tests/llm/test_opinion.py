"""An LLM's opinion of answers, as `footnote eval --opinion` asks for it, over real HTTP."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import SettingsError
from rag.cli import run
from rag.compare import compare, read_run
from rag.evaluate import Report, evaluate
from rag.judge import result_from
from rag.metrics import METRICS, OPINIONS, verdict
from rag.opinion import add_opinions, judge_of_answers
from rag.page import as_html
from rag.questionset import TestQuestion as Question
from rag.report import as_table
from tests.llm.conftest import KEY, UseLlm
from tests.llm.scripted import Play, error, raw, says, scripted

pytestmark = pytest.mark.integration

ROSES = Question(
    id="roses",
    question="How many roses does the garden have?",
    answers=("4,711",),
    evidence=frozenset({("garden.txt", 1)}),
    answerable=True,
    type="fact",
)
HARBOUR = Question(
    id="harbour",
    question="Who opened the harbour?",
    answers=("Carla Ruiz",),
    evidence=frozenset({("harbour.txt", 3)}),
    answerable=True,
    type="fact",
)
FOREIGN = Question(
    id="foreign",
    question="What is the boiling point of tungsten?",
    answers=(),
    evidence=frozenset(),
    answerable=False,
    type="far",
)
ASKED = [ROSES, HARBOUR, FOREIGN]


@pytest.fixture(scope="module")
def judged_by_nobody(town_index: Path) -> Report:
    report = evaluate(ASKED, town_index, "quote")
    assert [result.answered for result in report.results] == [True, True, False]
    return report


@pytest.fixture
def report(judged_by_nobody: Report) -> Report:
    return judged_by_nobody


def opinions(report: Report) -> list[tuple[bool | None, bool | None]]:
    return [(result.faithful, result.relevant) for result in report.results]


def test_each_answer_gets_both_opinions_and_a_refusal_none(
    report: Report, town_index: Path, use_llm: UseLlm
) -> None:
    done: list[tuple[int, int]] = []
    with scripted(says("YES"), says("Yes, it is."), says("NO"), says("I cannot tell.")) as server:
        use_llm(server.url)
        told = add_opinions(report, town_index, judge_of_answers(), lambda *pair: done.append(pair))
    assert opinions(told) == [(True, True), (False, False), (None, None)]
    assert done == [(1, 2), (2, 2)]
    assert (told.metrics["faithfulness"], told.metrics["relevancy"]) == (0.5, 0.5)
    assert told.by_type["fact"]["relevancy"] == 0.5
    assert told.by_type["far"]["relevancy"] is None
    assert {name: told.metrics[name] for name in METRICS} == report.metrics
    first, unclear = told.notes
    assert "the opinion of an LLM, scripted, on 2 of 2 answers" in first
    assert unclear.startswith("1 of its 4 replies said neither yes nor no")


def test_the_llm_is_shown_the_answer_and_the_whole_paragraphs_cited(
    report: Report, town_index: Path, use_llm: UseLlm
) -> None:
    with scripted(says("YES")) as server:
        use_llm(server.url)
        add_opinions(report, town_index, judge_of_answers())
        faithfulness, relevancy = (
            "".join(message["content"] for message in call["messages"]) for call in server.calls[:2]
        )
    answer = report.results[0].answer
    assert answer is not None
    (quote,) = (citation.quote for citation in answer.citations)
    assert faithfulness.count(quote) == 2
    assert ROSES.question not in faithfulness
    assert ROSES.question in relevancy
    assert not re.search(r"\[\d\]", faithfulness + relevancy)
    assert "4,711 roses" in relevancy


FAULTS: dict[str, tuple[Play, int, str]] = {
    "key": (error(401, {"error": {"message": f"no {KEY}"}}), 1, "does not accept the key"),
    "web page": (raw(b"<html>hello</html>", "text/html"), 2, "cannot be read"),
    "overflow": (
        error(400, {"error": {"message": "maximum context length exceeded"}}),
        2,
        "too long",
    ),
    "empty": (says(""), 2, "empty reply"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_server_ends_in_a_note_and_the_rest_stands(
    name: str, report: Report, town_index: Path, use_llm: UseLlm
) -> None:
    play, calls, told = FAULTS[name]
    with scripted(play) as server:
        use_llm(server.url)
        after = add_opinions(report, town_index, judge_of_answers())
        assert len(server.calls) == calls
    assert opinions(after) == [(None, None)] * 3
    assert after.metrics["faithfulness"] is None
    assert {name: after.metrics[name] for name in METRICS} == report.metrics
    whose, fault = after.notes
    assert "0 of 2 answers" in whose
    assert told in fault
    assert "(fix: " in fault
    assert KEY not in as_table(after) + as_html(after, "set")


def test_one_fault_costs_one_opinion(report: Report, town_index: Path, use_llm: UseLlm) -> None:
    with scripted(error(400), says("YES")) as server:
        use_llm(server.url)
        after = add_opinions(report, town_index, judge_of_answers())
    assert opinions(after) == [(None, None), (True, True), (None, None)]
    assert "1 of 2 answers" in after.notes[0]
    assert "rejects the request" in after.notes[1]


def test_a_window_too_small_is_a_note(report: Report, town_index: Path, use_llm: UseLlm) -> None:
    with scripted(says("YES")) as server:
        use_llm(server.url, llm_context=512)
        after = add_opinions(report, town_index, judge_of_answers())
        assert not server.calls
    assert "too long for scripted" in after.notes[1]


def test_without_an_llm_there_is_no_opinion() -> None:
    with pytest.raises(SettingsError, match="no LLM is configured"):
        judge_of_answers()


def test_opinions_are_shown_as_such_and_kept(
    report: Report, town_index: Path, use_llm: UseLlm, tmp_path: Path
) -> None:
    with scripted(says("YES"), says("YES"), says("NO")) as server:
        use_llm(server.url)
        after = add_opinions(report, town_index, judge_of_answers())
    table, page = as_table(after), as_html(after, "set.jsonl")
    for name, meaning in OPINIONS.items():
        (line,) = [line for line in table.splitlines() if line.startswith(f"{name} ")]
        assert line.split()[1] == "0.500"
        assert line.endswith(meaning)
        assert meaning.startswith("an LLM's opinion")
        assert name in page
    assert "opinion of an LLM, scripted" in table
    assert "opinion of an LLM, scripted" in page
    assert [result_from(result.to_dict()) for result in after.results][1].faithful is False

    run_file = tmp_path / "run.json"
    run_file.write_text(json.dumps(after.to_dict()), "utf-8")
    earlier = read_run(run_file)
    against = compare(report.results, earlier, "run.json", tuple(METRICS | OPINIONS))
    assert against.metrics["relevancy"].before == 0.5
    assert against.metrics["relevancy"].value is None
    assert [verdict("faithfulness", result) for result in earlier] == [True, False, None]


def eval_with_opinion(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[Any, str, str]:
    monkeypatch.setattr(sys, "argv", ["footnote", "eval", *map(str, arguments), "--opinion"])
    with pytest.raises(SystemExit) as exit_:
        run()
    out, err = capsys.readouterr()
    return exit_.value.code, out, err


def test_the_command(
    town_index: Path,
    use_llm: UseLlm,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    questions, out = tmp_path / "q.jsonl", tmp_path / "out.json"
    questions.write_text("\n".join(json.dumps(q.to_dict()) for q in ASKED), "utf-8")
    options = [questions, "--index", town_index, "--mode", "quote"]

    def call(*more: object) -> tuple[Any, str, str]:
        return eval_with_opinion(monkeypatch, capsys, *options, *more)

    code, told, err = call()
    assert (code, told) == (1, "")
    assert "no LLM is configured" in err
    assert call("--retrieval-only")[0] == 2
    with scripted(says("NO")) as server:
        use_llm(server.url)
        code, told, err = call("--json", out)
        assert (code, err) == (0, ""), "a low opinion misses no gate that nobody set"
        assert "faithfulness  0.000" in told
        items = json.loads(out.read_text("utf-8"))
        assert items["questions"][0]["opinion"] == {"faithful": False, "relevant": False}
        assert items["questions"][2]["opinion"] == {"faithful": None, "relevant": None}
        assert items["metrics"]["relevancy"] == 0.0
        code, _, err = call("--min", "relevancy=0.5")
        assert code == 3
        assert "missed: relevancy is 0.0, wanted 0.5" in err


@pytest.mark.slow
def test_a_real_llm_has_opinions(report: Report, town_index: Path, use_llama: None) -> None:
    one = replace(report, results=report.results[::2])
    answer, refusal = add_opinions(one, town_index, judge_of_answers()).results
    assert answer.faithful is not None
    assert answer.relevant is not None
    assert refusal.faithful is None
