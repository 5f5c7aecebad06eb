"""Evaluation: the metrics of the contract, on answers whose figures are known beforehand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import QuestionError
from index.paragraphs import split_paragraphs
from rag import evaluate as module
from rag.ask import ask_and_find
from rag.evaluate import Report, evaluate
from rag.metrics import METRICS, Gate, missed_gates
from rag.models import Answer, Citation, Message
from rag.page import as_html
from rag.questionset import TestQuestion as Question
from rag.questionset import read_questions
from rag.report import as_table
from rag.retrieve import Retriever
from rag.session import open_retriever
from tests.index.articles import BRIDGE, GARDEN, HARBOUR

CONTRACT = {
    *("right", "first", "hit", "found", "answered", "refused", "verbatim", "cites", "words"),
    *("precision", "recall@1", "recall@3", "recall@5", "recall@10", "mrr", "p50", "p95"),
}
TEXTS = {"harbour.txt": HARBOUR, "bridge.txt": BRIDGE, "garden.txt": GARDEN}


def line(**changes: Any) -> str:
    item = {
        "id": "q1",
        "question": "Who opened the harbour?",
        "answers": ["Carla Ruiz"],
        "evidence": [{"file": "harbour.txt", "paragraph": 3}],
        "answerable": True,
    }
    return json.dumps({k: v for k, v in (item | changes).items() if v is not ...})


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


# -- question files ------------------------------------------------------------------------


def test_a_question_is_read(tmp_path: Path) -> None:
    history = [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "Hello."}]
    path = write(tmp_path / "q.jsonl", line(type="fact", history=history))
    assert read_questions(path) == [
        Question(
            id="q1",
            question="Who opened the harbour?",
            answers=("Carla Ruiz",),
            evidence=frozenset({("harbour.txt", 3)}),
            answerable=True,
            type="fact",
            history=(
                Message(role="user", content="Hello?"),
                Message(role="assistant", content="Hello."),
            ),
        )
    ]


def test_blank_lines_are_no_questions(tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", "", line(id="a"), "  ", line(id="b"))
    assert [question.id for question in read_questions(path)] == ["a", "b"]


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\f", "\u2029"], ids=ascii)
def test_a_question_may_hold_any_character(tmp_path: Path, mark: str) -> None:
    text = f"Who opened{mark}the harbour?"
    path = tmp_path / "q.jsonl"
    item = json.loads(line()) | {"question": text}
    encoded = json.dumps(item, ensure_ascii=False)
    path.write_text(f"{encoded}\n{encoded}\n", "utf-8")
    assert [question.question for question in read_questions(path)] == [text, text]


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        "[]",
        '"text"',
        "{}",
        line(question=...),
        line(evidence=...),
        line(evidence=[{"file": "a.txt"}]),
        line(evidence=[{"file": "a.txt", "paragraph": "three"}]),
        line(answers=None),
        line(history=[{"content": "x"}]),
        line(history="x"),
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, bad: str) -> None:
    path = write(tmp_path / "q.jsonl", line(), "", bad)
    with pytest.raises(QuestionError, match=r"q\.jsonl, line 3, is not a question") as raised:
        read_questions(path)
    assert '"evidence"' in raised.value.fix


@pytest.mark.parametrize("answers", ["Carla Ruiz", [["Carla"]], {"a": 1}])
def test_answers_must_be_a_list_of_texts(tmp_path: Path, answers: object) -> None:
    with pytest.raises(QuestionError, match="line 1"):
        read_questions(write(tmp_path / "q.jsonl", line(answers=answers)))


@pytest.mark.parametrize("answerable", ["false", 0, None])
def test_answerable_must_be_true_or_false(tmp_path: Path, answerable: object) -> None:
    with pytest.raises(QuestionError, match="line 1"):
        read_questions(write(tmp_path / "q.jsonl", line(answerable=answerable)))


def test_files_that_cannot_be_read_are_errors(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes(line().encode() + b"\xff\n")
    (tmp_path / "empty.jsonl").write_text("\n")
    for path in [tmp_path / "none.jsonl", tmp_path, tmp_path / "latin.jsonl"]:
        with pytest.raises(QuestionError, match="cannot read"):
            read_questions(path)
    with pytest.raises(QuestionError, match="no question in"):
        read_questions(tmp_path / "empty.jsonl")


# -- metrics -------------------------------------------------------------------------------


def cite(file: str, paragraph: int, quote: str, *, shift: int = 0) -> Citation:
    start = TEXTS[file].index(quote) + shift
    return Citation(1, file, paragraph, quote, start, start + len(quote), "", 1.0)


def question(id_: str, *evidence: tuple[str, int], answers: Sequence[str] = ()) -> Question:
    return Question(
        id=id_,
        question=id_,
        answers=tuple(answers),
        evidence=frozenset(evidence),
        answerable=bool(evidence),
        type="near" if not evidence else "fact",
    )


def answer(*citations: Citation, milliseconds: float) -> Answer:
    return Answer(
        question="?",
        answered=bool(citations),
        text="",
        mode="quote",
        confidence=0.5,
        citations=citations,
        timings_ms={"retrieve": milliseconds - 1, "answer": 1.0},
    )


MAYOR = "The harbour of Bath was opened again on Monday by Mayor Carla Ruiz"
COST = "The repairs cost 6,460 pounds"
ROSES = "The garden behind the museum has 4,711 roses"
ROSES_SENTENCE = f"{ROSES}, and visitors may enter it for free."
WEEKS = "will be closed for three weeks"

# Each question with its answer and the ranking of paragraphs that retrieval gives for it.
CASES: list[tuple[Question, Answer, list[tuple[str, int]]]] = [
    (
        question("right", ("harbour.txt", 3), answers=["carla RUIZ"]),
        answer(cite("harbour.txt", 3, MAYOR), milliseconds=10),
        [("harbour.txt", 3), ("bridge.txt", 1)],
    ),
    (
        question("second", ("garden.txt", 1), answers=["4,711"]),
        answer(cite("harbour.txt", 4, COST), cite("garden.txt", 1, ROSES), milliseconds=20),
        [("harbour.txt", 4), ("garden.txt", 1)],
    ),
    (
        question("elsewhere", ("harbour.txt", 1), answers=["three weeks"]),
        answer(cite("bridge.txt", 1, WEEKS), milliseconds=30),
        [("a", 1), ("b", 1), ("c", 1), ("harbour.txt", 1)],
    ),
    (question("refused", ("garden.txt", 2)), answer(milliseconds=40), [("harbour.txt", 3)]),
    (question("rightly refused"), answer(milliseconds=50), []),
    (question("foreign"), answer(cite("garden.txt", 1, ROSES), milliseconds=60), []),
]
EXPECTED = {
    "right": 3 / 6,
    "first": 1 / 4,
    "hit": 2 / 4,
    "found": 3 / 4,
    "answered": 3 / 4,
    "refused": 1 / 2,
    "verbatim": 1.0,
    "cites": 4 / 3,
    "words": (13 + 5 + 8 + 6) / 3,
    "precision": 3 / 4,
    "recall@1": 1 / 4,
    "recall@3": 2 / 4,
    "recall@5": 3 / 4,
    "recall@10": 3 / 4,
    "mrr": (1 + 1 / 2 + 1 / 4 + 0) / 4,
    "p50": 35.0,
    "p95": 60.0,
}


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch, town_index: Path) -> Callable[..., Report]:
    """Evaluate cases whose answers are given, over a real index; only the answering is staged."""

    def run(cases: Sequence[tuple[Question, Answer, list[tuple[str, int]]]]) -> Report:
        answers = {asked.question: given for asked, given, _ in cases}
        ranks = {
            asked.question: next((i for i, p in enumerate(places, 1) if p in asked.evidence), 0)
            if asked.evidence
            else None
            for asked, _, places in cases
        }
        monkeypatch.setattr(
            module,
            "ask_and_find",
            lambda text, *args, **options: (answers[text], ask_and_find(text, *args, **options)[1]),
        )
        monkeypatch.setattr(module, "_rank", lambda asked, found: ranks[asked.question])
        return evaluate([asked for asked, _, _ in cases], town_index)

    return run


@pytest.mark.integration
@pytest.mark.parametrize("metric", sorted(CONTRACT))
def test_metrics_are_those_of_the_contract(judged: Callable[..., Report], metric: str) -> None:
    assert judged(CASES).metrics[metric] == pytest.approx(EXPECTED[metric], abs=1e-4)


@pytest.mark.integration
def test_a_quote_that_is_not_in_its_paragraph_is_not_verbatim(
    judged: Callable[..., Report],
) -> None:
    asked = question("q", ("harbour.txt", 3))
    good = cite("harbour.txt", 3, MAYOR)
    assert judged([(asked, answer(good, milliseconds=1), [])]).metrics["verbatim"] == 1.0
    for wrong in [
        cite("harbour.txt", 3, MAYOR, shift=1),
        cite("harbour.txt", 4, MAYOR),
        Citation(1, "harbour.txt", 3, "never said", good.start, good.end, "", 1.0),
        Citation(1, "nothing.txt", 3, MAYOR, good.start, good.end, "", 1.0),
        Citation(1, "harbour.txt", 3, "", good.start, good.start, "", 1.0),
    ]:
        cases = [(asked, answer(good, wrong, milliseconds=1), [])]
        assert judged(cases).metrics["verbatim"] == 0.0, wrong


@pytest.mark.integration
def test_what_does_not_apply_has_no_figure(judged: Callable[..., Report]) -> None:
    metrics = judged(CASES[4:5]).metrics
    assert metrics["refused"] == 1.0
    for name in ["first", "found", "answered", "cites", "precision", "recall@1", "mrr"]:
        assert metrics[name] is None
    assert judged(CASES[:1]).metrics["refused"] is None


@pytest.mark.integration
def test_types_are_measured_apart(judged: Callable[..., Report]) -> None:
    report = judged(CASES)
    assert set(report.by_type) == {"fact", "near"}
    assert report.by_type["near"]["refused"] == 0.5
    assert report.by_type["fact"]["refused"] is None
    assert report.by_type["fact"]["first"] == 0.25


@pytest.mark.integration
def test_a_real_evaluation(town_index: Path, tmp_path: Path) -> None:
    path = write(
        tmp_path / "q.jsonl",
        line(id="a", answers=["Mayor Carla Ruiz"]),
        line(
            id="b",
            question="How many roses does the garden have?",
            answers=["4,711"],
            evidence=[{"file": "garden.txt", "paragraph": 1}],
        ),
        line(
            id="c",
            question="Which team won the football cup in Brazil in 1998?",
            answers=[],
            evidence=[],
            answerable=False,
        ),
    )
    done: list[tuple[int, int]] = []
    report = evaluate(read_questions(path), town_index, progress=lambda *at: done.append(at))
    metrics = report.metrics
    assert set(metrics) == CONTRACT
    for name in ["first", "hit", "found", "answered", "refused", "verbatim", "precision"]:
        assert metrics[name] == 1.0, name
    for name in ["recall@1", "recall@3", "recall@5", "mrr"]:
        assert metrics[name] == 1.0, name
    assert metrics["p50"] is not None
    assert metrics["p95"] is not None
    assert 0 < metrics["p50"] <= metrics["p95"]
    assert done == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.integration
def test_what_is_held_back_is_known(town_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a threshold that nothing reaches, every answer is held back, and judged all the same."""
    roses = Question(
        id="q",
        question="How many roses does the garden have?",
        answers=("4,711",),
        evidence=frozenset({("garden.txt", 1)}),
        answerable=True,
    )
    given = evaluate([roses], town_index).results[0]
    assert (given.answered, given.right, given.right_if_answered) == (True, True, True)
    strict = replace(open_retriever(town_index).calibration, threshold=1.0)
    monkeypatch.setattr(Retriever, "calibration", strict)
    monkeypatch.setattr(module, "calibration", lambda model: strict)
    report = evaluate([roses, replace(roses, evidence=frozenset({("a", 1)}))], town_index)
    right, wrong = report.results
    assert (right.answered, right.right, right.right_if_answered) == (False, False, True)
    assert wrong.right_if_answered is False
    assert report.threshold == 1.0


@pytest.mark.integration
def test_retrieval_alone_ranks_as_answering_does(town_index: Path) -> None:
    questions = [
        Question(f"q{n}", text, ("4,711",), frozenset({("garden.txt", 1)}), answerable=True)
        for n, text in enumerate(["How many roses are there?", "Who opened the harbour?", "Roses?"])
    ]
    whole = evaluate(questions, town_index)
    alone = evaluate(questions, town_index, retrieval_only=True)
    assert [r.rank for r in alone.results] == [r.rank for r in whole.results]
    assert [r.sentences for r in alone.results] == [r.sentences for r in whole.results]
    assert alone.retrieval_only
    assert not whole.retrieval_only
    assert all(r.answer is None and r.milliseconds > 0 for r in alone.results)
    assert alone.metrics["mrr"] == whole.metrics["mrr"]
    best = whole.results[0].sentences[0]
    assert (best.words, best.holds) == (len(ROSES_SENTENCE.split()), True)


@pytest.mark.integration
def test_a_question_is_retrieved_once(town_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    retrieve = Retriever.retrieve

    def counted(self: Retriever, text: str, *args: Any, **options: Any) -> Any:
        asked.append(text)
        return retrieve(self, text, *args, **options)

    monkeypatch.setattr(Retriever, "retrieve", counted)
    evaluate([CASES[0][0]], town_index)
    assert len(asked) == 1


@pytest.mark.integration
def test_the_words_of_the_evidence_are_kept(town_index: Path) -> None:
    asked = question("q", ("harbour.txt", 3), ("harbour.txt", 99), ("gone.txt", 1), answers=["x"])
    report = evaluate([asked, CASES[4][0]], town_index)
    assert list(report.paragraphs) == [("harbour.txt", 3)]
    assert report.paragraphs["harbour.txt", 3].startswith("The harbour of Bath was opened")


# -- gates ---------------------------------------------------------------------------------


def test_the_metrics_of_the_contract_can_be_gates() -> None:
    assert set(METRICS) == CONTRACT


@pytest.mark.parametrize(
    ("name", "value", "gate", "passes"),
    [
        ("first", 0.93, 0.93, True),
        ("first", 0.9299, 0.93, False),
        ("found", 1.0, 0.5, True),
        ("refused", None, 0.1, False),
        ("cites", 2.0, 2.0, True),
        ("cites", 2.1, 2.0, False),
        ("words", 64.0, 65.0, True),
        ("p50", 100.0, 50.0, False),
        ("p95", 100.0, 150.0, True),
        ("mrr", 0.8, 0.9, False),
        ("recall@3", 0.9, 0.9, True),
    ],
)
def test_gates(name: str, value: float | None, gate: float, passes: bool) -> None:
    missed = missed_gates({name: value}, {}, [Gate(name, gate)])
    assert missed == ([] if passes else [(Gate(name, gate), value)])


# -- the report ----------------------------------------------------------------------------


@pytest.mark.integration
def test_a_report_as_json_holds_everything(judged: Callable[..., Report]) -> None:
    report = json.loads(json.dumps(judged(CASES).to_dict()))
    assert set(report) >= {"metrics", "questions"}
    assert set(report["metrics"]) == CONTRACT
    first = report["questions"][0]
    assert first["id"] == "right"
    assert first["evidence"] == [{"file": "harbour.txt", "paragraph": 3}]
    assert first["answer"]["citations"][0]["quote"] == MAYOR
    assert (first["first"], first["hit"], first["found"], first["rank"]) == (True, True, True, 1)
    assert report["questions"][3]["rank"] == 0
    assert report["questions"][4]["first"] is None


@pytest.mark.integration
def test_a_table_shows_every_metric(judged: Callable[..., Report]) -> None:
    table = as_table(judged(CASES))
    for name in CONTRACT:
        (row,) = [row for row in table.splitlines() if row.startswith(f"{name} ")]
        assert float(row.split()[1]) == pytest.approx(EXPECTED[name], abs=0.05)
    assert any(row.startswith("near ") for row in table.splitlines())


@pytest.mark.integration
def test_a_page_is_safe_and_shows_what_was_missed(judged: Callable[..., Report]) -> None:
    hostile = Question("x", "<script>1</script>", ("<b>",), frozenset({("garden.txt", 2)}), True)
    page = as_html(judged([*CASES, (hostile, answer(milliseconds=1), [])]), "<i>set</i>.jsonl")
    assert "<script>" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;" in page
    assert "http:" not in page
    assert "https:" not in page
    assert "dir=auto>elsewhere</h3>" in page
    assert "dir=auto>right</h3>" not in page


# -- the questions of the repository -------------------------------------------------------


@pytest.fixture(scope="module")
def samples(repository: Path) -> list[Question]:
    return read_questions(repository / "tests" / "questions.jsonl")


def test_there_are_enough_questions_of_each_kind(samples: list[Question]) -> None:
    unanswerable = [q for q in samples if not q.answerable]
    near = [q for q in unanswerable if q.type == "unanswerable-near"]
    assert len(samples) >= 60
    assert len(unanswerable) >= 15
    assert 2 * len(near) >= len(unanswerable)
    assert {"follow-up", "spelling", "several"} <= {q.type for q in samples}
    assert all(q.history for q in samples if q.type == "follow-up")
    assert all(len({f for f, _ in q.evidence}) > 1 for q in samples if q.type == "several")


def test_no_question_counts_twice(samples: list[Question]) -> None:
    asked = Counter(q.question.lower() for q in samples if not q.history)
    assert [text for text, times in asked.items() if times > 1] == []


@pytest.mark.parametrize("file", ["questions.jsonl", "questions-paraphrased.jsonl"])
def test_the_evidence_holds_an_accepted_answer(repository: Path, seeds: Path, file: str) -> None:
    texts = {path.name: path.read_bytes().decode("utf-8") for path in seeds.glob("*.txt")}
    paragraphs = {name: split_paragraphs(text) for name, text in texts.items()}
    questions = read_questions(repository / "tests" / file)
    assert len({q.id for q in questions}) == len(questions)
    for asked in questions:
        assert bool(asked.evidence) == bool(asked.answers) == asked.answerable, asked.id
        for name, number in asked.evidence:
            place = paragraphs[name][number - 1]
            text = texts[name][place.start : place.end].lower()
            assert any(a.lower() in text for a in asked.answers), f"{asked.id}: {name} {number}"
