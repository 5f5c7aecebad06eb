"""A real folder of articles: the first answer while it is indexed, memory, questions as it grows.

    python benchmarks/corpus.py [FOLDER] [--files N] [--limit N] [--rounds N] [--plot OUT.svg]

`footnote index` runs as one types it, into an index that is not there yet; `footnote ask` is run
again and again beside it, each a new process, until it answers, and until it answers from all
words. Then the same folder is indexed again, with nothing changed. At last the five samples, 500
of the files and all of them are asked the same questions in turns: what a question costs as the
index grows is the ratio to the samples. How fast it is embedded is told by `indexing.py`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from common import (
    SEEDS,
    Figure,
    build,
    footnote,
    larger_corpus,
    make_parser,
    megabytes_of,
    peak_megabytes,
    report,
    scratch,
    some_questions,
)

from index.load import list_files

MIDDLE: Final = 500  # articles
QUESTION: Final = "What did the government say?"
FIRST_ANSWER: Final = 15.0  # seconds, at most; as all of these
AGAIN: Final = 3.0
INDEXING_MB: Final = 900.0
ASKING_MB: Final = 500.0
GROWTH: Final = 1.5
_PART: Final = "from a part of the articles"
_COMPUTED: Final = re.compile(r"([\d,]+) embeddings? computed")
_PAUSE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Run:
    """One `footnote index`."""

    seconds: float
    embedded: int
    peak_mb: float
    first_answer: float | None = None
    """Seconds after its start."""
    all_words: float | None = None
    """Seconds after its start until an answer came from the words of all articles."""


def some_files(folder: Path, limit: int) -> list[Path]:
    """The articles of a folder, or so many of them, spread over it."""
    files = [file.path for file in list_files(folder)]
    if not 0 < limit < len(files):
        return files
    return [files[i * len(files) // limit] for i in range(limit)]


def copied(files: Sequence[Path], folder: Path, target: Path) -> Path:
    """A folder of copies of these files."""
    for file in files:
        copy = target / file.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    return target


def index(
    corpus: Path, path: Path, question: str | None = None, *, from_cache: bool = False
) -> Run:
    """Index in a process of its own, asked meanwhile if there is a question.

    Args:
        corpus: the articles.
        path: of the index.
        question: asked until it is answered from all words.
        from_cache: there is nothing yet but the vectors of another index.
    """
    command = footnote("index", str(corpus), "--index", str(path))
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--rebuild"] if from_cache else command, stdout=subprocess.PIPE, text=True
    )
    first = all_words = None
    while question and all_words is None and not _has_ended(process.pid):
        notes = _notes(question, path)
        if notes is not None:
            first = first or time.perf_counter() - started
            if not any(_PART in note for note in notes):
                all_words = time.perf_counter() - started
        time.sleep(_PAUSE)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    computed = _COMPUTED.search(said)
    if process.returncode != 0 or computed is None:
        raise RuntimeError(f"footnote index ended with {process.returncode}: {said}")
    return Run(
        seconds,
        int(computed[1].replace(",", "")),
        megabytes_of(usage),
        first,
        all_words,
    )


def _has_ended(pid: int) -> bool:
    """Whether a child ended; its status can still be asked for."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _notes(question: str, path: Path) -> list[str] | None:
    """What a new process notes with its answer; None without one."""
    command = footnote("ask", question, "--index", str(path), "--json")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None
    answer: dict[str, Any] = json.loads(done.stdout)
    return list(answer["notes"]) if answer["answered"] else None


def ask_in_turns(paths: list[Path], questions: list[str], rounds: int) -> list[dict[str, float]]:
    """Medians of each index, in milliseconds, after a round that warms all of them."""
    from rag import ask

    clock: list[list[float]] = [[] for _ in paths]
    processor: list[list[float]] = [[] for _ in paths]
    for turn in range(rounds + 1):
        for question in questions:
            places = range(len(paths))
            for place in places if turn % 2 == 0 else reversed(places):
                started, began = time.perf_counter(), time.process_time()
                ask(question, paths[place])
                if turn:
                    clock[place].append(1000 * (time.perf_counter() - started))
                    processor[place].append(1000 * (time.process_time() - began))
    return [
        {"clock_ms": median(c), "processor_ms": median(p)}
        for c, p in zip(clock, processor, strict=True)
    ]


def asking_megabytes(path: Path, questions: list[str]) -> float:
    """The peak of a process that asks one index."""
    command = [sys.executable, __file__, "--ask", str(path), *questions]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return float(done.stdout)


def print_peak(path: Path, questions: list[str]) -> None:
    """What `asking_megabytes` runs."""
    ask_in_turns([path], questions, 1)
    print(peak_megabytes())


def measure(
    files: list[Path], folder: Path, place: Path, questions: list[str], rounds: int
) -> tuple[Run, Run, dict[int, dict[str, float]], float]:
    """Both runs of the whole, the medians by number of articles, the peak of asking the whole."""
    corpus, path = copied(files, folder, place / "articles"), place / "index"
    first = index(corpus, path, QUESTION)
    again = index(corpus, path)
    paths = {len(list_files(SEEDS)): build(SEEDS, place / "samples-index")}
    if len(files) > MIDDLE:
        middle = copied(some_files(corpus, MIDDLE), corpus, place / "middle")
        (place / "middle-index").mkdir()
        shutil.copy(path / "embeddings.sqlite3", place / "middle-index")  # nothing embedded twice
        paths[MIDDLE] = place / "middle-index"
        index(middle, paths[MIDDLE], from_cache=True)
    paths[len(files)] = path
    medians = ask_in_turns(list(paths.values()), questions, rounds)
    peak = asking_megabytes(path, questions)
    return first, again, dict(zip(paths, medians, strict=True)), peak


def figures_of(
    name: str, first: Run, again: Run, asked: dict[int, dict[str, float]], peak: float
) -> list[Figure]:
    """The lines of the table."""
    figures = [
        Figure(f"indexing {name}", first.seconds, "s"),
        Figure("  embeddings", first.embedded, ""),
        Figure("  peak memory", first.peak_mb, "MB", target=INDEXING_MB),
    ]
    if first.first_answer is not None:
        figures.append(
            Figure("  first answer after its start", first.first_answer, "s", target=FIRST_ANSWER)
        )
    if first.all_words is not None:
        figures.append(Figure("  first answer from all words", first.all_words, "s"))
    figures += [
        Figure("indexing it again, nothing changed", again.seconds, "s", target=AGAIN),
        Figure("  embeddings", again.embedded, "", target=0),
    ]
    least = next(iter(asked.values()))
    for articles, times in asked.items():
        figures += [
            Figure(
                f"warm ask(), {articles:,} articles{what}",
                times[which],
                "ms",
                least[which],
                times[which] / least[which],
                target=GROWTH,
            )
            for which, what in (("clock_ms", ""), ("processor_ms", ", processor time"))
        ]
    figures.append(Figure("  peak memory, asking all of them", peak, "MB", target=ASKING_MB))
    return figures


def draw(asked: dict[int, dict[str, float]], out: Path) -> None:
    """A warm question over the number of articles."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(5, 3.6), layout="constrained")
    for which, what in (("clock_ms", "by the clock"), ("processor_ms", "of the processor")):
        axes.plot(list(asked), [times[which] for times in asked.values()], "o-", label=what)
    axes.set_title("a warm question, ms")
    axes.set_xlabel("articles")
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(out)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=larger_corpus())
    parser.add_argument("--files", type=int, default=0, help="only N of them, spread; 0 for all")
    parser.add_argument("--limit", type=int, default=40, help="how many questions")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plot", type=Path, metavar="OUT", help="draw the questions, too")
    parser.add_argument("--ask", nargs="+", help="of a process of its own")
    arguments = parser.parse_args()
    if arguments.ask:
        path, *questions = arguments.ask
        print_peak(Path(path), questions)
        return
    corpus = arguments.folder.resolve()
    json_out = arguments.json and arguments.json.resolve()
    plot = arguments.plot and arguments.plot.resolve()
    files = some_files(corpus, arguments.files)
    questions = some_questions(limit=arguments.limit)
    with scratch() as folder:
        first, again, asked, peak = measure(files, corpus, folder, questions, arguments.rounds)
    name = f"{len(files):,} articles of {corpus.name}"
    report(figures_of(name, first, again, asked, peak), json_out)
    if plot is not None:
        draw(asked, plot)


if __name__ == "__main__":
    main()
