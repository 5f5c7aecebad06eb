"""What the tests of the LLM's answers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.build import build_index
from index.embed import local_embedder
from tests.index.articles import TOWN, write_articles
from tests.llm.llama import MODEL, llama_server

KEY = "sk-scripted-0123456789abcdef"

UseLlm = Callable[..., None]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody's `.env`, nobody's index; and no connection outlives its test."""
    from rag.llm import close_writers

    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield
    close_writers()


@pytest.fixture(scope="session")
def town_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three small articles, made with the real model. Only read it."""
    place = tmp_path_factory.mktemp("llm-town")
    build_index(write_articles(place / "articles", TOWN), place / "index", local_embedder())
    return place / "index"


@pytest.fixture
def use_llm(monkeypatch: pytest.MonkeyPatch) -> UseLlm:
    """Configure an LLM: its address, its name, and further settings."""

    def use(url: str, model: str = "scripted", key: str | None = KEY, **settings: object) -> None:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("FOOTNOTE_LLM", model)
        if key:
            monkeypatch.setenv("OPENAI_API_KEY", key)
        for name, value in settings.items():
            monkeypatch.setenv(f"FOOTNOTE_{name.upper()}", str(value))

    return use


@pytest.fixture(scope="session")
def llama() -> Iterator[str]:
    """The address of a real LLM server with SmolLM2-135M."""
    with llama_server() as url:
        yield url


@pytest.fixture
def use_llama(llama: str, use_llm: UseLlm) -> None:
    """Configure the real LLM server."""
    use_llm(llama, MODEL, None)
