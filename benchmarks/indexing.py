"""How fast a folder is indexed, beside a loop that does nothing but embed the same chunks.

    python benchmarks/indexing.py [FOLDER] [--files N]

The model is what indexing waits for; reading, splitting, LlamaIndex, the catalogue, the word
index and Chroma should cost little beside it. The baseline embeds the same chunks, in the
same order, with the same model on all cores, in batches of 16, and keeps nothing; a text
that occurs twice is embedded once, as in the index. Libraries and model are loaded before,
and one small index is built, so that neither pays for them.

The files are split into slices of a few seconds, each indexed and embedded one right after
the other, in changing order: the ratio is the median of the slices' own ratios, so that a
moment in which the machine is busy with something else spoils few of them. Each slice is an
index from nothing, so the cost of making one is paid by every slice. The model's threads
spin while they wait for one another: beside one other busy process its speed falls to a
quarter, and by luck for one of the two only. Figures of a busy machine tell little here.

The share of the indexing time that is spent in the model is shown too. It needs no second
run, so it is steady where the ratio is not; but it does not tell whether the model was
slowed down by what runs beside it.
"""

from __future__ import annotations

import resource
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from common import ROOT, SEEDS, Figure, make_parser, report, scratch

from index import nodes  # noqa: F401  # loads llama-index now, not while the clock runs
from index.build import build_index
from index.chunk import chunk_article
from index.embed import Embedder, Vectors, local_embedder
from index.load import SourceFile, list_files, read_bytes
from index.scan import read_article

TARGET: Final = 0.85
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
    """An embedder that adds up the seconds in which it embeds passages."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.seconds = 0.0

    @property
    def name(self) -> str:
        return self._embedder.name

    def embed_query(self, text: str) -> Vectors:
        return self._embedder.embed_query(text)

    def embed_passages(self, texts: list[str]) -> Vectors:
        started = time.perf_counter()
        try:
            return self._embedder.embed_passages(texts)
        finally:
            self.seconds += time.perf_counter() - started


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


def time_index(files: list[SourceFile], folder: Path, embedder: Embedder) -> tuple[float, float]:
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


def time_bare(texts: list[str], embedder: Embedder) -> float:
    """Seconds to embed these texts and nothing else."""
    started = time.perf_counter()
    for i in range(0, len(texts), BATCH):
        embedder.embed_passages(texts[i : i + BATCH])
    return time.perf_counter() - started


def measure(files: list[SourceFile], folder: Path, embedder: Embedder) -> list[Timing]:
    """Every slice, indexed and embedded in turns."""
    found: list[Timing] = []
    for turn, part in enumerate(slices(files)):
        texts = embedded_texts(part)
        bare = time_bare(texts, embedder) if turn % 2 else 0.0
        indexed, in_model = time_index(part, folder / f"slice-{turn}", embedder)
        bare = bare or time_bare(texts, embedder)
        found.append(Timing(len(part), len(texts), sum(map(len, texts)), indexed, in_model, bare))
        print(f"slice {turn + 1}: {found[-1]}", file=sys.stderr, flush=True)
    return found


def undisturbed_ratio(timings: list[Timing]) -> float:
    """The ratio between the best tenths of both speeds, in characters: slices differ in length."""
    indexed = quantiles([t.characters / t.indexed for t in timings], n=10, method="inclusive")
    embedded = quantiles([t.characters / t.embedded for t in timings], n=10, method="inclusive")
    return indexed[-1] / embedded[-1]


def peak_megabytes() -> float:
    """The most memory that this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1_000_000 if sys.platform == "darwin" else 1000)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    parser.add_argument("--files", type=int, default=60, help="the first N of them; 0 for all")
    arguments = parser.parse_args()
    corpus = arguments.folder.resolve()
    json_out = arguments.json and arguments.json.resolve()
    files = list_files(corpus)
    files = files[: arguments.files] if arguments.files else files

    embedder = local_embedder()
    with scratch() as folder:
        time_index(files[:1], folder / "warm-up", embedder)
        before = peak_megabytes()
        timings = measure(files, folder, embedder)
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
