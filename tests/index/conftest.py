"""What the tests of the index share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build_index
from index.catalog import Catalog
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, write_articles


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder is an empty one: nobody's `.env`, nobody's index."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """An index of the articles of a town."""
    path = tmp_path / "index"
    build_index(write_articles(tmp_path / "articles", TOWN), path, FakeEmbedder())
    return path


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """An empty catalogue, open for writing."""
    catalog = Catalog(tmp_path / "catalog.sqlite3", create=True)
    yield catalog
    catalog.close()
