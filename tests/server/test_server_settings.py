"""Which Chroma server the settings name; no socket is opened here."""

from __future__ import annotations

import pytest

from index.errors import SettingsError
from index.server import Server, server_of
from index.settings import load_settings


def named(monkeypatch: pytest.MonkeyPatch, **values: str) -> Server | None:
    for name, value in values.items():
        monkeypatch.setenv(f"FOOTNOTE_CHROMA_{name.upper()}", value)
    return server_of(load_settings())


def test_without_an_address_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert named(monkeypatch, url="") is None
    assert load_settings().chroma_collection == "footnote"


def test_an_address_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    server = named(monkeypatch, url="http://127.0.0.1:8000/")
    assert server == Server("http://127.0.0.1:8000")
    assert server.headers() == {}
    assert not server.is_overheard


def test_a_server_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    server = named(
        monkeypatch,
        url="http://chroma:8000/prefix",
        collection="news.2026",
        token="secret-token",
        tenant="us",
        database="wire",
    )
    assert server is not None
    assert (server.collection, server.tenant, server.database) == ("news.2026", "us", "wire")
    assert server.headers() == {"Authorization": "Bearer secret-token"}
    assert server.is_overheard
    assert "secret-token" not in f"{server} {server!r}"


@pytest.mark.parametrize(
    ("url", "is_cloud"),
    [
        ("https://api.trychroma.com", True),
        ("https://trychroma.com:443", True),
        ("https://nottrychroma.com", False),
        ("https://trychroma.com.example.org", False),
    ],
)
def test_chroma_cloud_has_a_header_of_its_own(
    monkeypatch: pytest.MonkeyPatch, url: str, is_cloud: bool
) -> None:
    server = named(monkeypatch, url=url, token="t")
    assert server is not None
    assert server.is_cloud is is_cloud
    assert set(server.headers()) == {"x-chroma-token" if is_cloud else "Authorization"}


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000",
        "chroma",
        "ftp://chroma",
        "http://",
        "http://host:port",
        "http://host:99999",
        "http://host/?a=b",
        "http://host/#x",
        "http://user:topsecret@host",
    ],
)
def test_an_address_that_cannot_be_one(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(SettingsError) as raised:
        named(monkeypatch, url=url)
    assert "FOOTNOTE_CHROMA_URL" in raised.value.what
    assert "topsecret" not in str(raised.value)


@pytest.mark.parametrize(
    "name", ["ab", "-abc", "a b c", "x" * 65, "a/b", "näme", "my-lock", "x-data-7-vectors"]
)
def test_names_that_chroma_or_this_cannot_take(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(SettingsError, match="FOOTNOTE_CHROMA_COLLECTION"):
        named(monkeypatch, url="http://127.0.0.1:8000", collection=name)


@pytest.mark.parametrize("name", ["token", "tenant", "database"])
def test_what_is_of_a_server_needs_one(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(SettingsError) as raised:
        named(monkeypatch, **{name: "some-secret"})
    assert f"FOOTNOTE_CHROMA_{name.upper()}" in raised.value.what
    assert "some-secret" not in str(raised.value)


def test_a_token_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="FOOTNOTE_CHROMA_TOKEN") as raised:
        named(monkeypatch, url="http://127.0.0.1:8000", token="two\nlines")
    assert "two" not in str(raised.value)
