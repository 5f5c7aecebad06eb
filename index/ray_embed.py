"""An embedding model on a Ray cluster, which reads the folder as well.

Names and vectors are those of the model itself, so that the index is the same, and what was
embedded one way is not embedded again the other way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from index.embed import (
    ConcurrentEmbedder,
    Embedder,
    LocalEmbedder,
    Vectors,
    local_embedder,
)
from index.embed_minilm import MiniLMEmbedder, minilm_embedder
from index.load import SourceFile
from index.ray_cluster import Cluster
from index.ray_read import read_folder
from index.ray_tasks import TOGETHER, MakeEmbedder, embed, software
from index.scan import Progress, Scan

_PARTS = 16  # tasks for each core in a window: its end, where cores wait, is then a small part
_MOST = 16_384  # texts in a window, whose vectors are in memory at once


class RayEmbedder:
    """A `ConcurrentEmbedder` and `FolderReader` that works on a cluster; questions stay here.

    Args:
        cluster: where.
        embedder: the model.
        make: gives the same model on a worker; None where passages too are embedded from here.
    """

    def __init__(self, cluster: Cluster, embedder: Embedder, make: MakeEmbedder | None) -> None:
        self._cluster = cluster
        self._embedder = embedder
        self._make = make
        self.window = max(TOGETHER, min(_MOST, TOGETHER * _PARTS * cluster.cores))
        if make is None and isinstance(embedder, ConcurrentEmbedder):
            self.window = embedder.window

    @property
    def name(self) -> str:
        return self._embedder.name

    def embed_query(self, text: str) -> Vectors:
        return self._embedder.embed_query(text)

    def embed_passages(self, texts: list[str]) -> Vectors:
        if not texts:
            return self._embedder.embed_passages(texts)
        parts = list(self.embed_as_ready(texts))
        made = np.empty((len(texts), parts[0][1].shape[1]), dtype=np.float32)
        for places, vectors in parts:
            made[places] = vectors
        return made

    def embed_as_ready(self, texts: list[str]) -> Iterator[tuple[list[int], Vectors]]:
        """(places in `texts`, their vectors), as the workers give them.

        Raises:
            RayError: the workers refuse, fail or are lost; what was ready has been given.
        """
        if self._make is None:
            yield from self._embed_here(texts)
            return
        # Texts of a length together: the longest first, so that no core waits long for the last.
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        parts = [order[i : i + TOGETHER] for i in range(0, len(order), TOGETHER)]
        same = (software(), self.name, self._make)
        tasks = ((*same, [texts[place] for place in part]) for part in parts)
        for place, made in self._cluster.as_ready(embed, tasks):
            yield parts[place], made

    def _embed_here(self, texts: list[str]) -> Iterator[tuple[list[int], Vectors]]:
        if isinstance(self._embedder, ConcurrentEmbedder):
            yield from self._embedder.embed_as_ready(texts)
        else:
            yield list(range(len(texts))), self._embedder.embed_passages(texts)

    def scans(
        self,
        files: Sequence[SourceFile],
        indexed: Mapping[str, str],
        max_file_bytes: int,
        progress: Progress,
    ) -> Iterator[Scan]:
        return read_folder(self._cluster, files, indexed, max_file_bytes, progress)


def spread(cluster: Cluster, embedder: Embedder) -> RayEmbedder:
    """Reading on a cluster, and embedding too if the model is a local one.

    A server is asked from here: its requests keep no core busy, workers would share the one
    limit of its account, and its key stays on this machine.
    """
    make: MakeEmbedder | None = None
    if isinstance(embedder, LocalEmbedder):
        make = local_embedder
    elif isinstance(embedder, MiniLMEmbedder):
        make = minilm_embedder
    return RayEmbedder(cluster, embedder, make)
