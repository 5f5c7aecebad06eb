"""The indexer killed at any moment, in a process of its own: nothing is lost, nothing is stuck."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from index import store
from index.build import _SLICE, build_index
from index.errors import IndexStoreError
from index.store import Index
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, Articles, write_articles
from tests.index.contents import assert_same, read_contents

pytestmark = [pytest.mark.slow, pytest.mark.integration]

# Kills itself some time after it told its progress for the n-th time; 0 for never.
_SCRIPT = """
import os, signal, sys, threading
from pathlib import Path
from index.build import build_index
from tests.fakes import FakeEmbedder

folder, path, moment, wait = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
told = 0

def progress(what, done, total):
    global told
    told += 1
    if told == moment:
        threading.Timer(float(wait), os.kill, [os.getpid(), signal.SIGKILL]).start()

build_index(folder, path, FakeEmbedder(delay=0.001), progress=progress)
os._exit(0)
"""
_ARTICLES = TOWN | {
    f"reports/{n:03}.txt": f"Report {n} of the committee says that {n * 7} ships came.\n\n"
    f"The harbour master counted {n * 3} barrels of herring on the same day, he said."
    for n in range(150)
}


_READER = """
import sys
from pathlib import Path
from index.store import Index
from tests.fakes import FakeEmbedder

path, stop, embedder = Path(sys.argv[1]), Path(sys.argv[2]), FakeEmbedder()
query = embedder.embed_query("How many roses has the garden behind the museum?")
index, asked, seen = Index(path, embedder), 0, set()
while not stop.exists():
    with index.reading():
        found = index.nearest(query, 3)
        assert len(found) == len(index.cosines(query, [row for row, _ in found])) == 3
        assert {row.file for row, _ in found} <= set(index.catalog.files())
        seen.add(index.snapshot.data)
    if asked == 0:
        print("asking", flush=True)
    asked += 1
print(asked, len(seen), flush=True)
"""


def run_elsewhere(
    repository: Path, folder: Path, path: Path, moment: int = 0, wait: float = 0.0
) -> bool:
    """Index in another process, killed `wait` seconds after a moment; whether it was."""
    status = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(folder), str(path), str(moment), str(wait)],
        cwd=repository,
        check=False,
    ).returncode
    assert status in (0, -signal.SIGKILL)
    return status != 0


@pytest.mark.parametrize("stage", ["reading", "writing", "embedding"])
def test_a_first_build_killed_at_a_random_moment(
    tmp_path: Path, repository: Path, stage: str
) -> None:
    # Each file is told of once for reading and once for writing, a slice of them after the other;
    # then each of five batches of vectors.
    first = {"reading": 1, "writing": _SLICE + 1, "embedding": 2 * len(_ARTICLES) + 1}[stage]
    moment, wait = random.randint(first, first + 3), random.random() / 20
    where = f"{wait:.4f} s after moment {moment}"
    folder = write_articles(tmp_path / "articles", _ARTICLES)
    path = tmp_path / "index"
    assert run_elsewhere(repository, folder, path, moment, wait), f"not killed {where}"
    with suppress(IndexStoreError):  # there may be nothing to ask yet
        index = Index(path, FakeEmbedder())
        index.nearest(FakeEmbedder().embed_query("herring"), 5)
        with index.reading():
            assert not index.snapshot.complete, where
        index.close()
    build_index(folder, path, FakeEmbedder())
    scratch = tmp_path / "scratch"
    build_index(folder, scratch, FakeEmbedder())
    assert_same(path, scratch)
    assert [p.name for p in path.glob("data-*")] == ["data-1"], where


def test_an_update_killed_at_a_random_moment_leaves_the_last_state(
    tmp_path: Path, repository: Path
) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    path = tmp_path / "index"
    build_index(folder, path, FakeEmbedder())
    before = read_contents(path)
    articles: Articles = {file: text for file, text in _ARTICLES.items() if file != "garden.txt"}
    write_articles(folder, articles)
    scratch = tmp_path / "scratch"
    build_index(folder, scratch, FakeEmbedder())
    # Told of the vectors first, and then, inside the transaction, of each file written.
    moment, wait = random.randint(300, 450), random.random() / 20
    where = f"{wait:.4f} s after moment {moment}"
    run_elsewhere(repository, folder, path, moment, wait)
    assert read_contents(path) in (before, read_contents(scratch)), where
    index = Index(path, FakeEmbedder())
    assert len(index.nearest(FakeEmbedder().embed_query("roses"), 5)) == 5, where
    index.close()
    build_index(folder, path, FakeEmbedder())
    assert_same(path, scratch)


def _kill_sometime(process: subprocess.Popen[str], patience: float) -> bool:
    """Send SIGKILL after at most so many seconds; whether it came before the end."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


_ROUND = """
import sys
from pathlib import Path
from index.build import build_index
from tests.fakes import FakeEmbedder

folder, path = Path(sys.argv[1]), Path(sys.argv[2])
print("begin", flush=True)
build_index(folder, path, FakeEmbedder(delay=0.0005))
"""


@pytest.mark.parametrize("seed", range(3))
def test_killed_again_and_again_it_ends_as_from_scratch(
    tmp_path: Path, repository: Path, seed: int
) -> None:
    """Ten kills a history: of a first build, of small and large updates, of what resumes them."""
    chance = random.Random(seed)
    folder, path = tmp_path / "articles", tmp_path / "index"
    articles: Articles = dict(_ARTICLES)
    write_articles(folder, articles)
    kills = 0
    for turn in range(40):
        process = subprocess.Popen(
            [sys.executable, "-c", _ROUND, str(folder), str(path)],
            cwd=repository,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "begin\n"
        kills += _kill_sometime(process, chance.random() * chance.choice([0.3, 1.0, 3.0]))
        with suppress(IndexStoreError):  # there may be nothing to ask yet
            index = Index(path, FakeEmbedder())
            with index.reading():
                found = index.nearest(FakeEmbedder().embed_query("herring"), 5)
                assert len(found) == 5 * index.snapshot.complete, turn
            index.close()
        if kills == 10:
            break
        if turn % 3 == 2:  # what is to be done changes now and then, a little or a lot
            for number in chance.sample(range(150), chance.choice([3, 120])):
                articles[f"reports/{number:03}.txt"] = (
                    f"Report {number} was corrected in turn {turn}: {number * 7} boats came.\n\n"
                    f"Of these {number + turn} were sold in town, the harbour master said."
                )
            write_articles(folder, articles)
    assert kills == 10
    build_index(folder, path, FakeEmbedder())
    scratch = tmp_path / "scratch"
    build_index(folder, scratch, FakeEmbedder())
    assert_same(path, scratch)
    assert len(list(path.glob("data-*"))) == 1


def test_a_reader_in_this_process_sees_what_another_one_indexed(
    tmp_path: Path, repository: Path
) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    path = tmp_path / "index"
    embedder = FakeEmbedder()
    build_index(folder, path, embedder)
    index = Index(path, embedder)
    query = embedder.embed_query("How many barrels of herring did the harbour master count?")
    assert not any(row.file.startswith("reports/") for row, _ in index.nearest(query, 5))
    write_articles(folder, _ARTICLES)
    assert not run_elsewhere(repository, folder, path)
    assert index.nearest(query, 1)[0][0].file.startswith("reports/")
    marker = store.read_marker(path)
    assert marker is not None
    assert marker.data == index.snapshot.data
    index.close()


def test_a_reader_in_another_process_is_not_disturbed_by_rebuilds(
    tmp_path: Path, repository: Path
) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    path, stop = tmp_path / "index", tmp_path / "stop"
    build_index(folder, path, FakeEmbedder())
    reader = subprocess.Popen(
        [sys.executable, "-c", _READER, str(path), str(stop)],
        cwd=repository,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "asking\n"
    for number in range(8):
        write_articles(folder, TOWN | {"new.txt": f"Report {number} says that all is well."})
        build_index(folder, path, FakeEmbedder(), rebuild=number % 2 == 0)
        time.sleep(0.2)
    stop.touch()
    out, err = reader.communicate(timeout=60)
    assert reader.returncode == 0, err
    asked, folders = map(int, out.split())
    assert asked > 20
    assert folders > 2
