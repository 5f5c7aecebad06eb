"""What servers and networks do: each told clearly, at once, with its cure; nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from index import head as heads
from index.build import build_index
from index.doctor import examine
from index.errors import FootnoteError, IndexStoreError, ModelMismatchError
from index.head import ServerLock
from index.mirror import head_of
from index.server import Connection, Server
from index.store import Index
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, write_articles
from tests.server.chroma_server import ChromaServer, Proxy, free_port

pytestmark = pytest.mark.integration

AT_ONCE = 12.0
"""Seconds: what a question may take on a busy machine to say that the server is away."""

SECRET = "sk-very-secret-0123"
CHANGED = TOWN | {"harbour.txt": "The harbour is closed again.", "new.txt": "A new mill was built."}
del CHANGED["garden.txt"]

Texts = dict[str, str]


def texts(index: Index) -> Texts:
    """What is indexed; every chunk of it has its vector."""
    with index.reading():
        files = index.catalog.files()
        rows = index.catalog.chunks_of_files(files)
        assert len(index.vectors_of(rows)) == len(rows) > 0
        return {file: index.articles[file].text for file in files}


def read(path: Path, server: Server) -> Texts:
    index = Index(path, FakeEmbedder(), server)
    try:
        return texts(index)
    finally:
        index.close()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_articles(tmp_path / "articles", TOWN)


@pytest.fixture
def away(tmp_path: Path) -> Iterator[ChromaServer]:
    """A server that may be ended."""
    running = ChromaServer(tmp_path / "chroma")
    yield running
    running.kill()


def refused(path: Path, server: Server) -> IndexStoreError:
    before = time.monotonic()
    with pytest.raises(IndexStoreError) as raised:
        Index(path, FakeEmbedder(), server)
    assert time.monotonic() - before < AT_ONCE
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None, "a chain might quote a header"
    return raised.value


def test_nothing_listens(tmp_path: Path, corpus: Path) -> None:
    server = Server(f"http://127.0.0.1:{free_port()}")
    error = refused(tmp_path / "index", server)
    assert "cannot reach the Chroma server at http://127.0.0.1" in error.what
    assert "make chroma" in error.fix
    assert error.retryable
    with pytest.raises(IndexStoreError, match="cannot reach"):
        build_index(corpus, tmp_path / "index", FakeEmbedder(), server=server)
    assert not (tmp_path / "index").exists(), "what was refused leaves nothing"


def test_nothing_answers(tmp_path: Path, server: Server, proxy: Proxy, corpus: Path) -> None:
    build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    through = replace(server, url=proxy.url)
    index = Index(tmp_path / "two", FakeEmbedder(), through)
    proxy.hangs = True
    before = time.monotonic()
    with pytest.raises(IndexStoreError, match="does not answer in time") as raised:
        texts(index)
    assert not index.overtaken(), "it is not waited for once more"
    assert time.monotonic() - before < AT_ONCE
    assert raised.value.retryable
    proxy.hangs = False
    assert texts(index) == TOWN
    index.close()


def test_a_token_is_wanted(tmp_path: Path, server: Server, proxy: Proxy, corpus: Path) -> None:
    proxy.token = SECRET
    through = replace(server, url=proxy.url)
    error = refused(tmp_path / "index", through)
    assert "wants a token" in error.what
    assert "FOOTNOTE_CHROMA_TOKEN" in error.fix
    assert not error.retryable
    error = refused(tmp_path / "index", replace(through, token=SecretStr(f"{SECRET}x")))
    assert "does not accept the token" in error.what
    right = replace(through, token=SecretStr(SECRET))
    assert SECRET not in repr(right)
    build_index(corpus, tmp_path / "index", FakeEmbedder(), server=right)
    assert read(tmp_path / "two", right) == TOWN
    assert all(seen.get("Authorization") for seen in proxy.seen[-20:])


def test_a_token_that_ends_while_asking(
    tmp_path: Path, server: Server, proxy: Proxy, corpus: Path
) -> None:
    build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    index = Index(
        tmp_path / "two", FakeEmbedder(), replace(server, url=proxy.url, token=SecretStr(SECRET))
    )
    proxy.token = "another"
    with pytest.raises(IndexStoreError, match="does not accept the token") as raised:
        texts(index)
    assert SECRET not in str(raised.value)
    proxy.token = SECRET
    assert texts(index) == TOWN
    index.close()


@pytest.mark.parametrize(
    ("version", "status", "told"),
    [
        (b'"0.5.23"', None, "version 0.5.23, which is not supported"),
        (b'"2.0.0"', None, "version 2.0.0, which is not supported"),
        (b"{}", None, "no Chroma server"),
        (b"<html>", None, "no Chroma server"),
        (None, 404, "no Chroma server"),
        (None, 302, "leads elsewhere"),
        (None, 503, "not available"),
        (None, 413, "refuses requests of a megabyte"),
    ],
)
def test_no_chroma_or_another_one(
    tmp_path: Path,
    server: Server,
    proxy: Proxy,
    version: bytes | None,
    status: int | None,
    told: str,
) -> None:
    proxy.version, proxy.status = version, status
    error = refused(tmp_path / "index", replace(server, url=proxy.url))
    assert told in error.what
    assert error.fix
    assert error.retryable == (status == 503)


def test_another_model_is_never_asked(tmp_path: Path, server: Server, corpus: Path) -> None:
    build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    other = FakeEmbedder("other/model")
    for path in (tmp_path / "one", tmp_path / "two"):
        with pytest.raises(ModelMismatchError, match="fake-1/hash"):
            Index(path, other, server)
    with pytest.raises(ModelMismatchError):
        build_index(corpus, tmp_path / "two", other, server=server)
    reader = Index(tmp_path / "one", FakeEmbedder(), server)
    build_index(corpus, tmp_path / "two", other, server=server, rebuild=True)
    with pytest.raises(ModelMismatchError, match="other/model"):
        texts(reader)
    reader.close()


def test_another_footnote_made_it(tmp_path: Path, server: Server, corpus: Path) -> None:
    build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    connection = Connection(server)
    head = heads.read_head(connection)
    assert head is not None
    heads.put_head(connection, replace(head, schema=head.schema + 1))
    with pytest.raises(IndexStoreError, match="a newer Footnote"):
        Index(tmp_path / "two", FakeEmbedder(), server)
    with pytest.raises(IndexStoreError, match="a newer Footnote"):
        build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    heads.put_head(connection, replace(head, pipeline=head.pipeline - 1))
    with pytest.raises(IndexStoreError, match="an older Footnote"):
        Index(tmp_path / "two", FakeEmbedder(), server)
    done = build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    assert "built anew" in done.notes[0]
    assert done.embedded == 0
    assert read(tmp_path / "two", server) == TOWN
    connection.close()


def test_a_collection_of_somebody_else_is_left_alone(
    tmp_path: Path, server: Server, corpus: Path
) -> None:
    connection = Connection(server)
    connection.ask(lambda client: client.create_collection(server.collection))
    for act in (
        lambda: Index(tmp_path / "one", FakeEmbedder(), server),
        lambda: build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server, rebuild=True),
    ):
        with pytest.raises(IndexStoreError, match="is no index of Footnote") as raised:
            act()
        assert "FOOTNOTE_CHROMA_COLLECTION" in raised.value.fix
    connection.close()


def test_the_server_ends_and_starts_again(
    tmp_path: Path, away: ChromaServer, corpus: Path, name: str
) -> None:
    server = Server(away.url, name)
    build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    index = Index(tmp_path / "two", FakeEmbedder(), server)
    away.kill()
    before = time.monotonic()
    with pytest.raises(IndexStoreError, match=r"cannot reach|was cut") as raised:
        texts(index)
    assert time.monotonic() - before < AT_ONCE
    assert raised.value.retryable
    away.start()
    assert texts(index) == TOWN
    away.kill()  # between two questions
    away.start()
    assert texts(index) == TOWN
    with index.reading():  # while one is being answered
        away.kill()
        with pytest.raises(IndexStoreError):
            index.nearest(FakeEmbedder().embed_query("roses"), 3)
        away.start()
        assert index.nearest(FakeEmbedder().embed_query("roses"), 3)
    write_articles(corpus, CHANGED)
    build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    assert texts(index) == CHANGED
    index.close()


def test_the_network_is_cut_while_indexing(
    tmp_path: Path, server: Server, proxy: Proxy, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At many moments: readers see the state before or the one after, and a run finishes it."""
    monkeypatch.setattr(heads, "EXPIRY_SECONDS", 0.2)  # else the cut writer keeps its right
    through = replace(server, url=proxy.url)
    build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    reader = Index(tmp_path / "two", FakeEmbedder(), server)
    states = (TOWN, CHANGED)
    assert texts(reader) == TOWN
    finished = step = 0
    cuts: list[IndexStoreError] = []
    while finished < 2:
        old = texts(reader)
        new = states[old == states[0]]
        write_articles(corpus, new)
        proxy.requests, proxy.cut_after = 0, 1 + 9 * step
        step += 1
        try:
            build_index(
                corpus, tmp_path / "one", FakeEmbedder(), server=through, rebuild=step % 3 == 0
            )
            finished += 1
        except IndexStoreError as error:
            cuts.append(error)
        assert texts(reader) in (old, new)
        proxy.cut_after = None
        time.sleep(0.3)
        build_index(corpus, tmp_path / "one", FakeEmbedder(), server=through)
        assert texts(reader) == new
    assert len(cuts) >= 5
    assert all(error.retryable for error in cuts)
    reader.close()
    assert read(tmp_path / "three", server) == new


_WRITER = """
import sys
from pathlib import Path
from index.build import build_index
from index.server import Server
from tests.fakes import FakeEmbedder
print("ready", flush=True)
build_index(Path(sys.argv[1]), Path(sys.argv[2]), FakeEmbedder(delay=0.5),
            server=Server(sys.argv[3], sys.argv[4]))
"""


def test_a_killed_writer_blocks_nobody_for_ever(
    tmp_path: Path,
    server: Server,
    corpus: Path,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    reader = Index(tmp_path / "two", FakeEmbedder(), server)
    write_articles(corpus, CHANGED)
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, corpus, tmp_path / "one", server.url, server.collection],
        cwd=repository,
        stdout=subprocess.PIPE,
    )
    connection = Connection(server)
    try:
        _wait_until_locked(connection, writer)
        with pytest.raises(IndexStoreError, match="another process is writing") as raised:
            build_index(corpus, tmp_path / "three", FakeEmbedder(), server=server)
        assert raised.value.retryable
        assert texts(reader) == TOWN
    finally:
        writer.kill()
        writer.communicate()
    assert _is_locked(connection)
    with pytest.raises(IndexStoreError, match="ends after 30 seconds"):
        build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    assert texts(reader) == TOWN
    monkeypatch.setattr(heads, "EXPIRY_SECONDS", 0.1)
    time.sleep(0.2)
    build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    assert texts(reader) == CHANGED
    assert not _is_locked(connection)
    reader.close()
    connection.close()


def _is_locked(connection: Connection) -> bool:
    names = connection.ask(lambda client: [found.name for found in client.list_collections()])
    return f"{connection.server.collection}-lock" in names


def _wait_until_locked(connection: Connection, writer: subprocess.Popen[Any]) -> None:
    until = time.monotonic() + 60
    while not _is_locked(connection):
        assert time.monotonic() < until
        assert writer.poll() is None
        time.sleep(0.05)


_COMMAND = """
import sys
import rag.session
from rag.cli import run
from tests.fakes import FakeEmbedder
rag.session.embedder_for = lambda *_: FakeEmbedder(delay=0.5)
sys.argv = ["footnote", "index", *sys.argv[1:]]
run()
"""


def test_the_command_gives_its_right_back_at_sigterm(
    tmp_path: Path, server: Server, corpus: Path, repository: Path
) -> None:
    write_articles(corpus, CHANGED)
    writer = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, corpus, "--index", tmp_path / "one"],
        cwd=repository,
        env=os.environ
        | {
            "FOOTNOTE_CHROMA_URL": server.url,
            "FOOTNOTE_CHROMA_COLLECTION": server.collection,
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    connection = Connection(server)
    try:
        _wait_until_locked(connection, writer)
        writer.terminate()
        _, err = writer.communicate(timeout=60)
    finally:
        writer.kill()
        writer.communicate()
    assert writer.returncode == 143
    assert "Traceback" not in err
    assert not _is_locked(connection)
    connection.close()
    build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)


def test_a_request_to_stop_while_the_right_is_taken_gives_it_back(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = ServerLock._take

    def interrupted(lock: ServerLock) -> bool:
        assert take(lock)
        raise KeyboardInterrupt

    monkeypatch.setattr(ServerLock, "_take", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ServerLock(server).__enter__()
    monkeypatch.setattr(ServerLock, "_take", take)
    connection = Connection(server)
    assert not _is_locked(connection)
    connection.close()


def test_who_was_taken_for_dead_may_not_switch(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "BEAT_SECONDS", 60.0)  # one that is stopped does not beat
    with ServerLock(server) as sleeper:
        monkeypatch.setattr(heads, "EXPIRY_SECONDS", 0.05)
        time.sleep(0.1)
        with ServerLock(server) as heir:
            heir.confirm()
            with pytest.raises(IndexStoreError, match="has taken over") as raised:
                sleeper.confirm()
            assert raised.value.retryable
            with pytest.raises(IndexStoreError, match="has taken over"):
                sleeper.check()
            heir.check()


def test_a_long_run_keeps_its_right(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(heads, "EXPIRY_SECONDS", 2.0)
    with ServerLock(server):
        time.sleep(3.0)
        with pytest.raises(IndexStoreError, match="another process is writing"):
            ServerLock(server).__enter__()


def test_the_doctor_knows(
    tmp_path: Path,
    server: Server,
    proxy: Proxy,
    corpus: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("index.doctor.embedder_for", lambda *_: FakeEmbedder())
    monkeypatch.setenv("FOOTNOTE_CHROMA_URL", proxy.url)
    monkeypatch.setenv("FOOTNOTE_CHROMA_COLLECTION", server.collection)
    monkeypatch.setenv("FOOTNOTE_CHROMA_TOKEN", SECRET)
    monkeypatch.setenv("FOOTNOTE_INDEX", str(tmp_path / "two"))
    assert any("no index yet" in finding.what for finding in examine())
    build_index(corpus, tmp_path / "one", FakeEmbedder(), server=server)
    found = [str(finding) for finding in examine()]
    assert any(f"{server.collection}, {len(TOWN)} articles" in line for line in found)
    assert any(f"index: {len(TOWN)} files" in line for line in found)
    proxy.token = "another"
    found = [str(finding) for finding in examine()]
    assert any("error" in line and "does not accept the token" in line for line in found)
    assert SECRET not in "".join(found)


@pytest.mark.parametrize("setting", ["tenant", "database"])
def test_a_tenant_or_a_database_that_is_not_there_is_named(
    tmp_path: Path, server: Server, corpus: Path, setting: str
) -> None:
    wrong = replace(server, **{setting: "nobody"})
    for use in (
        lambda: build_index(corpus, tmp_path / "index", FakeEmbedder(), server=wrong),
        lambda: Index(tmp_path / "index", FakeEmbedder(), wrong),
        lambda: head_of(wrong),
    ):
        with pytest.raises(IndexStoreError, match="has no database") as raised:
            use()
        assert "nobody" in raised.value.what
        assert f"FOOTNOTE_CHROMA_{setting.upper()}" in raised.value.fix
    assert not (tmp_path / "index").exists()


def test_errors_are_for_people(server: Server) -> None:
    connection = Connection(replace(server, token=SecretStr(SECRET)))

    def fail(client: object) -> None:
        raise RuntimeError(f"header Bearer {SECRET} is odd")

    with pytest.raises(FootnoteError) as raised:
        connection.ask(fail)
    assert SECRET not in str(raised.value)
    assert "is odd" in raised.value.what
    connection.close()
