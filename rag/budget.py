"""How much the LLM can be shown: its context window, and the paragraphs that fit into it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from index.llm_server import LlmServer
from rag.prompt import Source, shown_source, writing

if TYPE_CHECKING:
    import httpx

SAFE_WINDOW: Final = 4096
"""Tokens, where neither the server nor a table knows: what most servers give at least."""
REPLY_TOKENS: Final = 512
"""Kept free for the reply."""
_MOST_SOURCES: Final = 12  # more than this distracts, and costs
_BYTES_A_TOKEN: Final = 3.0  # of UTF-8; real ones hold about 4 in English
_MESSAGE_TOKENS: Final = 32  # what a chat template adds
_ASK_SECONDS: Final = 3.0
_LARGEST: Final = 10_000_000
# What servers call it: vLLM; OpenRouter, Together, LM Studio; Groq; llama.cpp.
_NAMES: Final = ("max_model_len", "context_length", "context_window", "max_context_length", "n_ctx")


def tokens(text: str) -> int:
    """At most about how many tokens a text has, whatever the tokenizer."""
    return int(len(text.encode("utf-8", "replace")) / _BYTES_A_TOKEN) + 1


def fit(question: str, sources: Sequence[Source], window: int) -> tuple[list[Source], int]:
    """The paragraphs, best first, that fit; and how many of them do not.

    The first that does not fit ends the list: a worse one is never shown in its stead.

    Args:
        question: to answer.
        sources: best first.
        window: of the model, in tokens.
    """
    frame = sum(tokens(content) for _, content in writing(question, [], structured=True))
    room = window - REPLY_TOKENS - _MESSAGE_TOKENS - frame
    shown: list[Source] = []
    for number, source in enumerate(sources[:_MOST_SOURCES], start=1):
        room -= tokens(shown_source(number, source))
        if room < 0:
            break
        shown.append(source)
    return shown, len(sources[:_MOST_SOURCES]) - len(shown)


def ask_window(client: httpx.Client, server: LlmServer) -> int | None:
    """The context window in tokens, as the server tells it; None if it does not.

    llama.cpp tells on `/props` what a request may use, which can be less than on `/models`.
    """
    if server.endpoint.is_openai:
        return None  # it does not tell
    props = _get(client, f"{server.url.removesuffix('/v1')}/props", server)
    if isinstance(props, dict):
        found = _number(props.get("default_generation_settings"), _NAMES)
        if found:
            return found
    listed = _get(client, f"{server.url}/models", server)
    entries = listed.get("data") if isinstance(listed, dict) else None
    models = [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    named = [e for e in models if e.get("id") == server.model]
    for entry in named or (models if len(models) == 1 else []):
        found = _number(entry, _NAMES) or _number(entry.get("meta"), ("n_ctx",))
        if found:
            return found
    return None


def _get(client: httpx.Client, url: str, server: LlmServer) -> Any:
    """The JSON at an address; None if there is none: not every server has each."""
    import httpx

    try:
        response = client.get(
            url, headers={"Authorization": f"Bearer {server.secret}"}, timeout=_ASK_SECONDS
        )
        return response.json() if response.status_code == 200 else None
    except (httpx.HTTPError, ValueError):
        return None


def _number(entry: object, names: Iterable[str]) -> int | None:
    if not isinstance(entry, dict):
        return None
    for name in names:
        value = entry.get(name)
        if isinstance(value, int) and 256 <= value <= _LARGEST:
            return value
    return None
