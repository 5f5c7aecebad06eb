"""What the tests against a real Chroma server share."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.server import Server
from tests.server.chroma_server import ChromaServer, Proxy


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A server for all tests that do not end it."""
    running = ChromaServer(tmp_path_factory.mktemp("chroma"))
    yield running
    running.kill()


@pytest.fixture
def name() -> str:
    """A name for an index that no other test has."""
    return f"test-{secrets.token_hex(6)}"


@pytest.fixture
def server(chroma: ChromaServer, name: str) -> Server:
    return Server(chroma.url, name)


@pytest.fixture
def proxy(chroma: ChromaServer) -> Iterator[Proxy]:
    made = Proxy(chroma.url)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder is an empty one: nobody's `.env`, nobody's index."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
