"""The report on a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.compare import compare
from rag.judge import Result
from rag.metrics import METRICS, OF_RETRIEVAL
from rag.report import as_table, interval, number, signed, signed_interval, some
from tests.rag.results import (
    a_question,
    a_report,
    a_result,
    an_answer,
    refused,
    right,
    rightly_refused,
    wrong,
)

FACTS = [
    *(a_result(a_question(f"r{n}", type="fact")) for n in range(8)),
    *(a_result(a_question(f"w{n}", type="fact"), an_answer()) for n in range(4)),
    *(a_result(a_question(f"l{n}", type="list"), rank=n % 7) for n in range(12)),
    rightly_refused(),
]


def rows(table: str, name: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines() if line.startswith(f"{name} ")]


def test_every_metric_has_its_figure_interval_and_meaning() -> None:
    table = as_table(a_report(FACTS))
    for name, meaning in METRICS.items():
        ((_, figure, *rest),) = rows(table, name)
        assert float(figure) >= 0
        assert " ".join(rest).endswith(meaning)
    _, figure, low, to, high, *_ = rows(table, "answered")[0]
    assert (figure, to) == ("0.833", "to")
    assert float(low) < 0.833 < float(high)
    assert rows(table, "verbatim")[0][:3] == ["verbatim", "1.000", "-"]
    assert rows(table, "questions") == [["questions", "25"]]


def test_types_stand_in_tables_of_all_metrics_that_fit_a_screen() -> None:
    table = as_table(a_report(FACTS))
    by_type = table.split("\n\n")[1:]
    heads = [line for part in by_type for line in part.splitlines()[:1]]
    assert {name for head in heads for name in head.split()} == {*METRICS, "n", "95", "%"}
    assert max(len(line) for part in by_type for line in part.splitlines()) <= 80
    answers = rows(table, "fact")[0]
    assert answers[:3] == ["fact", "12", "0.667"]
    assert answers[4] == "to"
    assert float(answers[3]) < 0.667 < float(answers[5])
    assert [row[1] for row in rows(table, "list")] == ["12"] * 3


def test_a_set_without_types_has_no_table_of_types() -> None:
    assert "\n\n" not in as_table(a_report([right(), wrong("b")]))


def test_retrieval_alone_shows_what_it_has() -> None:
    results = [Result(a_question(f"q{n}", type="fact"), None, 1.0, rank=n) for n in range(5)]
    table = as_table(a_report(results))
    assert [line.split()[0] for line in table.splitlines()[1:8]] == list(OF_RETRIEVAL)
    assert "found" not in table
    assert len(rows(table, "fact")) == 2


def test_a_comparison_lists_what_changed() -> None:
    before = [wrong("a"), right("b"), right("c"), right("gone")]
    now = [right("a"), refused("b"), right("c"), right("new")]
    against = compare(now, before, "old.json", tuple(METRICS))
    table = as_table(replace(a_report(now), against=against))
    part = table[table.index("against old.json") :]
    assert part.startswith("against old.json: 3 questions in both\n")
    assert "1 only now: new" in part
    assert "1 only before: gone" in part
    assert rows(part, "answered")[0][:4] == ["answered", "1.000", "0.667", "-0.333"]
    assert rows(part, "first")[0][:4] == ["first", "0.667", "0.667", "="]
    improved, broke = part[part.index("improved") :].split("\n\n")
    assert improved == "improved: 1\n  a  right, first, found  What of a?"
    assert broke == "broke: 1\n  b  right, first, found, answered  What of b?"


def test_many_changes_are_counted() -> None:
    before = [wrong(f"q{n}") for n in range(25)]
    now = [right(f"q{n}") for n in range(25)]
    against = compare(now, before, "old.json", tuple(METRICS))
    table = as_table(replace(a_report(now), against=against))
    assert "improved: 25" in table
    assert "and 5 more: --json and --html list them all" in table


def test_long_questions_and_control_characters_do_not_upset_the_table() -> None:
    text = "Why\x1b]0;owned\x07 " + "so long " * 30
    before = a_result(a_question(question=text, type="\x1b[31m"), an_answer())
    now = a_result(a_question(question=text, type="\x1b[31m"))
    against = compare([now], [before], "\x1bold", tuple(METRICS))
    table = as_table(replace(a_report([now]), against=against))
    assert "\x1b" not in table
    assert "\x07" not in table
    assert max(map(len, table.splitlines())) < 120


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        ("first", 0.97, "0.970"),
        ("first", 1.0, "1.000"),
        ("cites", 1.0, "1.00"),
        ("words", 43.61, "43.6"),
        ("p95", 120.0, "120.0"),
        ("first", None, "-"),
    ],
)
def test_figures(metric: str, value: float | None, shown: str) -> None:
    assert number(metric, value) == shown


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        ("first", 0.01, "+0.010"),
        ("first", -0.01, "-0.010"),
        ("first", 0.0, "="),
        ("first", None, "-"),
        ("words", -0.04, "0.0"),
        ("p50", 3.0, "+3.0"),
    ],
)
def test_differences(metric: str, value: float | None, shown: str) -> None:
    assert signed(metric, value) == shown


def test_intervals_and_lists_of_ids() -> None:
    assert interval("first", (0.5, 0.75)) == "0.500 to 0.750"
    assert signed_interval("first", (-0.5, 0.75)) == "-0.500 to +0.750"
    assert signed_interval("first", (-0.5, 0.0)) == "-0.500 to 0.000"
    assert signed_interval("first", None) == "-"
    assert interval("first", None) == "-"
    assert some(["a", "b"]) == "a, b"
    assert some(list("abcdefg")) == "a, b, c, d, e and 2 more"
