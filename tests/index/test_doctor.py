"""The doctor: each thing that is wrong is named with its cure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.build import build_index
from index.doctor import Finding, examine
from index.embed import local_embedder
from tests.fakes import FakeEmbedder
from tests.index.articles import GARDEN, TOWN, write_articles

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles and their index, made with the real model and moved since."""
    place = tmp_path_factory.mktemp("town") / "made"
    build_index(write_articles(place / "articles", TOWN), place / "index", local_embedder())
    return place.rename(place.with_name("moved"))


@pytest.fixture
def index(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index in `tmp_path`, with its articles beside it, and settings that name both."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("FOOTNOTE_CORPUS", str(tmp_path / "articles"))
    monkeypatch.setenv("FOOTNOTE_INDEX", str(tmp_path / "index"))
    return tmp_path / "index"


def problems() -> list[Finding]:
    return [finding for finding in examine() if finding.fix]


def only_problem() -> Finding:
    (finding,) = problems()
    return finding


def test_nothing_is_wrong(index: Path) -> None:
    assert problems() == []
    told = "\n".join(map(str, examine()))
    assert "3 files, 9 paragraphs, 9 chunks" in told
    assert "384 dimensions" in told
    assert all(line.startswith("ok ") for line in told.splitlines())


def test_a_setting_that_does_not_exist(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_CORPSU", "x")
    finding = only_problem()
    assert finding.is_error
    assert "FOOTNOTE_CORPSU" in finding.what
    assert "FOOTNOTE_CORPUS" in finding.fix


def test_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_INDEX", str(tmp_path / "nothing"))
    finding = only_problem()
    assert finding.is_error
    assert "there is no index" in finding.what
    assert "footnote index" in finding.fix


def test_an_index_of_another_model(index: Path, tmp_path: Path) -> None:
    build_index(tmp_path / "articles", index, FakeEmbedder(), rebuild=True)
    finding = only_problem()
    assert finding.is_error
    assert "fake-1/hash" in finding.what
    assert "--rebuild" in finding.fix


def test_a_damaged_index(index: Path) -> None:
    (index / "data-1" / "catalog.sqlite3").write_bytes(b"damaged" * 999)
    for rest in (index / "data-1").glob("catalog.sqlite3-*"):
        rest.unlink()
    finding = only_problem()
    assert finding.is_error
    assert "--rebuild" in finding.fix


def test_an_index_without_its_vectors(index: Path) -> None:
    (index / "data-1" / "chroma" / "chroma.sqlite3").unlink()
    finding = only_problem()
    assert finding.is_error
    assert "vectors are missing" in finding.what
    assert "--rebuild" in finding.fix


def test_stale_files_are_a_warning(index: Path, tmp_path: Path) -> None:
    write_articles(tmp_path / "articles", TOWN | {"garden.txt": GARDEN + "\nMore of it."})
    finding = only_problem()
    assert not finding.is_error
    assert "1 file" in finding.what
    assert "footnote index" in finding.fix


def test_a_folder_that_is_away_is_a_warning(index: Path, tmp_path: Path) -> None:
    (tmp_path / "articles").rename(tmp_path / "away")
    finding = only_problem()
    assert not finding.is_error
    assert "there is no folder" in finding.what


@pytest.mark.parametrize(
    ("name", "value"),
    [("FOOTNOTE_LLM", "gpt"), ("FOOTNOTE_EMBEDDING_MODEL", "x"), ("FOOTNOTE_CHROMA_URL", "x")],
)
def test_a_setting_without_effect_is_told(
    index: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert [name in finding.what for finding in problems()] == [True]


def test_a_finding_is_shown_with_its_cure() -> None:
    assert str(Finding("all is well")) == "ok       all is well"
    assert str(Finding("it is old", "run it")) == "warning  it is old\nfix      run it"
    assert str(Finding("it is broken", "mend it", is_error=True)).startswith("error    it is")
