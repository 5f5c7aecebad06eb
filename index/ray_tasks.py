"""What runs on the machines of a Ray cluster: bytes → articles and chunks; texts → vectors.

Plain functions of what they are sent, so that a task whose worker is lost can run again
elsewhere. Errors come back as values: a `FootnoteError` does not survive Ray's pickling, and
one unreadable article is no failure of a task.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version

import numpy as np

from index.chunk import chunk_article
from index.embed import Embedder, Vectors
from index.errors import FootnoteError, UnreadableFileError
from index.formats.apart import Apart
from index.load import PIPELINE_VERSION, SourceFile
from index.models import Article, Chunk
from index.scan import read_article

TOGETHER = 16  # texts that a worker embeds at a time, as a core does without Ray

MakeEmbedder = Callable[[], Embedder]
"""Makes the model, the same one at every call in a process; importable on every machine."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a worker does not do a task, and what to do about it."""

    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article and its chunks; or why it cannot be read."""

    article: Article | None
    chunks: list[Chunk]
    problem: str = ""


def software() -> str:
    """What has to be the same everywhere for the index to be the same."""
    return (
        f"Footnote {version('footnote')} (pipeline {PIPELINE_VERSION}) "
        f"on Python {'.'.join(platform.python_version_tuple()[:2])}"
    )


def read(wanted: str, batch: list[tuple[SourceFile, bytes]]) -> list[ReadArticle] | Refusal:
    """The articles that some bytes hold, in their order, each with its chunks.

    Args:
        wanted: the driver's `software`.
        batch: as `index.load.entries` gives them.
    """
    if wanted != software():
        return _other(wanted)
    return [_read_one(file, data) for file, data in batch]


def embed(wanted: str, name: str, make: MakeEmbedder, texts: list[str]) -> Vectors | Refusal:
    """The vectors of at most `TOGETHER` texts, shape (len(texts), dimensions).

    Args:
        wanted: the driver's `software`.
        name: of the driver's model.
        make: gives the model.
        texts: to embed.
    """
    if wanted != software():
        return _other(wanted)
    try:
        model = make()
        if model.name != name:
            return Refusal(
                f"a worker on {platform.node()} has the embedding model {model.name}, not {name}",
                "install the same versions on every machine of the cluster",
            )
        return np.asarray(model.embed_passages(texts), dtype=np.float32)
    except FootnoteError as error:
        return Refusal(f"a worker on {platform.node()} says: {error.what}", error.fix)


def _read_one(file: SourceFile, data: bytes) -> ReadArticle:
    try:
        article = read_article(file, data, _apart())
    except UnreadableFileError as error:
        return ReadArticle(None, [], error.what)
    return ReadArticle(article, chunk_article(article))


@lru_cache(maxsize=1)
def _apart() -> Apart:
    """One for the life of this worker: what reads PDF and HTML takes a second to start."""
    return Apart()


def _other(wanted: str) -> Refusal:
    return Refusal(
        f"a worker on {platform.node()} runs {software()}, and this is {wanted}",
        "install the same Footnote, with its extra [ray], on every machine of the cluster",
    )
