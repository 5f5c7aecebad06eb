"""Indexing on a real Ray cluster of two workers, which are killed, as the driver is."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from index.build import build_index
from rag import ask
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, write_articles
from tests.index.contents import assert_same, read_vectors
from tests.server.chroma_server import ChromaServer

pytestmark = [pytest.mark.slow, pytest.mark.integration]

_START_SECONDS = 120  # 8 on an idle machine

# A cluster until its standard input ends; says where it is and where it listens.
_CLUSTER = """
import json, sys
import ray, psutil
from index.ray_cluster import connect

with connect("local", cores=2):
    ray.get([ray.remote(lambda: 1).remote() for _ in range(4)])
    ours = [psutil.Process(), *psutil.Process().children(recursive=True)]
    listening = [
        place.laddr.ip for one in ours for place in one.net_connections(kind="inet")
        if place.status == psutil.CONN_LISTEN
    ]
    said = {
        "address": ray.get_runtime_context().gcs_address,
        "listening": listening,
        "commands": [" ".join(one.cmdline()) for one in ours],
    }
    print(json.dumps(said), flush=True)
    sys.stdin.read()
"""

# Indexes with the model that notes its processes; "kill" kills the first of them.
_DRIVER = """
import json, os, signal, sys
from functools import partial
from pathlib import Path
from index.build import build_index
from index.ray_cluster import connect
from index.ray_embed import RayEmbedder
from tests.fakes import FakeEmbedder
from tests.ray.worker_model import make_noting

address, folder, path, notes, delay, does = sys.argv[1:]
killed = []

def progress(what, done, total):
    if does == "kill" and what == "embedding" and not killed:
        killed.append(int(min(os.listdir(notes))))
        os.kill(killed[0], signal.SIGKILL)

if does == "other version":
    import ray
    ray.__version__ = "2.1.0"
with connect(address) as cluster:
    make = partial(make_noting, Path(notes), float(delay))
    embedder = RayEmbedder(cluster, FakeEmbedder(), make)
    if does == "other model":
        embedder = RayEmbedder(cluster, FakeEmbedder("fake-2/hash"), make)
    if does == "kill":
        embedder.window = 128
    made = build_index(Path(folder), Path(path), embedder, progress=progress)
print(json.dumps({"embedded": made.embedded, "skipped": [s.reason for s in made.skipped],
                  "killed": killed}))
"""


@dataclass(frozen=True)
class RayHere:
    """A cluster in a process of its own."""

    said: dict[str, Any]
    repository: Path
    folder: Path

    def start(self, code: str, *arguments: object) -> subprocess.Popen[str]:
        return _start(code, self.repository, self.folder, *arguments)

    def drive(
        self, folder: Path, path: Path, notes: Path, delay: float = 0.0, does: str = ""
    ) -> subprocess.Popen[str]:
        notes.mkdir(exist_ok=True)
        return self.start(_DRIVER, self.said["address"], folder, path, notes, delay, does)


def _start(
    code: str, repository: Path, home: Path, *arguments: object, **settings: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=home,
        env={
            "PYTHONPATH": str(repository),
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(home),
            "RAY_AUTH_MODE": "disabled",
            **settings,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def ray_here(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayHere]:
    spec = find_spec("ray")
    if spec is None or spec.origin is None:
        pytest.skip("Ray is not installed")
    home = tmp_path_factory.mktemp("home")
    process = _start(_CLUSTER, repository, home)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            _, errors = process.communicate()
            last = errors.strip().splitlines()[-1]
            assert "RayError: cannot start Ray here" in last, errors
            pytest.skip(last)
        yield RayHere(json.loads(line), repository, home)
    finally:
        with suppress(subprocess.TimeoutExpired):
            process.communicate("", timeout=60)
        process.kill()


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports in several formats, enough for several tasks and slices."""
    reports = {
        f"reports/{n:03}.txt": f"Report {n} of the committee says that {n * 7} ships came.\n\n"
        f"The harbour master counted {n * 3} barrels of herring on the same day, he said.\n\n"
        f"He was glad. In the year {1800 + n} there had been {n} fewer of them in all the town."
        for n in range(150)
    }
    folder = write_articles(tmp_path_factory.mktemp("articles"), TOWN | reports)
    page = "<html><title>Fair</title><p>The fair of Bath drew 8,100 visitors on Sunday.</p></html>"
    (folder / "fair.html").write_text(page, "utf-8")
    lines = [
        {"id": "a", "text": "The ferry to the island sails four times a day in the summer."},
        {"id": "a", "text": "The ferry is there a second time, and the first is taken of both."},
        {"id": "b", "text": "The island has 212 inhabitants and one school, the council says."},
    ]
    (folder / "wire.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "noise.txt").write_bytes(bytes(range(256)) * 20)
    return folder


@pytest.fixture(scope="module")
def plain(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The index as one process makes it, and what it left out."""
    path = tmp_path_factory.mktemp("plain") / "index"
    made = build_index(articles, path, FakeEmbedder())
    return path, [item.reason for item in made.skipped]


def test_a_local_cluster_listens_on_the_loopback_interface_alone(ray_here: RayHere) -> None:
    places = set(ray_here.said["listening"])
    assert places <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
    assert places
    # It would ask the metadata addresses of cloud providers.
    assert not [line for line in ray_here.said["commands"] if "dashboard/dashboard.py" in line]


def test_the_same_index_with_a_worker_killed_on_the_way(
    ray_here: RayHere, articles: Path, plain: tuple[Path, list[str]], tmp_path: Path
) -> None:
    path, notes = tmp_path / "index", tmp_path / "notes"
    said = _finished(ray_here.drive(articles, path, notes, delay=0.01, does="kill"))
    assert said["killed"]
    assert len(list(notes.iterdir())) >= 3  # two workers, and the one in the place of the killed
    assert said["embedded"] == len(read_vectors(path))
    assert said["skipped"] == plain[1]
    assert len(said["skipped"]) == 3
    assert_same(path, plain[0])


def test_a_killed_driver_goes_on_where_it_was(
    ray_here: RayHere, articles: Path, plain: tuple[Path, list[str]], tmp_path: Path
) -> None:
    path, notes = tmp_path / "index", tmp_path / "notes"
    driver = ray_here.drive(articles, path, notes, delay=0.02)
    _wait_for(lambda: _cached(path) >= 64, driver)
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    kept, total = _cached(path), len(read_vectors(plain[0]))
    assert 0 < kept < total
    said = _finished(ray_here.drive(articles, path, notes))
    assert said["embedded"] == total - kept
    assert_same(path, plain[0])


@pytest.mark.parametrize(
    ("does", "what", "fix"),
    [
        ("other version", "runs other versions", "the same versions of Ray and of Python"),
        ("other model", "has the embedding model fake-1/hash, not fake-2/hash", "install the same"),
    ],
)
def test_what_differs_on_the_cluster_is_named(
    ray_here: RayHere, tmp_path: Path, does: str, what: str, fix: str
) -> None:
    town = write_articles(tmp_path / "articles", TOWN)
    driver = ray_here.drive(town, tmp_path / "index", tmp_path / "notes", does=does)
    _, errors = driver.communicate(timeout=_START_SECONDS)
    assert driver.returncode == 1
    assert what in errors.splitlines()[-1]
    assert fix in errors.splitlines()[-1]


def test_the_real_model_by_the_command(
    repository: Path, seeds: Path, seeds_index: Path, tmp_path: Path
) -> None:
    spec = find_spec("ray")
    if spec is None or spec.origin is None:
        pytest.skip("Ray is not installed")
    code = "import sys; sys.argv[0] = 'footnote'; from rag.cli import run; run()"
    driver = _start(
        code, repository, tmp_path, "index", seeds, "--index", tmp_path / "ix", "--ray", "local"
    )
    out, errors = driver.communicate(timeout=2 * _START_SECONDS)
    assert driver.returncode == 0, errors
    assert "5 added" in out
    # Ray says nothing on the terminal; all there may be is our own progress.
    assert not [line for line in errors.splitlines() if not line.startswith(_PROGRESS)]
    assert_same(tmp_path / "ix", seeds_index)
    for question in ("How many drones did Moscow say were used?", "Who is Mickey Mouse's aunt?"):
        made, expected = ask(question, tmp_path / "ix"), ask(question, seeds_index)
        assert (made.text, made.answered) == (expected.text, expected.answered)


def test_into_a_chroma_server(
    repository: Path,
    seeds: Path,
    seeds_index: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = find_spec("ray")
    if spec is None or spec.origin is None:
        pytest.skip("Ray is not installed")
    monkeypatch.chdir(tmp_path)
    server = ChromaServer(tmp_path / "chroma")
    try:
        code = "import sys; sys.argv[0] = 'footnote'; from rag.cli import run; run()"
        path = tmp_path / "ix"
        arguments = ("index", seeds, "--index", path, "--ray", "local")
        driver = _start(code, repository, tmp_path, *arguments, FOOTNOTE_CHROMA_URL=server.url)
        out, errors = driver.communicate(timeout=2 * _START_SECONDS)
        assert driver.returncode == 0, errors
        assert "5 added" in out
        question = "How many drones did Moscow say were used?"
        expected = ask(question, seeds_index)
        monkeypatch.setenv("FOOTNOTE_CHROMA_URL", server.url)
        for node in (path, tmp_path / "another machine"):
            made = ask(question, node)
            assert (made.text, made.citations) == (expected.text, expected.citations)
        assert not list(tmp_path.glob("*/data-*/chroma/*")), "no vectors lie on the disk"
    finally:
        server.kill()


_PROGRESS = ("reading ", "embedding ", "writing ", "comparing ")


def _finished(driver: subprocess.Popen[str]) -> dict[str, Any]:
    out, errors = driver.communicate(timeout=_START_SECONDS)
    assert driver.returncode == 0, errors
    said: dict[str, Any] = json.loads(out)  # Ray has said nothing beside it
    return said


def _cached(path: Path) -> int:
    """How many vectors the cache of an index holds."""
    with suppress(sqlite3.Error):
        database = sqlite3.connect(f"file:{path / 'embeddings.sqlite3'}?mode=ro", uri=True)
        try:
            return int(database.execute("SELECT count(*) FROM vector").fetchone()[0])
        finally:
            database.close()
    return 0


def _wait_for(condition: Any, driver: subprocess.Popen[str]) -> None:
    until = time.monotonic() + _START_SECONDS
    while not condition():
        assert driver.poll() is None, driver.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)
