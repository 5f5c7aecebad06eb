"""The HTTP API: the same answers as `ask()`, and errors that say what to do."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.testclient import TestClient

import rag
from index.errors import IndexStoreError
from index.store import Index
from ui.limits import BusyError, Gate
from ui.server import create_app

pytestmark = pytest.mark.integration

_BASE = "http://127.0.0.1:7860"
_ASK = "/api/ask"
_CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def client(index: Index) -> Iterator[TestClient]:
    app = create_app(index)
    with TestClient(app, base_url=_BASE, raise_server_exceptions=False) as client:
        yield client


def _without_time(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "timings_ms"}


def _chat(question: str, **more: Any) -> dict[str, Any]:
    return {"model": "footnote", "messages": [{"role": "user", "content": question}], **more}


def _events(text: str) -> list[tuple[str, Any]]:
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)
    return [(name, json.loads(data)) for name, data in found]


def test_the_answer_is_that_of_ask(client: TestClient, index: Index, questions: list[str]) -> None:
    for question in questions:
        expected = rag.ask(question, index.path, mode="quote")
        got = client.post(_ASK, json={"question": question, "mode": "quote"})
        assert _without_time(got.json()) == _without_time(expected.to_dict())
        chat = client.post(_CHAT, json=_chat(question)).json()
        assert _without_time(chat["footnote"]) == _without_time(expected.to_dict())


def test_streamed_pieces_are_the_answers_text(client: TestClient, questions: list[str]) -> None:
    for question in questions:
        whole = client.post(_ASK, json={"question": question}).json()
        response = client.post(_ASK, json={"question": question, "stream": True})
        assert response.headers["content-type"].startswith("text/event-stream")
        *pieces, (last, answer) = _events(response.text)
        assert last == "answer"
        assert {name for name, _ in pieces} == {"text"}
        assert "".join(data["text"] for _, data in pieces) == whole["text"]
        assert _without_time(answer) == _without_time(whole)


def test_history_and_files_bear_on_the_answer(client: TestClient, index: Index) -> None:
    history = [
        {"role": "user", "content": "Who is the Kremlin spokesperson?"},
        {"role": "assistant", "content": "Dmitry Peskov."},
    ]
    asked = {"question": "And what did he say?", "history": history, "files": ["004_*"]}
    expected = rag.ask(asked["question"], index.path, history, ["004_*"])  # type: ignore[arg-type]
    got = client.post(_ASK, json=asked).json()
    assert _without_time(got) == _without_time(expected.to_dict())
    assert {citation["file"][:3] for citation in got["citations"]} == {"004"}
    assert any("Understood together" in note for note in got["notes"])


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "question"),
        ({"question": ""}, "question"),
        ({"question": " \n "}, "question"),
        ({"question": "x" * 4001}, "question"),
        ({"question": "Who?", "mode": "loud"}, "mode"),
        ({"question": "Who?", "history": [{"role": "system", "content": "x"}]}, "history"),
        ({"question": "Who?", "history": [{"role": "user", "content": "x"}] * 201}, "history"),
        ({"question": "Who?", "files": ["nothing-like-it"]}, "nothing-like-it"),
        ({"question": "Who?", "files": ["x"] * 201}, "files"),
        ({"question": "Who?", "since": "2025-13-45"}, "2025-13-45"),
        ({"question": "Who?", "mode": "llm"}, "no LLM"),
        ({"question": "Who?", "surprise": 1}, "surprise"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_question_that_cannot_be_used_is_told_why(
    client: TestClient, body: dict[str, Any], named: str
) -> None:
    for stream in (False, True):
        response = client.post(_ASK, json={**body, "stream": stream})
        assert response.status_code == 422
        assert response.json().keys() == {"error", "fix"}
        assert named in response.json()["error"]


@pytest.mark.parametrize("content", [b"", b"{", b'"text"', b"\xff", b'{"question": "\\ud800 who"}'])
def test_what_is_no_question_is_refused(client: TestClient, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for path, status in ((_ASK, 422), (_CHAT, 400)):
        response = client.post(path, content=content, headers=headers)
        assert response.status_code == status
        assert response.json()["error"]


def test_a_body_that_is_too_large_is_refused_in_the_clients_words(client: TestClient) -> None:
    large = {"question": "x" * 2_100_000}
    assert client.post(_ASK, json=large).json()["error"].startswith("the request is larger")
    assert client.post(_CHAT, json=large).json()["error"]["code"] == "request_too_large"
    assert client.post("/mcp", json=large).status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/ask", 405),
        ("DELETE", "/health", 405),
        ("GET", "/mcp", 405),
        ("DELETE", "/mcp", 405),
        ("PUT", "/v1/models", 405),
        ("GET", "/api/nothing", 404),
        ("GET", "/v1/nothing", 404),
        ("POST", "/v1", 404),
        ("GET", "/docs/x", 404),
    ],
)
def test_what_is_not_there_says_so_as_json(
    client: TestClient, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.json()["error"]
    assert (status == 405) == ("allow" in response.headers)


def test_trouble_with_the_index_is_the_servers(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> Any:
        raise IndexStoreError("the index is damaged", "run footnote index --rebuild")

    monkeypatch.setattr(rag, "stream", broken)
    response = client.post(_ASK, json={"question": "Who?"})
    assert response.status_code == 503
    expected = {"error": "the index is damaged", "fix": "run footnote index --rebuild"}
    assert response.json() == expected
    assert "Retry-After" not in response.headers
    chat = client.post(_CHAT, json=_chat("Who?"))
    assert chat.status_code == 503
    assert "rebuild" in chat.json()["error"]["message"]


@pytest.mark.parametrize("when", ["at once", "after some words"])
def test_a_failure_shows_no_insides(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    def fails(*args: object) -> Iterator[str]:
        if when != "at once":
            yield "Some words."
        raise ValueError("/secret/path")

    monkeypatch.setattr(rag, "stream", fails)
    for path, body in (
        (_ASK, {"question": "Who?"}),
        (_ASK, {"question": "Who?", "stream": True}),
        (_CHAT, _chat("Who?")),
        (_CHAT, _chat("Who?", stream=True)),
    ):
        response = client.post(path, json=body)
        assert "secret" not in response.text
        assert "something went wrong inside Footnote" in response.text
        assert response.status_code == (200 if body.get("stream") and when != "at once" else 500)


def test_one_too_many_is_told_to_come_back(
    index: Index, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(*args: object) -> Iterator[Any]:
        inside.set()
        go_on.wait(10)
        yield answer

    app = create_app(index, gate=Gate(at_once=1, waiting=0))
    monkeypatch.setattr(rag, "stream", slow)
    with TestClient(app, base_url=_BASE) as client:
        first: list[Any] = []
        asking = threading.Thread(
            target=lambda: first.append(client.post(_ASK, json={"question": "First?"}))
        )
        asking.start()
        assert inside.wait(10)
        busy = client.post(_ASK, json={"question": "Second?"})
        streamed = client.post(_ASK, json={"question": "Second?", "stream": True})
        chat = client.post(_CHAT, json=_chat("Second?", stream=True))
        # Others are not kept waiting by it.
        assert client.get("/health").status_code == 200
        go_on.set()
        asking.join(10)
    assert first[0].status_code == 200
    for response in (busy, streamed, chat):
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
    assert busy.json() == {"error": BusyError().what, "fix": BusyError().fix}
    assert chat.json()["error"]["code"] == "busy"


class _Loads(HTMLParser):
    """What a browser would load for a page, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert tag not in ("script", "iframe", "object", "embed", "base"), tag
        assert not any(name.startswith("on") for name in values)
        self.loaded += [str(values[name]) for name in ("src", "srcset") if name in values]
        if tag == "link":
            self.loaded.append(str(values["href"]))
        elif "href" in values:
            self.links.append(str(values["href"]))


def test_the_page_of_the_api_describes_every_route_and_loads_nothing(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    page = client.get("/docs")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    seen = _Loads()
    seen.feed(page.text)
    assert seen.loaded == []
    assert all(link.startswith("/") for link in seen.links)
    assert "url(" not in page.text
    for path, item in document["paths"].items():
        for method in item:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    assert "Who is the Kremlin spokesperson?" in page.text
