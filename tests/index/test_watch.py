"""Watching a folder: every change arrives in the index, and what passes is waited for."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import store
from index.build import build_index
from index.errors import CorpusError
from index.watch import Watched, keep_up
from tests.fakes import FakeEmbedder
from tests.index.articles import BRIDGE, GARDEN, TOWN, write_articles
from tests.index.contents import assert_same, read_contents

pytestmark = pytest.mark.integration

_PATIENCE = 30.0  # seconds
_TOWER = "The tower of the town hall is 63 metres high and was built in 1502."


class Watcher:
    """A thread that watches a folder of three articles."""

    def __init__(self, place: Path) -> None:
        self.folder = write_articles(place / "articles", TOWN)
        self.path = place / "index"
        self.told: list[Watched] = []
        self.embedder = FakeEmbedder()
        self.stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        keep_up(
            self.folder,
            self.path,
            self.embedder,
            self.told.append,
            stop=self.stop,
            quiet_ms=100,
            retry_seconds=0.2,
        )

    def end(self) -> None:
        self.stop.set()
        self._thread.join(_PATIENCE)
        assert not self._thread.is_alive()

    def files(self) -> set[str]:
        return set(read_contents(self.path).articles)

    def until(self, holds: Callable[[], bool]) -> None:
        wait_until(holds, lambda: str(self.told))

    def left_out(self) -> list[set[str]]:
        """What each run has left out."""
        summaries = [watched.summary for watched in self.told if watched.summary is not None]
        return [{item.file for item in summary.skipped} for summary in summaries]

    def errors(self) -> list[str]:
        return [watched.error.what for watched in self.told if watched.error is not None]


def wait_until(holds: Callable[[], bool], why: Callable[[], str]) -> None:
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < _PATIENCE, why()
        time.sleep(0.05)


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Watcher]:
    watcher = Watcher(tmp_path)
    try:
        watcher.until(lambda: bool(watcher.told))
        yield watcher
    finally:
        watcher.end()


def test_every_change_arrives(watcher: Watcher, tmp_path: Path) -> None:
    assert watcher.files() == set(TOWN)
    (watcher.folder / "tower.txt").write_text(_TOWER)
    watcher.until(lambda: "tower.txt" in watcher.files())
    (watcher.folder / "sub").mkdir()
    watcher.embedder.passages.clear()
    (watcher.folder / "garden.txt").rename(watcher.folder / "sub" / "roses.txt")
    watcher.until(lambda: watcher.files() == {*TOWN, "tower.txt", "sub/roses.txt"} - {"garden.txt"})
    assert watcher.embedder.passages == []  # a moved file keeps its vectors
    (watcher.folder / "bridge.txt").unlink()
    watcher.until(lambda: "bridge.txt" not in watcher.files())
    (watcher.folder / "sub" / "roses.txt").write_text(GARDEN.replace("4,711", "4,712"))
    watcher.until(lambda: "4,712" in str(read_contents(watcher.path).articles))
    watcher.end()
    build_index(watcher.folder, tmp_path / "scratch", FakeEmbedder())
    assert_same(watcher.path, tmp_path / "scratch")


def test_a_burst_of_changes_is_one_run(watcher: Watcher) -> None:
    before = len(watcher.told)
    for n in range(20):
        (watcher.folder / f"{n}.txt").write_text(f"Report {n} says that all is well in town.")
    watcher.until(lambda: len(watcher.files()) == 20 + len(TOWN))
    assert len(watcher.told) - before <= 3


def test_a_file_that_cannot_be_read_stops_nothing(watcher: Watcher) -> None:
    (watcher.folder / "photo.txt").write_bytes(bytes(range(256)) * 9)
    (watcher.folder / "tower.txt").write_text(_TOWER)
    watcher.until(lambda: "tower.txt" in watcher.files())
    # It is told after the index is written, and of two runs where the files came in two.
    watcher.until(lambda: {"photo.txt"} in watcher.left_out())


def test_a_new_file_that_cannot_be_read_is_named_once(watcher: Watcher) -> None:
    before = len(watcher.told)
    (watcher.folder / "photo.txt").write_bytes(bytes(range(256)) * 9)
    watcher.until(lambda: len(watcher.told) > before)
    summary = watcher.told[-1].summary
    assert summary is not None
    assert [item.file for item in summary.skipped] == ["photo.txt"]
    os.utime(watcher.folder / "photo.txt", (1, 1))
    time.sleep(1)
    assert len(watcher.told) == before + 1
    (watcher.folder / "empty.txt").touch()
    watcher.until(lambda: len(watcher.told) > before + 1)


def test_a_folder_that_is_away_for_a_moment(watcher: Watcher, tmp_path: Path) -> None:
    watcher.folder.rename(tmp_path / "away")
    watcher.until(lambda: any("there is no folder" in what for what in watcher.errors()))
    time.sleep(1)
    assert len(watcher.errors()) == 1  # told once
    assert watcher.files() == set(TOWN)
    shutil.copytree(tmp_path / "away", watcher.folder)
    (watcher.folder / "tower.txt").write_text(_TOWER)
    watcher.until(lambda: "tower.txt" in watcher.files())
    (watcher.folder / "bridge.txt").write_text(BRIDGE + "\n" + _TOWER)
    watcher.until(lambda: _TOWER in str(read_contents(watcher.path).articles["bridge.txt"]))


def test_another_writer_is_waited_for(watcher: Watcher) -> None:
    with store.writer_lock(watcher.path):
        (watcher.folder / "tower.txt").write_text(_TOWER)
        watcher.until(lambda: any("another process is writing" in w for w in watcher.errors()))
        assert "tower.txt" not in watcher.files()
    watcher.until(lambda: "tower.txt" in watcher.files())


def test_a_folder_that_was_never_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="there is no folder"):
        keep_up(
            tmp_path / "nothing",
            tmp_path / "index",
            FakeEmbedder(),
            lambda watched: None,
            stop=threading.Event(),
        )


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_ends_at_a_signal(tmp_path: Path, repository: Path, number: int) -> None:
    folder = write_articles(tmp_path / "articles", {"garden.txt": GARDEN})
    path = tmp_path / "index"
    process = subprocess.Popen(
        [Path(sys.executable).with_name("footnote"), "watch", folder, "--index", path],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert "1 added" in process.stdout.readline()
        (folder / "bridge.txt").write_text(BRIDGE)
        assert "1 added" in process.stdout.readline()
        process.send_signal(number)
        _, err = process.communicate(timeout=_PATIENCE)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0, err
    assert "stopped watching" in err
    assert "Traceback" not in err
    with store.writer_lock(path):
        pass
