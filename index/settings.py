"""The settings, and the only reader of the environment.

Every name is `FOOTNOTE_…` or one of OpenAI's two; `.env` in the current folder is
read too, and the environment wins over it.
"""

from __future__ import annotations

import os
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import SettingsError

_PREFIX = "FOOTNOTE_"
_ENV_FILE = ".env"
_ENCODING = "utf-8-sig"  # with or without a byte order mark


class Mode(StrEnum):
    """Who writes the answer: `auto` takes the LLM if one is configured, else quotes."""

    AUTO = "auto"
    QUOTE = "quote"
    LLM = "llm"


class Embedding(StrEnum):
    LOCAL = "local"
    OPENAI = "openai"


class Settings(BaseSettings):
    """All settings, checked; see `.env.example` for what each does."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=_ENV_FILE,
        env_file_encoding=_ENCODING,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    corpus: Path = Path("seeds")
    index: Path = Path(".footnote")
    mode: Mode = Mode.AUTO
    llm: str | None = None
    llm_context: int | None = Field(default=None, ge=512, le=10_000_000)
    llm_first_seconds: float = Field(default=60.0, gt=0, le=3600)
    llm_seconds: float = Field(default=180.0, gt=0, le=3600)
    embedding: Embedding = Embedding.LOCAL
    embedding_model: str | None = None
    embedding_dimensions: int | None = Field(default=None, ge=8, le=65536)
    embedding_prefixes: str | None = None
    embedding_input_types: str | None = None
    chroma_url: str | None = None
    chroma_collection: str = "footnote"
    chroma_token: SecretStr | None = None
    chroma_tenant: str | None = None
    chroma_database: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    auth: SecretStr | None = None
    max_file_mb: float = Field(default=20.0, ge=0.001, le=2000)
    uploads: bool = False
    feedback: Path | None = None
    evaluation: bool | None = None
    questions: Path | None = None
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")

    @cached_property
    def max_file_bytes(self) -> int:
        return int(self.max_file_mb * 1_000_000)


def load_settings() -> Settings:
    """The settings from the environment and `.env`.

    Raises:
        SettingsError: a `FOOTNOTE_` name that does not exist, or a value out of bounds.
    """
    _reject_unknown_names()
    try:
        return Settings()
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0]) if problem["loc"] else "?"
        name = name if name.isupper() else f"{_PREFIX}{name.upper()}"
        raise SettingsError(
            f"{name}: {problem['msg'][0].lower()}{problem['msg'][1:]}",
            f"correct {name} in the environment or in {_ENV_FILE}; .env.example explains it",
        ) from None


def _reject_unknown_names() -> None:
    known = {
        f"{_PREFIX}{name.upper()}"
        for name, field in Settings.model_fields.items()
        if field.validation_alias is None
    }
    try:
        names = {*os.environ, *dotenv_values(_ENV_FILE, encoding=_ENCODING)}
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"cannot read {_ENV_FILE}: {error}", "save it as UTF-8") from error
    for name in sorted(names):
        if name.upper().startswith(_PREFIX) and name.upper() not in known:
            raise SettingsError(
                f"there is no setting {name}",
                f"remove it, or use one of {', '.join(sorted(known))}",
            )
