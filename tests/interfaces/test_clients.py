"""The clients that people have already, against the running server."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from gradio_client import Client as GradioClient
from gradio_client.exceptions import AppError
from mcp.client import Client as McpClient
from mcp.client.stdio import StdioServerParameters, stdio_client

import rag
from index.store import Index
from rag.models import Answer
from rag.search import search
from tests.interfaces.serving import serving
from ui.limits import BusyError, Gate
from ui.server import create_app

pytestmark = [pytest.mark.integration, pytest.mark.slow]

_QUESTION = "Who is the Kremlin spokesperson?"
_FILE, _PARAGRAPH = "004_c6b7aa09887676cd.txt", 8
_TOKEN = "token-for-tests"


@pytest.fixture(scope="module")
def url(index: Index) -> Iterator[str]:
    with serving(create_app(index)) as url:
        yield url


@pytest.fixture(scope="module")
def guarded_url(index: Index) -> Iterator[str]:
    with serving(create_app(index, login=f"ada:{_TOKEN}")) as url:
        yield url


@pytest.fixture
def client(url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)


def _plain(answer: Answer | dict[str, Any]) -> dict[str, Any]:
    plain = answer.to_dict() if isinstance(answer, Answer) else answer
    return {name: value for name, value in plain.items() if name != "timings_ms"}


def _messages(*contents: str) -> Any:
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": text} for n, text in enumerate(contents)]


def test_openais_client_gets_text_footnotes_and_citations(
    client: openai.OpenAI, index: Index, questions: list[str]
) -> None:
    for question in questions:
        expected = rag.ask(question, index.path)
        got = client.chat.completions.create(model="footnote", messages=_messages(question))
        message = got.choices[0].message
        text, _, notes = (message.content or "").partition("\n\n---\n\n")
        assert text == expected.text
        assert notes.count("paragraph") == len(expected.citations)
        for citation in expected.citations:
            assert f"[{citation.number}] " in notes
            assert f"{citation.file}, paragraph {citation.paragraph}" in notes
        extra: Any = message.model_extra
        assert extra["citations"] == expected.to_dict()["citations"]
        whole: Any = got.model_extra
        assert _plain(whole["footnote"]) == _plain(expected)
        assert got.choices[0].finish_reason == "stop"


def test_openais_client_streams_the_same(client: openai.OpenAI, questions: list[str]) -> None:
    for question in questions:
        whole = client.chat.completions.create(model="footnote", messages=_messages(question))
        chunks = list(
            client.chat.completions.create(
                model="footnote",
                messages=_messages(question),
                stream=True,
                stream_options={"include_usage": True},
            )
        )
        content = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        assert content == whole.choices[0].message.content
        with_citations: Any = next(
            c.choices[0].delta.model_extra
            for c in chunks
            if c.choices and "citations" in (c.choices[0].delta.model_extra or {})
        )
        message: Any = whole.choices[0].message.model_extra
        assert with_citations["citations"] == message["citations"]
        assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
        assert chunks[-1].usage is not None
        assert {c.id for c in chunks} == {chunks[0].id}


def test_openais_client_follows_up_whatever_else_it_sends(
    client: openai.OpenAI, index: Index
) -> None:
    first = client.chat.completions.create(model="footnote-quote", messages=_messages(_QUESTION))
    said = first.choices[0].message.content or ""
    follow_up = "And what did he say?"
    got = client.chat.completions.create(
        model="footnote-quote",
        temperature=0.7,
        messages=[
            {"role": "system", "content": "Answer like a pirate."},
            *_messages(_QUESTION, said),
            {"role": "user", "content": [{"type": "text", "text": follow_up}]},
        ],
    )
    before = _messages(_QUESTION, rag.ask(_QUESTION, index.path).text)
    whole: Any = got.model_extra
    expected = rag.ask(follow_up, index.path, before, mode="quote")
    assert _plain(whole["footnote"]) == _plain(expected)


def test_openais_client_is_told_what_is_wrong(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="footnote-quote"):
        client.chat.completions.create(model="gpt-9", messages=_messages("Who?"))
    with pytest.raises(openai.NotFoundError):  # there is no LLM
        client.chat.completions.create(model="footnote-llm", messages=_messages("Who?"))
    with pytest.raises(openai.BadRequestError, match="characters"):
        client.chat.completions.create(model="footnote", messages=_messages("x" * 4001))
    with pytest.raises(openai.BadRequestError, match="role user"):
        client.chat.completions.create(
            model="footnote", messages=[{"role": "system", "content": "x"}]
        )
    with pytest.raises(openai.BadRequestError, match="messages"):
        client.chat.completions.create(model="footnote", messages=[])
    assert [model.id for model in client.models.list()] == ["footnote", "footnote-quote"]
    assert client.models.retrieve("footnote").id == "footnote"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-9")


def test_openais_client_sends_the_token_as_its_key(guarded_url: str) -> None:
    let_in = openai.OpenAI(base_url=f"{guarded_url}/v1", api_key=_TOKEN)
    assert let_in.models.retrieve("footnote").id == "footnote"
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"{guarded_url}/v1", api_key="other").models.list()


async def _try_tools(client: McpClient, index: Index) -> None:
    assert client.instructions
    assert "never an instruction" in client.instructions
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"ask", "search", "read_paragraph"}
    for tool in tools.values():
        assert tool.annotations
        assert tool.annotations.read_only_hint

    answered = await client.call_tool("ask", {"question": _QUESTION, "files": ["00*"]})
    assert _plain(answered.structured_content or {}) == _plain(
        rag.ask(_QUESTION, index.path, files=["00*"])
    )
    follow_up = {"question": "And what did he say?", "history": _messages(_QUESTION, "Peskov.")}
    followed = await client.call_tool("ask", follow_up)
    assert "Understood together" in str(followed.structured_content)

    found = await client.call_tool("search", {"query": "drone attack", "limit": 3})
    expected = [hit.to_dict() for hit in search("drone attack", index.path, limit=3)]
    assert (found.structured_content or {})["result"] == expected

    place = {"file": _FILE, "paragraph": _PARAGRAPH}
    read = await client.call_tool("read_paragraph", place)
    assert (read.structured_content or {})["text"].startswith("Kremlin spokesperson Dmitry Peskov")

    for tool_name, arguments, told in (
        ("ask", {"question": " "}, "question is empty"),
        ("ask", {"question": "x" * 4001}, "4000"),
        ("search", {"query": "x", "files": ["nothing-like-it"]}, "nothing-like-it"),
        ("read_paragraph", {"file": "../../etc/passwd", "paragraph": 1}, "no article"),
        ("read_paragraph", {"file": _FILE, "paragraph": 99}, "1 to 12"),
    ):
        wrong = await client.call_tool(tool_name, arguments)
        assert wrong.is_error
        assert told in str(wrong.content)


def _run(work: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(work(), 60)

    asyncio.run(bounded())


def test_mcp_over_http(url: str, index: Index) -> None:
    async def work() -> None:
        async with McpClient(f"{url}/mcp") as client:
            await _try_tools(client, index)

    _run(work)


def test_mcp_over_stdio(index: Index, tmp_path: Path, repository: Path) -> None:
    async def work() -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FOOTNOTE_", "OPENAI_"))}
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-c", "from rag.cli import run; run()", "mcp", "--index", str(index.path)],
            env={**kept, "PYTHONPATH": str(repository)},
            cwd=tmp_path,
        )
        # With the handshake that most clients have so far; over HTTP it is the newest.
        async with McpClient(stdio_client(parameters), mode="legacy") as client:
            await _try_tools(client, index)

    _run(work)


def test_gradios_client_asks_the_one_endpoint(
    url: str, index: Index, tmp_path: Path, questions: list[str]
) -> None:
    client = GradioClient(
        url, verbose=False, analytics_enabled=False, download_files=str(tmp_path / "files")
    )
    described: Any = client.view_api(return_format="dict", print_info=False)
    assert list(described["named_endpoints"]) == ["/ask"]
    for question in questions:
        expected = _plain(rag.ask(question, index.path))
        assert _plain(client.predict(question, api_name="/ask")) == expected
    narrowed = client.predict(_QUESTION, files=["004*"], mode="quote", api_name="/ask")
    assert _plain(narrowed) == _plain(rag.ask(_QUESTION, index.path, files=["004*"]))
    with pytest.raises(AppError, match="question is empty"):
        client.predict(" ", api_name="/ask")
    with pytest.raises(AppError, match="no message"):
        client.predict("Who?", history=[{"role": 3}], api_name="/ask")
    client.close()


def test_one_too_many_hears_the_same_words_everywhere(index: Index, tmp_path: Path) -> None:
    gate = Gate(at_once=1, waiting=0)
    with serving(create_app(index, gate=gate)) as url, gate.place():
        client = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
        with pytest.raises(openai.InternalServerError, match=BusyError().what) as caught:
            client.chat.completions.create(model="footnote", messages=_messages(_QUESTION))
        assert int(caught.value.response.headers["Retry-After"]) > 0
        page = GradioClient(
            url, verbose=False, analytics_enabled=False, download_files=str(tmp_path / "files")
        )
        with pytest.raises(AppError, match=BusyError().what):
            page.predict(_QUESTION, api_name="/ask")
        page.close()

        async def work() -> None:
            async with McpClient(f"{url}/mcp") as tools:
                for name, key in (("ask", "question"), ("search", "query")):
                    told = await tools.call_tool(name, {key: _QUESTION})
                    assert told.is_error
                    assert BusyError().what in str(told.content)

        _run(work)


def test_who_goes_away_in_the_middle_leaves_room(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = threading.Event()

    def endless(*args: object) -> Iterator[str]:
        try:
            while True:
                yield "word "
                time.sleep(0.01)
        finally:
            closed.set()

    gate = Gate(at_once=1, waiting=0)
    with serving(create_app(index, gate=gate)) as url:
        with monkeypatch.context() as patched:
            patched.setattr(rag, "stream", endless)
            client = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
            with client.chat.completions.create(
                model="footnote", messages=_messages(_QUESTION), stream=True
            ) as chunks:
                next(iter(chunks))
                with pytest.raises(BusyError), gate.place():
                    pass
            assert closed.wait(10)
        deadline = time.monotonic() + 10
        while gate._free != 1:
            assert time.monotonic() < deadline
            time.sleep(0.02)
