"""The server that the settings name: checked, and its key never shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from index.embedding_endpoint import OPENAI_URL, Endpoint, endpoint_of
from index.errors import SettingsError
from index.settings import load_settings

KEY = "sk-proj-secret-0123456789"


def configured(monkeypatch: pytest.MonkeyPatch, **values: str) -> Endpoint:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return endpoint_of(load_settings())


def test_a_key_alone_means_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = configured(monkeypatch, OPENAI_API_KEY=f" {KEY}\n")
    assert endpoint.url == OPENAI_URL
    assert endpoint.is_openai
    assert not endpoint.is_here
    assert endpoint.key is not None
    assert endpoint.key.get_secret_value() == KEY


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:11434/v1/", "http://localhost/v1", "http://[::1]:80"]
)
def test_a_server_needs_no_key(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    endpoint = configured(monkeypatch, OPENAI_BASE_URL=url)
    assert endpoint.url == url.rstrip("/")
    assert endpoint.key is None
    assert endpoint.is_here
    assert not endpoint.is_openai


def test_neither_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        configured(monkeypatch)


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000",
        "ftp://host/v1",
        "http://",
        "http://host:port/v1",
        "http://[/v1",
        f"https://user:{KEY}@host/v1",
        f"https://host/v1?key={KEY}",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        configured(monkeypatch, OPENAI_BASE_URL=url)
    assert "OPENAI_BASE_URL" in raised.value.what
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("key", [f"{KEY}\nx", f"{KEY} x", f"{KEY}é"])
def test_a_key_that_no_header_can_hold_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY") as raised:
        configured(monkeypatch, OPENAI_API_KEY=key)
    assert "secret" not in str(raised.value)


def test_the_key_is_not_shown() -> None:
    endpoint = Endpoint("http://host/v1", SecretStr(KEY))
    assert KEY not in repr(endpoint)
    assert str(endpoint) == "http://host/v1"


@given(st.text(max_size=50), st.text(max_size=300))
def test_what_a_server_says_is_short_and_without_the_key(before: str, after: str) -> None:
    said = Endpoint("http://host/v1", SecretStr(KEY)).redact(f"{before}{KEY}{after}")
    assert KEY not in said
    assert len(said) <= 201
    assert said == "".join(c if c.isprintable() else "?" for c in said)


def test_other_keys_are_taken_out_too() -> None:
    endpoint = Endpoint("http://host/v1")
    assert endpoint.redact("Incorrect API key provided: sk-abc***wxyz.") == (
        "Incorrect API key provided: [key]"
    )
