"""The command line: results on standard output, the rest on standard error, a status that tells."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import sys
import time
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from index.build import build_index
from index.embed import local_embedder
from index.store import writer_lock
from rag import NOT_IN_ARTICLES, ask
from rag.cli import run
from rag.plain import as_text
from tests.fakes import FakeEmbedder
from tests.index.articles import BRIDGE, GARDEN, HARBOUR, TOWN, write_articles
from ui import start

ROSES = "How many roses does the garden have?"
FOREIGN = "Who won the football World Cup in 2022?"


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str


Footnote = Callable[..., Done]


@pytest.fixture
def footnote(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Footnote:
    """Run a command in this process."""

    def call(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["footnote", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            run()
        out, err = capsys.readouterr()
        code = exit_.value.code
        assert code is None or isinstance(code, int)
        return Done(code or 0, out, err)

    return call


@pytest.fixture(scope="session")
def elsewhere(repository: Path) -> Footnote:
    """Run a command in a process of its own, as a shell would."""

    def call(*arguments: object, folder: Path, **environment: str) -> Done:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("FOOTNOTE_", "OPENAI_"))}
        done = subprocess.run(
            [sys.executable, "-c", "from rag.cli import run; run()", *map(os.fsencode, arguments)],
            cwd=folder,
            env=clean | {"PYTHONPATH": str(repository)} | environment,
            capture_output=True,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


def assert_error(done: Done, what: str, fix: str = "") -> None:
    """Status 1, two lines for a person, nothing else."""
    assert done.status == 1
    assert done.out == ""
    error, cure = done.err.strip().splitlines()
    assert error.startswith("error: ")
    assert what in error
    assert cure.startswith("fix: ")
    assert len(cure) > len("fix: ")
    assert fix in cure


# -- index ---------------------------------------------------------------------------------


@pytest.mark.integration
def test_index_prints_a_summary_and_nothing_else(footnote: Footnote, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    done = footnote("index", folder, "--index", tmp_path / "index")
    assert done.status == 0
    assert done.out == (
        f"3 articles, 9 paragraphs, 9 chunks in {tmp_path / 'index'}: 3 added, 0 updated, "
        "0 removed, 9 embeddings computed\n"
    )
    again = footnote("index", folder, "--index", tmp_path / "index")
    assert again.status == 0
    assert "0 embeddings computed" in again.out
    assert again.err == ""


@pytest.mark.integration
def test_files_left_out_are_named_on_standard_error(footnote: Footnote, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    (folder / "photo.txt").write_bytes(bytes(range(256)) * 4)
    (folder / "empty.txt").write_bytes(b"")
    done = footnote("index", folder, "--index", tmp_path / "index")
    assert done.status == 0
    assert "2 left out" in done.out
    assert "photo.txt" not in done.out
    lines = done.err.splitlines()
    assert [line for line in lines if "empty.txt" in line] == ["left out: empty.txt is empty"]
    assert any("photo.txt" in line for line in lines)


def test_index_without_articles(footnote: Footnote, tmp_path: Path) -> None:
    assert_error(footnote("index", tmp_path / "nowhere"), "there is no folder", "check the path")
    (tmp_path / "empty").mkdir()
    assert_error(
        footnote("index", tmp_path / "empty", "--index", tmp_path / "index"), "no article to index"
    )
    assert not (tmp_path / "index").exists()


def test_index_at_a_path_of_others(footnote: Footnote, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    for flags in [[], ["--rebuild"], ["--rebuild", "--replace"]]:
        assert_error(footnote("index", folder, "--index", mine, *flags), "not an index of Footnote")
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]


@pytest.mark.integration
def test_another_folder_needs_replace(footnote: Footnote, tmp_path: Path) -> None:
    one = write_articles(tmp_path / "one", TOWN)
    other = write_articles(tmp_path / "other", {"garden.txt": GARDEN})
    index = tmp_path / "index"
    footnote("index", one, "--index", index)
    assert_error(footnote("index", other, "--index", index), "stands for", "--replace")
    done = footnote("index", other, "--index", index, "--replace")
    assert done.status == 0
    assert "1 articles" in done.out
    assert "2 removed" in done.out


@pytest.mark.integration
def test_lost_files_need_replace(footnote: Footnote, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    footnote("index", folder, "--index", tmp_path / "index")
    write_articles(folder, {"garden.txt": GARDEN})
    assert_error(
        footnote("index", folder, "--index", tmp_path / "index"), "2 of the 3", "--replace"
    )
    done = footnote("index", folder, "--index", tmp_path / "index", "--replace")
    assert "2 removed" in done.out


@pytest.mark.integration
def test_rebuild(footnote: Footnote, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    footnote("index", folder, "--index", tmp_path / "index")
    done = footnote("index", folder, "--index", tmp_path / "index", "--rebuild")
    assert "3 added, 0 updated, 0 removed, 0 embeddings computed" in done.out


def test_a_second_writer(footnote: Footnote, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    with writer_lock(tmp_path / "index"):
        done = footnote("index", folder, "--index", tmp_path / "index")
    assert_error(done, "another process is writing", "try again")


# -- ask -----------------------------------------------------------------------------------


@pytest.mark.integration
def test_ask_prints_the_answer_and_nothing_else(footnote: Footnote, town_index: Path) -> None:
    done = footnote("ask", ROSES, "--index", town_index)
    assert (done.status, done.err) == (0, "")
    assert done.out == as_text(ask(ROSES, town_index)) + "\n"
    assert "4,711 roses" in done.out
    assert "[1] garden.txt, paragraph 1" in done.out


@pytest.mark.integration
def test_ask_as_json_is_the_same_answer(footnote: Footnote, town_index: Path) -> None:
    done = footnote("ask", ROSES, "--index", town_index, "--json")
    assert (done.status, done.err) == (0, "")
    printed, asked = json.loads(done.out), ask(ROSES, town_index).to_dict()
    assert set(printed.pop("timings_ms")) == set(asked.pop("timings_ms"))
    assert printed == asked


@pytest.mark.integration
def test_a_refusal_is_a_good_answer(footnote: Footnote, town_index: Path) -> None:
    done = footnote("ask", FOREIGN, "--index", town_index)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(NOT_IN_ARTICLES)


@pytest.mark.integration
def test_ask_exports_the_answer(footnote: Footnote, town_index: Path, tmp_path: Path) -> None:
    plain = footnote("ask", ROSES, "--index", town_index)
    for name, begins in [("a.md", f"# {ROSES}\n"), ("a.HTML", "<!doctype html>"), ("a.json", "[")]:
        done = footnote("ask", ROSES, "--index", town_index, "--export", tmp_path / name)
        assert done.out == plain.out
        assert (tmp_path / name).read_text("utf-8").startswith(begins)
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))[0]["answered"]
    wrong = footnote("ask", ROSES, "--index", town_index, "--export", tmp_path / "a.pdf")
    assert wrong.status == 2
    assert ".html" in wrong.err
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.integration
def test_ask_of_some_files(footnote: Footnote, town_index: Path) -> None:
    options = ["--index", town_index, "--json", "--file", "bridge.txt", "--file", "harb*"]
    done = footnote("ask", "Who was paid, and what will be closed?", *options)
    assert {c["file"] for c in json.loads(done.out)["citations"]} <= {"bridge.txt", "harbour.txt"}
    assert_error(
        footnote("ask", ROSES, "--index", town_index, "--file", "nothing"),
        "no indexed file matches",
    )


@pytest.mark.integration
@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["ask", ""], "the question is empty"),
        (["ask", "x" * 4001], "4001 characters"),
        (["ask", ROSES, "--mode", "magic"], "no mode 'magic'"),
        (["ask", ROSES, "--mode", "llm"], "no LLM is configured"),
        (["ask", ROSES, "--index", "nothing"], "there is no index at nothing"),
        (["ask", ROSES], "there is no folder seeds"),
        (["status"], "there is no index at .footnote"),
        (["status", "--index", "nothing"], "there is no index at nothing"),
        (["index", ""], "the name of a folder is empty"),
        (["watch", " "], "the name of a folder is empty"),
        (["chat", ""], "the name of a folder is empty"),
        (["status", "--index", ""], "the name of a folder is empty"),
        (["eval", "nothing.jsonl"], "cannot read nothing.jsonl"),
    ],
)
def test_errors_are_two_lines_for_a_person(
    footnote: Footnote, arguments: list[str], what: str
) -> None:
    assert_error(footnote(*arguments), what)


@pytest.mark.parametrize("command", ["ask", "status"])
def test_a_wrong_setting_is_named(
    footnote: Footnote, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("FOOTNOTE_PROT", "1")
    arguments = [command, ROSES] if command == "ask" else [command]
    assert_error(footnote(*arguments), "FOOTNOTE_PROT", "FOOTNOTE_PORT")


@pytest.mark.integration
def test_an_index_of_another_model(footnote: Footnote, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    build_index(folder, tmp_path / "index", FakeEmbedder())
    assert_error(footnote("ask", ROSES, "--index", tmp_path / "index"), "fake-1/hash", "--rebuild")
    assert_error(
        footnote("index", folder, "--index", tmp_path / "index"), "fake-1/hash", "--rebuild"
    )


# -- usage, help, debugging ----------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["index"],
        ["eval"],
        ["frobnicate"],
        ["ask", "Who?", "--frobnicate"],
        ["ask", "Who?", "Whom?"],
        ["chat", "--port", "http"],
        ["eval", "q.jsonl", "--min", "first"],
        ["eval", "q.jsonl", "--min", "first=much"],
        ["eval", "q.jsonl", "--min", "frobs=1"],
        ["eval", "q.jsonl", "--min", "list:frobs=1"],
        ["eval", "q.jsonl", "--min", "list:first"],
        ["eval", "q.jsonl", "--retrieval-only", "--min", "first=1"],
        ["questions"],
        ["questions", "new"],
        ["questions", "check"],
    ],
)
def test_wrong_usage_is_told_with_status_2(footnote: Footnote, arguments: list[str]) -> None:
    done = footnote(*arguments)
    assert done.status == 2
    assert done.out == ""
    assert "Traceback" not in done.err
    assert done.err


@pytest.mark.parametrize(
    "command", ["index", "ask", "chat", "eval", "questions", "status", "doctor"]
)
def test_every_command_explains_itself(footnote: Footnote, command: str) -> None:
    done = footnote(command, "--help")
    assert done.status == 0
    assert done.err == ""
    assert command in done.out
    assert command in footnote("--help").out


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("index", ["--index", "--rebuild", "--replace", "DIR"]),
        ("ask", ["--index", "--json", "--file", "--mode", "QUESTION"]),
        ("chat", ["--index", "--host", "--port", "[DIR]"]),
        ("eval", ["--index", "--json", "--html", "--min", "QUESTIONS.jsonl"]),
        ("eval", ["--against", "--retrieval-only", "right"]),
        ("status", ["--index", "--json"]),
    ],
)
def test_the_options_are_those_of_the_contract(
    footnote: Footnote, command: str, options: list[str]
) -> None:
    shown = footnote(command, "--help").out
    for option in options:
        assert option in shown


def test_debug_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, elsewhere: Footnote, tmp_path: Path
) -> None:
    arguments = ["status", "--index", "nothing"]
    assert "Traceback" not in elsewhere(*arguments, folder=tmp_path).err
    done = elsewhere("--debug", *arguments, folder=tmp_path)
    assert done.status == 1
    assert "Traceback" in done.err
    assert "there is no index at nothing" in done.err


def test_debug_may_follow_the_command(elsewhere: Footnote, tmp_path: Path) -> None:
    done = elsewhere("status", "--index", "nothing", "--debug", folder=tmp_path)
    assert done.status == 1
    assert "Traceback" in done.err


def test_the_console_script_is_this_one(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    script = EntryPoint("footnote", project["scripts"]["footnote"], "console_scripts")
    assert script.load() is start.run


def test_ctrl_c_while_the_command_line_is_loaded_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Interrupted:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "rag.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "rag.cli")
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    with pytest.raises(SystemExit) as exit_:
        start.run()
    assert exit_.value.code == 130


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.5, 1.0])
def test_ctrl_c_at_any_moment_is_no_traceback(
    repository: Path, tmp_path: Path, seconds: float
) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "print(flush=True); from ui.start import run; run()"),
            *("index", folder, "--index", tmp_path / "index"),
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(repository)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert "Traceback" not in err
    assert process.returncode in (0, 130)


# -- status and doctor ---------------------------------------------------------------------


@pytest.mark.integration
def test_status(footnote: Footnote, town_index: Path) -> None:
    done = footnote("status", "--index", town_index)
    assert (done.status, done.err) == (0, "")
    assert "files       3" in done.out
    assert "multilingual-e5-small" in done.out
    plain = json.loads(footnote("status", "--index", town_index, "--json").out)
    assert (plain["files"], plain["paragraphs"], plain["chunks"]) == (3, 9, 9)
    assert plain["stale"] == []


@pytest.mark.integration
def test_status_names_stale_files(footnote: Footnote, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    build_index(folder, tmp_path / "index", FakeEmbedder())
    write_articles(folder, TOWN | {"new.txt": HARBOUR})
    assert "stale       new.txt" in footnote("status", "--index", tmp_path / "index").out


@pytest.mark.integration
def test_status_of_a_damaged_index_is_an_error(footnote: Footnote, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    build_index(folder, tmp_path / "index", FakeEmbedder())
    (tmp_path / "index" / "data-1" / "chroma" / "chroma.sqlite3").unlink()
    done = footnote("status", "--index", tmp_path / "index")
    assert done.status == 1
    assert "(damaged: run footnote index --rebuild)" in done.out
    plain = footnote("status", "--index", tmp_path / "index", "--json")
    assert plain.status == 1
    assert json.loads(plain.out)["complete"] is False


@pytest.mark.integration
def test_doctor(footnote: Footnote, town_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_INDEX", str(town_index))
    done = footnote("doctor")
    assert (done.status, done.err) == (0, "")
    assert "error" not in done.out
    monkeypatch.setenv("FOOTNOTE_INDEX", "nothing")
    sick = footnote("doctor")
    assert sick.status == 1
    assert "there is no index at nothing" in sick.out
    assert "fix " in sick.out


# -- eval ----------------------------------------------------------------------------------


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    items = [
        (ROSES, ["4,711"], [{"file": "garden.txt", "paragraph": 1}]),
        ("Who opened the harbour?", ["Carla Ruiz"], [{"file": "harbour.txt", "paragraph": 3}]),
        (FOREIGN, [], []),
    ]
    path = tmp_path / "questions.jsonl"
    lines = [
        json.dumps(
            {
                "id": str(n),
                "question": question,
                "answers": answers,
                "evidence": evidence,
                "answerable": bool(evidence),
            }
        )
        for n, (question, answers, evidence) in enumerate(items)
    ]
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.mark.integration
def test_eval_prints_a_table_and_writes_reports(
    footnote: Footnote, town_index: Path, questions: Path, tmp_path: Path
) -> None:
    out, page = tmp_path / "out.json", tmp_path / "out.html"
    done = footnote("eval", questions, "--index", town_index, "--json", out, "--html", page)
    assert (done.status, done.err) == (0, "")
    for name in ["first", "found", "refused", "recall@1", "mrr", "p95"]:
        assert any(line.startswith(f"{name} ") for line in done.out.splitlines())
    report = json.loads(out.read_text("utf-8"))
    assert report["metrics"]["found"] == 1.0
    assert len(report["questions"]) == 3
    assert page.read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.integration
def test_eval_gates(footnote: Footnote, town_index: Path, questions: Path) -> None:
    options = ["eval", questions, "--index", town_index]
    met = footnote(*options, "--min", "first=1.0", "--min", "refused=0.9", "--min", "cites=3")
    assert (met.status, met.err) == (0, "")
    missed = footnote(*options, "--min", "first=1.0", "--min", "words=1")
    assert missed.status == 3
    assert missed.err.startswith("missed: words is ")
    assert missed.err.count("\n") == 1
    assert any(line.startswith("first ") for line in missed.out.splitlines())


@pytest.mark.integration
def test_eval_reports_that_cannot_be_written(
    footnote: Footnote, town_index: Path, questions: Path, tmp_path: Path
) -> None:
    done = footnote(
        "eval", questions, "--index", town_index, "--json", tmp_path / "no" / "such" / "folder"
    )
    assert done.status == 1
    assert "error: cannot write" in done.err


@pytest.mark.integration
def test_eval_names_the_bad_line(footnote: Footnote, town_index: Path, questions: Path) -> None:
    questions.write_text(questions.read_text("utf-8") + "\n{bad\n", "utf-8")
    assert_error(footnote("eval", questions, "--index", town_index), "line 4, is not a question")


@pytest.fixture
def typed_questions(questions: Path) -> Path:
    """The same, each with a type."""
    items = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    for item, kind in zip(items, ["fact", "who", "far"], strict=True):
        item["type"] = kind
    questions.write_text("\n".join(map(json.dumps, items)), "utf-8")
    return questions


@pytest.mark.integration
def test_eval_gates_of_types(footnote: Footnote, town_index: Path, typed_questions: Path) -> None:
    options = ["eval", typed_questions, "--index", town_index]
    met = footnote(*options, "--min", "who:found=1", "--min", "far:refused=1", "--min", "*:right=1")
    assert (met.status, met.err) == (0, "")
    missed = footnote(*options, "--min", "fact:words=1", "--min", "far:found=0.1")
    assert missed.status == 3
    first, second = missed.err.splitlines()
    assert first.startswith("missed: fact:words is ")
    assert second == "missed: far:found is None, wanted 0.1"
    unknown = footnote(*options, "--min", "list:found=1")
    assert unknown.status == 2
    assert "'list'" in unknown.err
    assert "fact, far, who" in " ".join(unknown.err.split())


@pytest.mark.integration
def test_eval_of_retrieval_alone(
    footnote: Footnote, town_index: Path, questions: Path, tmp_path: Path
) -> None:
    out, page = tmp_path / "out.json", tmp_path / "out.html"
    options = ["eval", questions, "--index", town_index, "--retrieval-only"]
    done = footnote(*options, "--json", out, "--html", page, "--min", "recall@1=1")
    assert (done.status, done.err) == (0, "")
    assert not any(line.startswith("found ") for line in done.out.splitlines())
    report = json.loads(out.read_text("utf-8"))
    assert set(report["metrics"]) == {
        *("recall@1", "recall@3", "recall@5", "recall@10", "mrr", "p50", "p95")
    }
    assert report["metrics"]["mrr"] == 1.0
    assert [item["answer"] for item in report["questions"]] == [None] * 3
    assert "retrieval alone" in page.read_text("utf-8")
    refused = footnote(*options, "--min", "first=1")
    assert refused.status == 2
    assert "first needs answers" in refused.err


@pytest.mark.integration
def test_eval_against_an_earlier_run(
    footnote: Footnote, town_index: Path, questions: Path, tmp_path: Path
) -> None:
    run, out, page = tmp_path / "run.json", tmp_path / "out.json", tmp_path / "out.html"
    options = ["eval", questions, "--index", town_index]
    footnote(*options, "--json", run)
    report = json.loads(run.read_text("utf-8"))
    report["questions"][0]["answer"] |= {"answered": False, "citations": []}
    report["questions"].pop()
    run.write_text(json.dumps(report), "utf-8")
    done = footnote(*options, "--against", run, "--json", out, "--html", page)
    assert (done.status, done.err) == (0, "")
    assert "against run.json: 2 questions in both" in done.out
    assert f"improved: 1\n  0  right, first, found, answered  {ROSES}" in done.out
    assert "broke: 0" in done.out
    against = json.loads(out.read_text("utf-8"))["against"]
    assert against["improved"][0]["id"] == "0"
    assert against["only_now"] == ["2"]
    assert against["metrics"]["answered"]["difference"] == 0.5
    assert "Against run.json" in page.read_text("utf-8")
    alone = footnote(*options, "--against", out, "--retrieval-only")
    assert "against out.json: 3 questions in both" in alone.out


@pytest.mark.integration
def test_eval_against_what_is_no_run(
    footnote: Footnote, town_index: Path, questions: Path, tmp_path: Path
) -> None:
    options = ["eval", questions, "--index", town_index, "--against"]
    assert_error(footnote(*options, tmp_path / "none.json"), "cannot read", "--json")
    assert_error(footnote(*options, questions), "is not JSON", "--json")


@pytest.mark.integration
def test_eval_has_intervals_everywhere(
    footnote: Footnote, town_index: Path, typed_questions: Path, tmp_path: Path
) -> None:
    item = json.loads(typed_questions.read_text("utf-8").splitlines()[0])
    wrong = json.dumps(item | {"id": "wrong", "evidence": [{"file": "bridge.txt", "paragraph": 1}]})
    typed_questions.write_text(f"{typed_questions.read_text('utf-8')}\n{wrong}\n", "utf-8")
    out, page = tmp_path / "out.json", tmp_path / "out.html"
    done = footnote("eval", typed_questions, "--index", town_index, "--json", out, "--html", page)
    report = json.loads(out.read_text("utf-8"))
    low, high = report["intervals"]["first"]
    assert low < report["metrics"]["first"] < high
    assert report["intervals"]["verbatim"] is None
    assert set(report["intervals_by_type"]) == {"fact", "who", "far"}
    row = next(line for line in done.out.splitlines() if line.startswith("first "))
    assert f"{low:.3f} to {high:.3f}" in row
    assert f"{low:.3f} to {high:.3f}" in page.read_text("utf-8")


# -- questions -----------------------------------------------------------------------------


@pytest.mark.integration
def test_questions_check(footnote: Footnote, town_index: Path, questions: Path) -> None:
    done = footnote("questions", "check", questions, "--index", town_index)
    assert (done.status, done.out, done.err) == (0, "3 questions, no errors, no notes\n", "")
    broken = questions.read_text("utf-8").replace("harbour.txt", "harbor.txt")
    questions.write_text(broken.replace('"0"', '"2"'), "utf-8")
    done = footnote("questions", "check", questions, "--index", town_index)
    assert done.status == 1
    assert done.out.splitlines() == [
        "line 2, 1: the index has no article harbor.txt",
        "line 3, 2: the id is that of line 1 too",
        "3 questions, 2 errors, no notes",
    ]
    assert_error(footnote("questions", "check", "none.jsonl"), "cannot read none.jsonl")


@pytest.mark.integration
def test_questions_new_with_lines_piped_in(
    footnote: Footnote, town_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.jsonl"
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{ROSES}\ny\n\n4,711\nfact\n{ROSES}\ny\n"))
    done = footnote("questions", "new", path, "--index", town_index)
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith(f"The question at hand is not saved.\n1 question saved in {path}\n")
    assert footnote("questions", "check", path, "--index", town_index).status == 0
    gate = footnote("eval", path, "--index", town_index, "--min", "fact:right=1")
    assert gate.status == 0


@pytest.mark.slow
@pytest.mark.integration
def test_questions_new_on_a_terminal(repository: Path, town_index: Path, tmp_path: Path) -> None:
    """Ctrl-C drops the question at hand, Ctrl-D leaves; what was saved is whole."""
    pty = pytest.importorskip("pty", reason="there is no such terminal here")
    path = tmp_path / "new.jsonl"
    ours, theirs = pty.openpty()
    command = ["questions", "new", str(path), "--index", str(town_index)]
    # A job started in the background inherits that interrupts are ignored; a terminal's does not.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from rag.cli import run; run()"
    )
    editor = subprocess.Popen(
        [sys.executable, "-c", program, *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(repository), "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = ""

    def comes(text: str, seconds: float) -> bool:
        nonlocal shown
        end = time.monotonic() + seconds
        while text not in shown:
            if not select.select([ours], [], [], max(0.0, end - time.monotonic()))[0]:
                return False
            shown += os.read(ours, 4096).decode("utf-8", "replace")
        shown = shown[shown.index(text) + len(text) :]
        return True

    def await_(text: str) -> None:
        assert comes(text, 60), shown

    def type_(text: str) -> None:
        os.write(ours, text.encode())

    await_("Question: ")
    type_(f"{ROSES}\r")
    await_("Is it right?")
    await_("> ")
    # A signal between the prompt and the wait for a key is not seen before the next key.
    for _ in range(20):
        editor.send_signal(signal.SIGINT)
        if comes("Dropped.", 1):
            break
    else:
        pytest.fail(shown)
    await_("Question: ")
    type_(f"{FOREIGN}\r")
    await_("> ")
    type_("y\r")
    await_("Type")
    await_("> ")
    type_("far\r")
    await_("Saved as q001.")
    await_("Question: ")
    type_("\x04")
    await_("1 question saved")
    assert editor.wait(30) == 0
    os.close(ours)
    assert [json.loads(line)["question"] for line in path.read_text().splitlines()] == [FOREIGN]


# -- terminals -----------------------------------------------------------------------------

HOSTILE = (
    "The roses\x1b]0;owned\x07 of the \x1b[31mgarden\x9b2J are \u202ered\u202c and number 4,711."
)


def assert_harmless(text: str) -> None:
    assert not {unicodedata.category(c) for c in text.replace("\n", "")} & {"Cc", "Cf"}


@pytest.mark.integration
def test_an_article_does_not_reach_for_the_terminal(footnote: Footnote, tmp_path: Path) -> None:
    padding = "The museum in front of it is open from Tuesday to Sunday, and closed on Monday. "
    folder = write_articles(tmp_path / "articles", {"a.txt": f"{HOSTILE}\n\n{padding * 9}"})
    build_index(folder, tmp_path / "index", local_embedder())
    done = footnote("ask", ROSES, "--index", tmp_path / "index")
    assert "4,711" in done.out
    assert_harmless(done.out)
    as_json = footnote("ask", ROSES, "--index", tmp_path / "index", "--json")
    assert json.loads(as_json.out)["citations"][0]["quote"] == HOSTILE
    assert_harmless(as_json.out)


@pytest.mark.integration
@pytest.mark.skipif(os.name != "posix", reason="names have no control characters here")
def test_a_file_name_does_not_reach_for_the_terminal(footnote: Footnote, tmp_path: Path) -> None:
    name = "a\x1b]0;owned\x07\u202e.txt"
    folder = write_articles(tmp_path / "articles", {**TOWN, name: GARDEN, f"sub/{name}": ""})
    index = tmp_path / "index"
    indexed = footnote("index", folder, "--index", index)
    assert "1 left out" in indexed.out
    assert_harmless(indexed.out + indexed.err)
    write_articles(folder, {**TOWN, name: BRIDGE})
    status = footnote("status", "--index", index)
    assert "owned" in status.out
    assert_harmless(status.out + status.err)
    asked = footnote("ask", ROSES, "--index", index, "--file", "\x1b[31mnothing")
    assert asked.status == 1
    assert_harmless(asked.out + asked.err)


@pytest.mark.slow
@pytest.mark.integration
def test_a_terminal_gets_a_progress_bar(repository: Path, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="there is no such terminal here")
    folder = write_articles(tmp_path / "articles", TOWN)
    ours, theirs = pty.openpty()
    indexer = subprocess.Popen(
        [sys.executable, "-c", "from rag.cli import run; run()", "index", str(folder)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(repository), "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:
        pass  # the terminal is closed when the indexer ends
    finally:
        os.close(ours)
    out, _ = indexer.communicate(timeout=60)
    assert indexer.returncode == 0
    assert b"\x1b[" in shown
    assert b"reading" in shown
    assert out.startswith(b"3 articles, ")
    assert b"\x1b" not in out


# -- whole processes -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.integration
def test_a_whole_day(elsewhere: Footnote, tmp_path: Path) -> None:
    """Index, index again, ask, be refused: as a person does it, with settings by the default."""
    write_articles(tmp_path / "seeds", TOWN)
    first = elsewhere("index", "seeds", folder=tmp_path)
    assert first.status == 0
    assert first.out.startswith("3 articles, 9 paragraphs, 9 chunks in .footnote: 3 added")
    again = elsewhere("index", "seeds", folder=tmp_path)
    assert "0 embeddings computed" in again.out
    answer = elsewhere("ask", ROSES, folder=tmp_path)
    assert (answer.status, answer.err) == (0, "")
    assert "4,711 roses" in answer.out
    as_json = elsewhere("ask", ROSES, "--json", folder=tmp_path, OPENAI_API_KEY="by-chance")
    assert json.loads(as_json.out)["citations"][0]["file"] == "garden.txt"
    refused = elsewhere("ask", FOREIGN, folder=tmp_path)
    assert (refused.status, refused.err) == (0, "")
    assert refused.out.startswith(NOT_IN_ARTICLES)


@pytest.mark.slow
@pytest.mark.integration
def test_asking_first_builds_the_index(elsewhere: Footnote, tmp_path: Path) -> None:
    write_articles(tmp_path / "town", TOWN)
    done = elsewhere("ask", ROSES, folder=tmp_path, FOOTNOTE_CORPUS="town", FOOTNOTE_INDEX="i")
    assert done.status == 0
    assert "4,711 roses" in done.out
    assert (tmp_path / "i" / "footnote.json").exists()


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.skipif(os.name != "posix", reason="arguments are text on this system")
def test_a_question_that_is_no_text(elsewhere: Footnote, town_index: Path, tmp_path: Path) -> None:
    for flag in [[], ["--json"]]:
        done = elsewhere(
            *("ask", b"\xff\xfe roses in the garden?", "--index", town_index, *flag),
            folder=tmp_path,
            PYTHONIOENCODING="utf-8",
        )
        assert "Traceback" not in done.err
        assert done.status in (0, 1)
        assert bool(done.out) == (done.status == 0)


@pytest.mark.slow
@pytest.mark.integration
def test_a_reader_that_stops_reading_is_no_error(
    repository: Path, town_index: Path, tmp_path: Path
) -> None:
    command = "from rag.cli import run; run()"
    asker = subprocess.Popen(
        [sys.executable, "-c", command, "ask", ROSES, "--index", str(town_index), "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(repository)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert asker.stdout is not None
    assert asker.stderr is not None
    asker.stdout.close()
    err = asker.stderr.read()
    asker.wait(60)
    assert b"Traceback" not in err
    assert b"Exception ignored" not in err
