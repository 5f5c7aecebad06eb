"""A deterministic model on Ray workers that notes in which processes it ran."""

from __future__ import annotations

import os
from pathlib import Path

from index.embed import Vectors
from tests.fakes import FakeEmbedder


class NotingEmbedder(FakeEmbedder):
    """A fake that leaves a file named after its process in a folder."""

    def __init__(self, folder: Path, delay: float) -> None:
        super().__init__(delay=delay)
        self._folder = folder

    def embed_passages(self, texts: list[str]) -> Vectors:
        (self._folder / str(os.getpid())).touch()
        return super().embed_passages(texts)


def make_noting(folder: Path, delay: float) -> NotingEmbedder:
    """For `functools.partial`: what is sent to workers has to be importable."""
    return NotingEmbedder(folder, delay)
