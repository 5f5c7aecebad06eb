"""Open indexes: opened once in a process, and built first if the settings say of what."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import CorpusError, IndexStoreError, ModelMismatchError, SettingsError
from index.settings import load_settings
from rag.session import close_indexes, embedder_for, open_index, open_retriever
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, write_articles

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    close_indexes()


def test_an_index_is_opened_once(town_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_retriever(town_index)
    assert open_retriever(str(town_index)) is opened
    monkeypatch.chdir(town_index.parent)
    assert open_retriever("index") is opened
    assert open_index(town_index) is opened.index


def test_a_closed_index_is_opened_again(town_index: Path) -> None:
    first = open_retriever(town_index)
    close_indexes()
    assert open_retriever(town_index) is not first
    with open_index(town_index).reading() as index:
        assert len(index.catalog.files()) == 3


def test_the_configured_index_is_built_from_the_configured_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_CORPUS", str(write_articles(tmp_path / "articles", TOWN)))
    monkeypatch.setenv("FOOTNOTE_INDEX", str(tmp_path / "built"))
    with open_index().reading() as index:
        assert index.catalog.files() == sorted(TOWN)
    assert open_index(tmp_path / "built") is open_index()


def test_without_articles_the_configured_index_cannot_be_built(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="there is no folder seeds"):
        open_index()
    assert not (tmp_path / "elsewhere" / ".footnote").exists()


def test_an_index_that_was_named_is_never_built(tmp_path: Path) -> None:
    with pytest.raises(IndexStoreError, match="there is no index"):
        open_index(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_an_index_of_another_model_is_not_opened(tmp_path: Path) -> None:
    from index.build import build_index

    folder = write_articles(tmp_path / "articles", TOWN)
    build_index(folder, tmp_path / "index", FakeEmbedder())
    with pytest.raises(ModelMismatchError):
        open_index(tmp_path / "index")


def test_a_failure_to_open_is_not_remembered(town_index: Path, tmp_path: Path) -> None:
    with pytest.raises(IndexStoreError):
        open_index(tmp_path / "copy")
    shutil.copytree(town_index, tmp_path / "copy")
    with open_index(tmp_path / "copy").reading() as index:
        assert len(index.catalog.files()) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOOTNOTE_EMBEDDING", "openai"),
        ("FOOTNOTE_EMBEDDING_MODEL", "text-embedding-3-small"),
        ("FOOTNOTE_EMBEDDING_DIMENSIONS", "512"),
        ("FOOTNOTE_EMBEDDING_PREFIXES", "query: |passage: "),
        ("FOOTNOTE_EMBEDDING_INPUT_TYPES", "query|passage"),
    ],
)
def test_a_setting_that_cannot_be_honoured_alone_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        embedder_for(load_settings())
    assert name in raised.value.what + raised.value.fix
