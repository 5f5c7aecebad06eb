"""What the tests of asking share."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import build_index
from index.embed import local_embedder
from tests.index.articles import TOWN, write_articles


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder is an empty one: nobody's `.env`, nobody's index."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def town_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three small articles, made with the real model. Only read it."""
    place = tmp_path_factory.mktemp("town")
    build_index(write_articles(place / "articles", TOWN), place / "index", local_embedder())
    return place / "index"
