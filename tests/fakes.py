"""Stand-ins for what is slow or cannot be made to fail on demand. Each is named a fake."""

from __future__ import annotations

import hashlib
import time

import numpy as np

from index.embed import Vectors
from index.tokens import tokenize

DIMENSIONS = 48


class FakeEmbedder:
    """A deterministic embedder: a text's vector is the sum of one vector for each token.

    Texts that share words are near each other, so that retrieval has something to find.

    Args:
        name: what the index records as its model.
        fail_after: raise `FakeError` instead of embedding more passages than this.
        delay: seconds that each passage takes.
    """

    def __init__(
        self, name: str = "fake-1/hash", *, fail_after: int | None = None, delay: float = 0.0
    ) -> None:
        self._name = name
        self.fail_after = fail_after
        self.delay = delay
        self.passages: list[str] = []
        """Every passage embedded so far, in order."""
        self.queries: list[str] = []

    @property
    def name(self) -> str:
        return self._name

    def embed_query(self, text: str) -> Vectors:
        self.queries.append(text)
        return embed(text)

    def embed_passages(self, texts: list[str]) -> Vectors:
        if self.fail_after is not None and len(self.passages) + len(texts) > self.fail_after:
            raise FakeError(f"told to fail after {self.fail_after} passages")
        time.sleep(self.delay * len(texts))
        self.passages.extend(texts)
        return np.stack([embed(text) for text in texts])


class FakeError(RuntimeError):
    """What a `FakeEmbedder` raises when it was told to fail."""


def embed(text: str) -> Vectors:
    """The vector of a text: a sum over its tokens and, weakly, the text as a whole."""
    total = sum((_noise(token) for token in tokenize(text)), 0.1 * _noise(f"whole {text}"))
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


def _noise(text: str) -> np.ndarray:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big")).standard_normal(DIMENSIONS)
