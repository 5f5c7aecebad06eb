"""An OpenAI-compatible server: where it is, and the key for it; checked, and never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pydantic import SecretStr

from index.errors import SettingsError
from index.settings import Settings

OPENAI_URL = "https://api.openai.com/v1"
_MOST_WORDS = 200  # characters of a server's message that are shown
_KEY_LIKE = re.compile(r"\b(?:sk|pk|key)-[\w*.…-]{4,}|\bBearer\s+\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server's address, without a slash at its end, and its key, which no `repr` shows."""

    url: str
    key: SecretStr | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.url

    @property
    def is_openai(self) -> bool:
        return self.url == OPENAI_URL

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine: no proxy then stands between."""
        host = urlsplit(self.url).hostname or ""
        return host in {"localhost", "::1"} or host.startswith("127.")

    def redact(self, text: str) -> str:
        """A server's message for a person: one short line, the key and its likes taken out."""
        if self.key is not None:
            text = text.replace(self.key.get_secret_value(), "[key]")
        text = " ".join(_KEY_LIKE.sub("[key]", text).split())
        text = "".join(c if c.isprintable() else "?" for c in text)
        return text if len(text) <= _MOST_WORDS else text[:_MOST_WORDS] + "…"


def endpoint_of(settings: Settings) -> Endpoint:
    """The server that the settings name: OpenAI's own, or a compatible one.

    Raises:
        SettingsError: neither a key nor a server is set, or one of them cannot be used.
    """
    key = settings.openai_api_key
    text = key.get_secret_value().strip() if key is not None else ""
    if not re.fullmatch(r"[\x21-\x7e]*", text):
        raise SettingsError(
            "OPENAI_API_KEY holds white space or letters that no key has", "copy the key again"
        )
    url = (settings.openai_base_url or "").strip().rstrip("/")
    if not url and not text:
        raise SettingsError(
            "neither OPENAI_API_KEY nor OPENAI_BASE_URL is set",
            "set OPENAI_API_KEY for OpenAI, or OPENAI_BASE_URL for a compatible server",
        )
    return Endpoint(_checked(url) if url else OPENAI_URL, SecretStr(text) if text else None)


def _checked(url: str) -> str:
    fix = "write it as http://127.0.0.1:11434/v1"
    try:
        parts = urlsplit(url)
        has_host, _ = bool(parts.hostname), parts.port
    except ValueError:
        raise SettingsError("OPENAI_BASE_URL is no address", fix) from None
    if parts.username is not None or parts.password is not None:
        raise SettingsError(
            "OPENAI_BASE_URL holds a user name or a password",
            "take it out, and set OPENAI_API_KEY instead",
        )
    if parts.scheme not in {"http", "https"} or not has_host:
        raise SettingsError("OPENAI_BASE_URL is no address of a server", fix)
    if parts.query or parts.fragment:
        raise SettingsError("OPENAI_BASE_URL has a part after its path", fix)
    return url
