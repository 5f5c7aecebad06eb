"""Two writers and four readers on one index: is anything lost, or stale once it is reported?

    python benchmarks/soak.py [--seconds 300]

Each writer changes articles of its own and indexes; one that finds the other at work tries
again, as its error says. Each change gives an article a number that was never used. Once an
indexer has reported that it is done, every reader must see the numbers that it indexed; readers
are told of them by a file and check that neither the words nor the vectors are older. In the
end the index has to be the one that a build from scratch gives. The embedder is a fast stand-in.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for the tests' stand-ins

from common import ROOT, Figure, make_parser, report, scratch

from index.build import build_index
from index.errors import IndexStoreError
from index.store import Index
from tests.fakes import FakeEmbedder
from tests.index.contents import assert_same

WRITERS: Final = 2
READERS: Final = 4
ARTICLES: Final = 30  # of each writer
CHANGED: Final = 5  # at a time
CHUNKS: Final = 3  # of an article
_PAUSE: Final = 0.02
_STOP: Final = "stop"  # a file: the time is over
_READY: Final = "ready"


def text_of(writer: int, article: int, number: int) -> str:
    """An article that says which change of it this is."""
    return (
        f"Writer {writer} reports on ship {article} of the fleet.\n\n"
        f"It brought change{number} to the harbour on Monday, the committee said.\n\n"
        f"The master of ship {article} was content with the weather in the bay."
    )


def name_of(writer: int, article: int) -> str:
    """The file of an article."""
    return f"writer{writer}/{article:03}.txt"


def write(place: Path, writer: int) -> dict[str, int]:
    """Change articles and index them, again and again."""
    chance = random.Random(writer)
    done: dict[str, int] = {}
    runs = refused = number = 0
    print(_READY, flush=True)
    while not (place / _STOP).exists():
        changes = {}
        for article in chance.sample(range(ARTICLES), CHANGED):
            number += 1
            changes[name_of(writer, article)] = number
            file = place / "articles" / name_of(writer, article)
            temporary = file.with_suffix(".new")
            temporary.write_text(text_of(writer, article, number), "utf-8")
            temporary.replace(file)
        while True:
            try:
                build_index(place / "articles", place / "index", FakeEmbedder())
                break
            except IndexStoreError as error:
                if not error.retryable:
                    raise
                refused += 1
                time.sleep(_PAUSE * chance.random())
        runs += 1
        done |= changes
        tell(place / f"done-{writer}.json", done)
    return {"runs": runs, "refused": refused}


def read(place: Path, reader: int) -> dict[str, int]:
    """Ask for what the writers have reported."""
    chance = random.Random(100 + reader)
    embedder = FakeEmbedder()
    index = Index(place / "index", embedder)
    asked = stale = lost = overtaken = 0
    print(_READY, flush=True)
    while not (place / _STOP).exists():
        reported: dict[str, int] = {}
        for writer in range(WRITERS):
            with suppress(FileNotFoundError):
                reported |= json.loads((place / f"done-{writer}.json").read_text("utf-8"))
        if not reported:
            time.sleep(_PAUSE)
            continue
        file, number = chance.choice(sorted(reported.items()))
        try:
            seen, whole = look(index, file)
        except IndexStoreError:
            if not index.overtaken():
                raise
            overtaken += 1  # an update came between: it is asked again, as `rag.ask` does
            continue
        if not whole and index.overtaken():
            overtaken += 1
            continue
        stale += seen < number
        lost += not whole
        asked += 1
    index.close()
    return {"asked": asked, "stale": stale, "lost": lost, "overtaken": overtaken}


def look(index: Index, file: str) -> tuple[int, bool]:
    """Which change of an article is seen, and whether all of it is found, by its vector as well."""
    with index.reading():
        article = index.catalog.article(file)
        assert article is not None
        seen = int(article.text.partition("change")[2].split()[0])
        rows = index.catalog.chunks_of_files([file])
        texts = index.catalog.embedded_texts([file])
        text = next(text for text in texts.values() if f"change{seen} " in text)
        query = index.embedder.embed_passages([text])[0]
        found = index.nearest(query, 5)
        whole = len(rows) == CHUNKS == len(index.cosines(query, rows))
        return seen, whole and file in {row.file for row, _ in found}


def tell(file: Path, done: dict[str, int]) -> None:
    """Replace a file in one step."""
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(done), "utf-8")
    temporary.replace(file)


def soak(place: Path, seconds: float) -> dict[str, Any]:
    """All of them, each in its own process; the sums of what they counted.

    Raises:
        AssertionError: one failed, or the index is not what a build from scratch gives.
    """
    for writer in range(WRITERS):
        for article in range(ARTICLES):
            file = place / "articles" / name_of(writer, article)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text_of(writer, article, 0), "utf-8")
    build_index(place / "articles", place / "index", FakeEmbedder())
    jobs = [("write", n) for n in range(WRITERS)] + [("read", n) for n in range(READERS)]
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, "--job", job, str(n), str(place)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for job, n in jobs
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()  # that it is ready, or nothing if it failed
    time.sleep(seconds)
    (place / _STOP).touch()
    sums = dict.fromkeys(("runs", "refused", "asked", "stale", "lost", "overtaken"), 0)
    for process in processes:
        out, err = process.communicate()
        assert process.returncode == 0, err
        for name, count in json.loads(out).items():
            sums[name] += count
    build_index(place / "articles", place / "index", FakeEmbedder())
    build_index(place / "articles", place / "scratch", FakeEmbedder())
    assert_same(place / "index", place / "scratch")
    return sums


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--job", nargs=3, help="of a process of its own")
    arguments = parser.parse_args()
    if arguments.job:
        job, number, place = arguments.job
        work = write if job == "write" else read
        print(json.dumps(work(Path(place), int(number))))
        return
    json_out = arguments.json and arguments.json.resolve()
    with scratch() as folder:
        sums = soak(folder, arguments.seconds)
    name = f"{WRITERS} writers, {READERS} readers, {arguments.seconds:.0f} s"
    report(
        [
            Figure(f"{name}: updates", sums["runs"], "", details=sums),
            Figure("  refused, as another was writing", sums["refused"], ""),
            Figure("  questions", sums["asked"], ""),
            Figure("  asked again, as an update came between", sums["overtaken"], ""),
            Figure("  stale answers", sums["stale"], "", target=0),
            Figure("  lost chunks", sums["lost"], "", target=0),
        ],
        json_out,
    )
    if sums["stale"] or sums["lost"]:
        sys.exit("error: something was lost or stale")


if __name__ == "__main__":
    main()
