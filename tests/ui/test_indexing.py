"""Uploads are indexed in the background; what comes meanwhile waits its turn."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from index.build import build_index
from index.store import Index, writer_lock
from tests.fakes import FakeEmbedder
from tests.index.articles import GARDEN, HARBOUR, write_articles
from ui.indexing import Indexer, Progress, run_process
from ui.intake import Intake, routes
from ui.uploads import UploadError, UploadFolder

DONE = {"summary": "1 added", "skipped": []}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    write_articles(folder, {"garden.txt": GARDEN})
    return folder


@pytest.fixture
def path(corpus: Path, tmp_path: Path) -> Path:
    build_index(corpus, tmp_path / "index", FakeEmbedder())
    return tmp_path / "index"


def run_here(corpus: Path, path: Path, replace: bool) -> Iterator[dict[str, Any]]:
    """In this process, with a fake embedder."""
    summary = build_index(corpus, path, FakeEmbedder(), replace=replace)
    yield {
        "summary": f"{summary.added} added, {summary.removed} removed",
        "skipped": [{"file": item.file, "reason": item.reason} for item in summary.skipped],
    }


@pytest.fixture
def intake(corpus: Path, path: Path) -> Iterator[Intake]:
    index = Index(path, FakeEmbedder())
    yield Intake(index, UploadFolder(corpus, 5000), Indexer(path, run_here))
    index.close()


@pytest.fixture
def client(intake: Intake) -> TestClient:
    app = FastAPI()
    app.include_router(routes(intake))
    return TestClient(app)


def files_of(intake: Intake) -> list[str]:
    with intake._index.reading() as index:
        return index.catalog.files()


# -- the indexer ---------------------------------------------------------------------------


def test_progress_is_told_and_the_end(path: Path) -> None:
    seen: list[Progress] = []

    def run(corpus: Path, path: Path, replace: bool) -> Iterator[dict[str, Any]]:
        yield {"doing": "embedding", "done": 1, "total": 2}
        seen.append(indexer.progress)
        yield {"summary": "1 added", "skipped": [{"file": "b.txt", "reason": "b.txt is empty"}]}

    indexer = Indexer(path, run)
    indexer.request()
    assert indexer.wait(10) == Progress(summary="1 added", skipped=(("b.txt", "b.txt is empty"),))
    assert seen == [Progress(True, "embedding", 1, 2)]


def test_requests_under_way_become_one_more_run(path: Path) -> None:
    began, go_on = threading.Event(), threading.Event()
    runs: list[int] = []

    def run(corpus: Path, path: Path, replace: bool) -> Iterator[dict[str, Any]]:
        runs.append(1)
        began.set()
        assert go_on.wait(10)
        yield DONE

    indexer = Indexer(path, run)
    indexer.request()
    assert began.wait(10)
    for _ in range(3):
        indexer.request()
    go_on.set()
    assert not indexer.wait(10).running
    assert len(runs) == 2


def test_another_writer_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.indexing._BUSY_SECONDS", 0.01)
    reports = iter([{"what": "busy", "fix": "wait", "retryable": True}, DONE])
    indexer = Indexer(path, lambda corpus, path, replace: iter([next(reports)]))
    indexer.request()
    assert indexer.wait(10).summary == "1 added"


def test_an_error_is_told_and_the_next_request_tries_again(path: Path) -> None:
    reports = iter([{"what": "the disk is full", "fix": "make room", "retryable": False}, DONE])
    indexer = Indexer(path, lambda corpus, path, replace: iter([next(reports)]))
    indexer.request()
    assert indexer.wait(10) == Progress(error="the disk is full. make room.")
    indexer.request()
    assert indexer.wait(10) == Progress(summary="1 added")


def test_a_process_that_dies_is_an_error(path: Path) -> None:
    indexer = Indexer(path, lambda corpus, path, replace: iter([]))
    indexer.request()
    assert "could not be brought up to date" in indexer.wait(10).error


# -- over HTTP -----------------------------------------------------------------------------


def test_a_file_is_added_indexed_and_removed(client: TestClient, intake: Intake) -> None:
    added = client.post("/uploads", params={"name": "harbour.txt"}, content=HARBOUR.encode())
    assert (added.status_code, added.json()) == (201, {"file": "uploads/harbour.txt"})
    intake.indexer.wait(30)
    assert files_of(intake) == ["garden.txt", "uploads/harbour.txt"]
    state = client.get("/uploads").json()
    assert state["running"] is False
    assert state["summary"] == "1 added, 0 removed"
    assert list(state["files"]) == ["uploads/harbour.txt"]

    removed = client.delete("/uploads", params={"name": "uploads/harbour.txt"})
    assert removed.status_code == 200
    intake.indexer.wait(30)
    assert files_of(intake) == ["garden.txt"]


@pytest.mark.parametrize("name", ["../up.txt", "/etc/x.txt", "C:\\x.txt", "NUL.txt", "a.exe"])
def test_a_bad_name_is_refused_with_the_cure(client: TestClient, corpus: Path, name: str) -> None:
    answer = client.post("/uploads", params={"name": name}, content=b"Words.\n")
    assert answer.status_code == 422
    assert set(answer.json()) == {"error", "fix"}
    assert [p.name for p in corpus.parent.rglob("*.txt")] == ["garden.txt"]


def test_a_file_that_is_too_large_is_refused(client: TestClient) -> None:
    answer = client.post("/uploads", params={"name": "a.txt"}, content=b"x " * 2501)
    assert answer.status_code == 422
    assert "larger" in answer.json()["error"]


@pytest.mark.parametrize("name", ["garden.txt", "../index/footnote.json", "uploads/none.txt"])
def test_what_was_not_added_is_not_removed(
    client: TestClient, intake: Intake, corpus: Path, name: str
) -> None:
    client.post("/uploads", params={"name": "harbour.txt"}, content=HARBOUR.encode())
    intake.indexer.wait(30)
    assert client.delete("/uploads", params={"name": name}).status_code == 422
    assert (corpus / "garden.txt").exists()


def test_most_files_may_go_if_they_were_removed_here_and_the_last_stays(
    client: TestClient, intake: Intake, corpus: Path
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        client.post("/uploads", params={"name": name}, content=(HARBOUR + name).encode())
    intake.indexer.wait(30)
    (corpus / "garden.txt").unlink()
    intake.indexer.request()
    intake.indexer.wait(30)
    for name in ("a.txt", "b.txt"):
        assert client.delete("/uploads", params={"name": f"uploads/{name}"}).status_code == 200
    assert intake.indexer.wait(30).error == ""
    assert files_of(intake) == ["uploads/c.txt"]
    last = client.delete("/uploads", params={"name": "uploads/c.txt"})
    assert last.status_code == 422
    assert "last" in last.json()["error"]


def test_one_article_stays_however_quickly_the_others_go(intake: Intake, corpus: Path) -> None:
    for name in ("a.txt", "b.txt"):
        intake.add(name, (HARBOUR + name).encode())
    intake.indexer.wait(30)
    (corpus / "garden.txt").unlink()
    intake.indexer.request()
    intake.indexer.wait(30)
    intake.indexer.request = lambda removed=(): None  # type: ignore[method-assign] # not yet run
    intake.remove("uploads/a.txt")
    with pytest.raises(UploadError, match="last"):
        intake.remove("uploads/b.txt")
    assert (corpus / "uploads" / "b.txt").exists()


def test_who_sends_nothing_gives_up_the_place(
    client: TestClient, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.intake._STALL_SECONDS", 0.05)
    found = (route for route in routes(intake).routes if isinstance(route, APIRoute))
    endpoint = next(route.endpoint for route in found if "POST" in (route.methods or ()))

    async def stalled() -> dict[str, Any]:
        await asyncio.sleep(60)
        raise AssertionError("nobody waits for so long")

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(receive: Any) -> int:
        scope = {"type": "http", "method": "POST", "path": "/uploads", "headers": []}
        answer = await asyncio.wait_for(endpoint(Request(scope, receive), "slow.txt"), 10)
        return int(answer.status_code)

    async def five() -> list[int]:
        return [await send(receive) for receive in (stalled, stalled, stalled, gone, gone)]

    assert asyncio.run(five()) == [422] * 5
    assert intake.folder.files() == {}
    assert client.post("/uploads", params={"name": "a.txt"}, content=HARBOUR).status_code == 201


def test_files_that_others_lost_are_not_taken_for_removed(intake: Intake, corpus: Path) -> None:
    for name in ("a.txt", "b.txt"):
        intake.add(name, (HARBOUR + name).encode())
    intake.indexer.wait(30)
    (corpus / "garden.txt").unlink()
    (corpus / "uploads" / "b.txt").unlink()
    intake.remove("uploads/a.txt")
    assert "no longer in" in intake.indexer.wait(30).error
    assert len(files_of(intake)) == 3


# -- the process ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.integration
def test_the_process_indexes_and_reports(tmp_path: Path) -> None:
    from index.embed import local_embedder

    corpus, path = tmp_path / "articles", tmp_path / "index"
    write_articles(corpus, {"garden.txt": GARDEN})
    build_index(corpus, path, local_embedder())
    (corpus / "harbour.txt").write_text(HARBOUR, "utf-8")
    (corpus / "empty.txt").write_bytes(b"")
    reports = list(run_process(corpus, path, False))
    assert reports[-1]["summary"] == "1 added, 0 updated, 0 removed"
    assert reports[-1]["skipped"] == [{"file": "empty.txt", "reason": "empty.txt is empty"}]
    assert {report["doing"] for report in reports[:-1]} >= {"reading", "embedding"}
    with writer_lock(path):
        [report] = [r for r in run_process(corpus, path, False) if "what" in r]
    assert report["retryable"] is True
