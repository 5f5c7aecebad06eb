"""Settings: typed, bounded, from the environment and `.env` alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values

from index.errors import SettingsError
from index.settings import Embedding, Mode, Settings, load_settings

NAMES = {
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "FOOTNOTE_LLM",
    "FOOTNOTE_EMBEDDING",
    "FOOTNOTE_EMBEDDING_MODEL",
    "FOOTNOTE_MODE",
    "FOOTNOTE_CORPUS",
    "FOOTNOTE_INDEX",
    "FOOTNOTE_CHROMA_URL",
    "FOOTNOTE_HOST",
    "FOOTNOTE_PORT",
    "FOOTNOTE_AUTH",
}
"""The contract; other names may come, these may not go."""


def test_defaults() -> None:
    settings = load_settings()
    assert settings.corpus == Path("seeds")
    assert settings.index == Path(".footnote")
    assert settings.mode is Mode.AUTO
    assert settings.llm is None
    assert settings.embedding is Embedding.LOCAL
    assert settings.chroma_url is None
    assert settings.host == "127.0.0.1"
    assert settings.port == 7860
    assert settings.auth is None
    assert settings.openai_api_key is None
    assert settings.max_file_bytes == 20_000_000
    assert settings.uploads is False
    assert settings.evaluation is None
    assert settings.feedback is None
    assert settings.questions is None


def test_values_are_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_CORPUS", "/data/articles")
    monkeypatch.setenv("FOOTNOTE_PORT", "8080")
    monkeypatch.setenv("FOOTNOTE_MODE", "quote")
    monkeypatch.setenv("FOOTNOTE_MAX_FILE_MB", "1.5")
    monkeypatch.setenv("FOOTNOTE_UPLOADS", "1")
    monkeypatch.setenv("FOOTNOTE_EVALUATION", "0")
    monkeypatch.setenv("FOOTNOTE_FEEDBACK", "/data/feedback.jsonl")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")
    settings = load_settings()
    assert settings.corpus == Path("/data/articles")
    assert settings.port == 8080
    assert settings.mode is Mode.QUOTE
    assert settings.max_file_bytes == 1_500_000
    assert settings.uploads is True
    assert settings.evaluation is False
    assert settings.feedback == Path("/data/feedback.jsonl")
    assert settings.openai_base_url == "http://127.0.0.1:11434/v1"


@pytest.mark.parametrize(
    "name",
    [
        "FOOTNOTE_CORPSU",
        "FOOTNOTE_",
        "footnote_corpsu",
        "FOOTNOTE_OPENAI_API_KEY",
        "FOOTNOTE_OPENAI_BASE_URL",
    ],
)
def test_an_unknown_name_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert name in raised.value.what
    assert "FOOTNOTE_CORPUS" in raised.value.fix


def test_the_cure_of_an_unknown_name_lists_names_that_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_NOTHING", "x")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    listed = {word.strip(",.") for word in raised.value.fix.split() if "FOOTNOTE_" in word}
    assert {name for name in NAMES if name.startswith("FOOTNOTE_")} <= listed
    monkeypatch.delenv("FOOTNOTE_NOTHING")
    for name in listed:
        monkeypatch.setenv(name, "")
    load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOOTNOTE_PORT", "-1"),
        ("FOOTNOTE_PORT", "65536"),
        ("FOOTNOTE_PORT", "http"),
        ("FOOTNOTE_MODE", "magic"),
        ("FOOTNOTE_EMBEDDING", "remote"),
        ("FOOTNOTE_MAX_FILE_MB", "0"),
        ("FOOTNOTE_MAX_FILE_MB", "0.0000001"),
        ("FOOTNOTE_MAX_FILE_MB", "2001"),
        ("FOOTNOTE_MAX_FILE_MB", "nan"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert raised.value.what.startswith(f"{name}: ")
    assert name in raised.value.fix


@pytest.mark.parametrize("name", sorted(NAMES))
def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    default = load_settings()
    monkeypatch.setenv(name, "")
    assert load_settings() == default


def test_a_file_of_settings_is_read() -> None:
    Path(".env").write_text("FOOTNOTE_PORT=8081\n# a note\nOPENAI_API_KEY=from-the-file\n", "utf-8")
    settings = load_settings()
    assert settings.port == 8081
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "from-the-file"


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("FOOTNOTE_PORT=8081\nFOOTNOTE_LLM=one\n", "utf-8")
    monkeypatch.setenv("FOOTNOTE_PORT", "8082")
    settings = load_settings()
    assert settings.port == 8082
    assert settings.llm == "one"


def test_an_empty_value_in_the_file_is_no_value() -> None:
    Path(".env").write_text("FOOTNOTE_PORT=\nFOOTNOTE_LLM=\nFOOTNOTE_MODE\n", "utf-8")
    assert load_settings() == Settings()
    assert load_settings().port == 7860
    assert load_settings().llm is None


def test_an_unknown_name_in_the_file_is_refused() -> None:
    Path(".env").write_text("FOOTNOTE_CORPSU=x\nSOMETHING_ELSE=y\n", "utf-8")
    with pytest.raises(SettingsError, match="FOOTNOTE_CORPSU"):
        load_settings()


@pytest.mark.parametrize(
    "data",
    [b"FOOTNOTE_LLM=Z\xfcrich\n", b"\xff\xfeF\x00"],
    ids=["latin-1", "utf-16"],
)
def test_a_file_in_another_encoding_is_an_error_for_a_person(data: bytes) -> None:
    Path(".env").write_bytes(data)
    with pytest.raises(SettingsError, match=r"\.env"):
        load_settings()


def test_a_byte_order_mark_hides_no_name() -> None:
    Path(".env").write_bytes(b"\xef\xbb\xbfFOOTNOTE_PORT=8083\n")
    assert load_settings().port == 8083


def test_names_of_others_are_none_of_our_business(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTES", "x")
    monkeypatch.setenv("OPENAI_ORGANIZATION", "x")
    assert load_settings().llm is None


@pytest.mark.parametrize(("name", "secret"), [("OPENAI_API_KEY", "sk-1"), ("FOOTNOTE_AUTH", "a:b")])
def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch, name: str, secret: str) -> None:
    monkeypatch.setenv(name, secret)
    assert secret not in repr(load_settings())


def test_settings_cannot_be_changed() -> None:
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


# -- .env.example --------------------------------------------------------------------------


def known_names() -> set[str]:
    return {
        str(field.validation_alias) if field.validation_alias else f"FOOTNOTE_{name.upper()}"
        for name, field in Settings.model_fields.items()
    }


def test_the_contract_of_names_is_kept() -> None:
    assert known_names() >= NAMES


def test_the_example_lists_exactly_the_settings(repository: Path) -> None:
    assert set(dotenv_values(repository / ".env.example")) == known_names()


def test_the_example_explains_each_setting(repository: Path) -> None:
    before = ""
    for line in (repository / ".env.example").read_text("utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            assert before.startswith("#"), f"no line says what {line} does"
        before = line


def test_the_example_changes_nothing(repository: Path) -> None:
    example = (repository / ".env.example").read_text("utf-8")
    Path(".env").write_text(example, "utf-8")
    with_example = load_settings()
    Path(".env").unlink()
    assert with_example == load_settings()
