"""What the tests of the interfaces share: the server over the sample articles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.embed import local_embedder
from index.store import Index
from rag.models import Answer

QUESTIONS = [
    "Who is the Kremlin spokesperson?",
    "How many drones did Moscow say were used?",
    "Who won the 1998 World Cup?",
    "Wer ist der Sprecher des Kremls?",
    "How many articles are there?",
]


@pytest.fixture(scope="package")
def index(seeds_index: Path) -> Iterator[Index]:
    index = Index(seeds_index, local_embedder())
    yield index
    index.close()


@pytest.fixture(scope="session")
def questions() -> list[str]:
    """Some that are answered, one that is refused, one about the articles themselves."""
    return QUESTIONS


@pytest.fixture(scope="session")
def answer() -> Answer:
    return Answer(
        "Who?", answered=False, text="The articles do not say.", mode="quote", confidence=0
    )


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's `.env`, nobody's index."""
    monkeypatch.chdir(tmp_path)
