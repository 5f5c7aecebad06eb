"""The server as a whole, without a browser."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.embed import local_embedder
from index.errors import FootnoteError, IndexStoreError, SettingsError
from index.store import Index
from ui.server import create_app, serve

pytestmark = pytest.mark.integration

_BASE = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def index(seeds_index: Path) -> Iterator[Index]:
    index = Index(seeds_index, local_embedder())
    yield index
    index.close()


@pytest.fixture(scope="module")
def client(index: Index) -> Iterator[TestClient]:
    with TestClient(create_app(index), base_url=_BASE, follow_redirects=False) as client:
        yield client


@pytest.fixture
def settings_env(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No settings but those that the test makes."""
    monkeypatch.chdir(tmp_path)  # where there is no .env
    return monkeypatch


def test_the_page_answers_at_the_root_without_a_redirect(client: TestClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "Footnote" in response.text
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]


def test_health_counts_what_is_indexed(client: TestClient) -> None:
    response = client.get("/health")
    assert response.json() == {"status": "ok", "articles": 5, "paragraphs": 76}


def test_health_says_what_is_wrong_with_the_index(
    client: TestClient, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Index) -> Any:
        raise IndexStoreError("the index is damaged", "run footnote index --rebuild")

    monkeypatch.setattr(Index, "reading", broken)
    response = client.get("/health")
    assert response.status_code == 503
    assert response.json()["fix"] == "run footnote index --rebuild"


def test_nothing_can_be_uploaded(client: TestClient) -> None:
    response = client.post("/gradio_api/upload", files={"files": ("a.txt", b"words")})
    assert response.status_code == 404


def test_gradio_reports_nothing_to_its_makers() -> None:
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"


def test_a_public_address_is_refused_before_anything_is_indexed(
    settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(FootnoteError, match="other machines"):
        serve(tmp_path / "index", tmp_path, host="0.0.0.0", port=0)
    assert not (tmp_path / "index").exists()


def test_the_settings_name_the_address(settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("FOOTNOTE_HOST", "0.0.0.0")
    with pytest.raises(FootnoteError, match="other machines"):
        serve()


@pytest.mark.parametrize("login", ["ada:", ":secret", ":"])
def test_a_login_that_is_none_is_refused(settings_env: pytest.MonkeyPatch, login: str) -> None:
    settings_env.setenv("FOOTNOTE_AUTH", login)
    with pytest.raises(SettingsError, match="user:password") as caught:
        serve(port=0)
    assert "secret" not in str(caught.value)


def test_a_port_in_use_is_refused_before_anything_is_indexed(
    settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(FootnoteError, match="in use"):
            serve(tmp_path / "index", tmp_path, port=other.getsockname()[1])
    assert not (tmp_path / "index").exists()


def test_an_index_that_is_not_there_is_named(
    settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(FootnoteError, match="no index"):
        serve(tmp_path / "index", port=0)
