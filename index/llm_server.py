"""The server of the LLM: where it is, which model of it, and how it is reached.

Nothing is sent anywhere but to the configured address: redirects are not followed, and a
proxy from the environment is used only for other machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from index.embedding_endpoint import Endpoint, endpoint_of
from index.errors import SettingsError
from index.settings import Settings

if TYPE_CHECKING:
    import httpx

_CONNECT_SECONDS: Final = 5.0
_POOLED: Final = 8  # connections kept open between questions
_NO_KEY: Final = "none"  # a server without keys gets a header all the same: the SDK insists


@dataclass(frozen=True, slots=True)
class LlmServer:
    """A model, and the server that has it."""

    model: str
    endpoint: Endpoint

    def __str__(self) -> str:
        """The address, for a person."""
        return str(self.endpoint)

    @property
    def url(self) -> str:
        """The address of the API, without a slash at its end."""
        return self.endpoint.url

    @property
    def secret(self) -> str:
        """The key as it is sent."""
        key = self.endpoint.key
        return key.get_secret_value() if key else _NO_KEY

    @property
    def is_overheard(self) -> bool:
        """Whether what is sent, the key included, can be read on its way."""
        return not self.endpoint.is_here and self.url.startswith("http:")


def llm_server(settings: Settings) -> LlmServer | None:
    """The server and the model that write answers; None if `FOOTNOTE_LLM` names none.

    Raises:
        SettingsError: it names one, and neither a key nor an address says where it is, or the
            address or the key cannot be one.
    """
    if not settings.llm:
        return None
    if not settings.openai_base_url and not settings.openai_api_key:
        raise SettingsError(
            f"FOOTNOTE_LLM names {settings.llm}, and neither OPENAI_API_KEY nor OPENAI_BASE_URL "
            "says where it is",
            "set OPENAI_API_KEY for OpenAI, or OPENAI_BASE_URL for a server of your own, or "
            "unset FOOTNOTE_LLM",
        )
    return LlmServer(settings.llm, endpoint_of(settings))


def open_client(server: LlmServer, read_seconds: float) -> httpx.Client:
    """A pool of connections to the server, safe to use from threads.

    Args:
        server: to connect to.
        read_seconds: how long it may say nothing.
    """
    import httpx

    from index.llm_transport import keep_after_done

    return httpx.Client(
        event_hooks={"response": [keep_after_done]},
        timeout=httpx.Timeout(read_seconds, connect=_CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=_POOLED, max_keepalive_connections=_POOLED),
        follow_redirects=False,
        trust_env=not server.endpoint.is_here,  # a proxy cannot reach this machine's loopback
    )
