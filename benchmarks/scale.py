"""What an index costs as it grows: time to ask, memory, disk, time to build; as JSON and a plot.

    python benchmarks/scale.py [--chunks 1000 10000 100000] [--articles FOLDER] [--plot OUT.svg]

The text is real: sentences of the articles of FOLDER, mixed anew into as many articles as are
needed, each sentence with a number of its own, so that none is there twice. The vectors are
random, as near to one another as the local model's are: embedding a million sentences takes
hours and tells nothing about what comes after. Asking is `rag.ask` as it is, with the real model
for the question. Every size is built and asked in processes of their own, for their memory's
sake; the seconds of the model are thus those of the question alone. The time of a question is
that of the processor: what else the machine does says nothing about the size of an index.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
from common import Figure, larger_corpus, make_parser, peak_megabytes, report, scratch

from index.embed import Vectors, local_embedder
from index.load import list_files
from index.sentences import split_sentences

SIZES: Final = (1000, 10_000, 100_000)
SENTENCES_EACH: Final = 20  # of an article
SENTENCES_A_PARAGRAPH: Final = 2
QUESTIONS: Final = 40
ROUNDS: Final = 3
TOLD_EVERY: Final = 15  # seconds, on standard error
_OF_ALL: Final = 0.87  # of a passage to their mean: cosines with a question are then 0.7 to 0.8
_OF_ARTICLE: Final = 0.3  # to the mean of its article: sentences of two articles are no rewrites
_ITEM: Final = re.compile(r", item (\d+)\.")
_LEAST: Final = 40  # characters of a sentence


class RandomEmbedder:
    """Passages get vectors made of their hash, under the local model's name; questions are its."""

    window = 1024

    def __init__(self) -> None:
        self._model = local_embedder()
        some = ["The minister spoke on Monday.", "Shares fell by 3%.", "They won the match."]
        mean = self._model.embed_passages(some).mean(axis=0)
        self._mean = mean / np.linalg.norm(mean)

    @property
    def name(self) -> str:
        return self._model.name

    def embed_query(self, text: str) -> Vectors:
        return self._model.embed_query(text)

    def embed_passages(self, texts: list[str]) -> Vectors:
        articles = [int((_ITEM.findall(text) or ["0"])[-1]) // SENTENCES_EACH for text in texts]
        made = (
            _OF_ALL * self._mean
            + _OF_ARTICLE * self._noise([f"article {number}" for number in articles])
            + np.sqrt(1 - _OF_ALL**2 - _OF_ARTICLE**2) * self._noise(texts)
        )
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)

    def embed_as_ready(self, texts: list[str]) -> Iterator[tuple[list[int], Vectors]]:
        yield list(range(len(texts))), self.embed_passages(texts)

    def _noise(self, texts: list[str]) -> Vectors:
        rows = []
        for text in texts:
            seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
            row = np.random.default_rng(seed).standard_normal(len(self._mean))
            rows.append(row / np.linalg.norm(row))
        return np.asarray(rows, dtype=np.float32)


def sentences_of(folder: Path) -> list[str]:
    """The sentences of a folder's articles."""
    found: dict[str, None] = {}
    for file in list_files(folder):
        for line in file.path.read_text("utf-8", errors="replace").splitlines():
            found.update((line[a:b], None) for a, b in split_sentences(line) if b - a >= _LEAST)
    return list(found)


def write_articles(folder: Path, sentences: list[str], chunks: int) -> None:
    """Make a folder of articles with about as many chunks."""
    chance = random.Random(chunks)
    for number in range(max(1, chunks // SENTENCES_EACH)):
        parts = []
        for place in range(SENTENCES_EACH):
            sentence = chance.choice(sentences)
            end = "\n\n" if (place + 1) % SENTENCES_A_PARAGRAPH == 0 else " "
            parts.append(f"{sentence[:-1]}, item {number * SENTENCES_EACH + place}.{end}")
        file = folder / f"{number // 1000:04}" / f"{number:07}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(parts), "utf-8")


def build(corpus: Path, path: Path) -> dict[str, Any]:
    """Index, in this process; seconds in all and of each stage, and the peak of memory."""
    from index.build import build_index

    stages: dict[str, float] = {}
    started = last = told = time.perf_counter()

    def progress(what: str, done: int, total: int) -> None:
        nonlocal last, told
        now = time.perf_counter()
        stages[what] = stages.get(what, 0.0) + now - last
        last = now
        if now - told > TOLD_EVERY:
            told = now
            print(f"{now - started:6.0f} s  {what} {done:,} of {total:,}", file=sys.stderr)

    embedder = RandomEmbedder()
    summary = build_index(corpus, path, embedder, progress=progress)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    again = build_index(corpus, path, embedder)
    return {
        "chunks": summary.chunks,
        "articles": summary.articles,
        "seconds": seconds,
        "cpu_seconds": time.process_time(),
        "stages": stages,
        "again_seconds": time.perf_counter() - started,
        "again_embedded": again.embedded,
        "peak_mb": peak_megabytes(),
    }


def ask(path: Path) -> dict[str, Any]:
    """Ask, in this process: the first question and the median of the warm ones, and memory."""
    from common import some_questions

    from rag import ask as ask_question

    questions = some_questions(limit=QUESTIONS)
    started = time.perf_counter()
    ask_question(questions[0], path)
    first = time.perf_counter() - started
    seconds: list[float] = []
    cpu: list[float] = []
    for _ in range(ROUNDS):
        for question in questions:
            started, began = time.perf_counter(), time.process_time()
            ask_question(question, path)
            seconds.append(time.perf_counter() - started)
            cpu.append(time.process_time() - began)
    return {
        "first_ms": 1000 * first,
        "warm_ms": 1000 * median(seconds),
        "warm_p95_ms": 1000 * float(np.quantile(seconds, 0.95)),
        "warm_cpu_ms": 1000 * median(cpu),
        "peak_mb": peak_megabytes(),
    }


def megabytes(path: Path) -> float:
    """The size of a file, or of all files below a folder."""
    files = [path] if path.is_file() else [item for item in path.rglob("*") if item.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def in_own_process(what: str, *arguments: Path) -> dict[str, Any]:
    """The outcome of `build` or `ask`, each run for itself."""
    command = [sys.executable, __file__, "--only", what, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=os.environ)
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return outcome


def measure(folder: Path, sentences: list[str], chunks: int) -> dict[str, Any]:
    """One size: written, indexed, asked, weighed."""
    corpus, path = folder / "articles", folder / "index"
    write_articles(corpus, sentences, chunks)
    built = in_own_process("build", corpus, path)
    asked = in_own_process("ask", path)
    (data,) = path.glob("data-*")
    disk = {
        "articles": megabytes(corpus),
        "words": megabytes(data / "catalog.sqlite3"),
        "vectors": megabytes(data / "chroma"),
        "cache": megabytes(path / "embeddings.sqlite3"),
    }
    found = {"size": chunks, "built": built, "asked": asked, "disk_mb": disk}
    print(json.dumps(found), file=sys.stderr, flush=True)
    return found


def draw(found: list[dict[str, Any]], out: Path) -> None:
    """Time to ask, memory and disk, over the number of chunks."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    sizes = [item["built"]["chunks"] for item in found]
    figure, (latency, memory, disk) = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    latency.plot(sizes, [item["asked"]["warm_cpu_ms"] for item in found], "o-", label="median")
    latency.set_title("a warm question, ms of processor time")
    memory.plot(sizes, [item["built"]["peak_mb"] for item in found], "o-", label="indexing")
    memory.plot(sizes, [item["asked"]["peak_mb"] for item in found], "o-", label="asking")
    memory.set_title("peak memory, MB")
    for part in found[0]["disk_mb"]:
        disk.plot(sizes, [item["disk_mb"][part] for item in found], "o-", label=part)
    disk.set_title("disk, MB")
    disk.set_yscale("log")
    for axes in (latency, memory, disk):
        axes.set_xscale("log")
        axes.set_xlabel("chunks")
        axes.set_ylim(bottom=0 if axes is not disk else None)
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(out)


def figures_of(found: list[dict[str, Any]]) -> list[Figure]:
    """Each size beside the smallest one."""
    least = found[0]["asked"]["warm_cpu_ms"]
    figures: list[Figure] = []
    for item in found:
        name = f"{item['built']['chunks']:,} chunks"
        warm = item["asked"]["warm_cpu_ms"]
        figures += [
            Figure(
                f"{name}: warm question, processor time",
                warm,
                "ms",
                least,
                warm / least,
                details=item,
            ),
            Figure("  peak memory, asking", item["asked"]["peak_mb"], "MB"),
            Figure("  peak memory, indexing", item["built"]["peak_mb"], "MB"),
            Figure("  disk", sum(item["disk_mb"].values()), "MB"),
            Figure("  indexing, but for the model", item["built"]["seconds"], "s"),
            Figure("  indexing again, nothing changed", item["built"]["again_seconds"], "s"),
        ]
    return figures


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--chunks", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--articles", type=Path, default=larger_corpus())
    parser.add_argument("--plot", type=Path, metavar="OUT", help="draw the figures, too")
    parser.add_argument("--only", nargs="+", help="of a process of its own")
    arguments = parser.parse_args()
    if arguments.only:
        what, *paths = arguments.only
        outcome = build(Path(paths[0]), Path(paths[1])) if what == "build" else ask(Path(paths[0]))
        print(json.dumps(outcome))
        return
    sentences = sentences_of(arguments.articles.resolve())
    json_out = arguments.json and arguments.json.resolve()
    plot = arguments.plot and arguments.plot.resolve()
    found = []
    for chunks in sorted(arguments.chunks):
        with scratch() as folder:
            found.append(measure(folder, sentences, chunks))
    report(figures_of(found), json_out)
    if plot is not None:
        draw(found, plot)


if __name__ == "__main__":
    main()
