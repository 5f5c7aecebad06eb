"""An index on a real Chroma server: the same answers, on every machine, after every change."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from index import head as heads
from index import store
from index.build import Summary, build_index
from index.catalog import Relation
from index.embed import local_embedder
from index.errors import CorpusError, IndexStoreError
from index.local_chroma import LocalChroma
from index.models import Article
from index.server import Connection, Server
from index.server_build import _ServerBuild
from index.server_chroma import ServerChroma
from index.status import read_status
from index.store import Index
from rag.ask import ask
from rag.session import close_indexes, open_index
from tests.fakes import FakeEmbedder
from tests.index.articles import HARBOUR, TOWN, write_articles
from tests.server.chroma_server import ChromaServer

pytestmark = pytest.mark.integration

COPY = HARBOUR.replace("(abc, xy)", "(def, yz)")
CHANGED = {
    "harbour.txt": HARBOUR.replace("6,460", "7,007"),
    "garden.txt": TOWN["garden.txt"],
    "copy/port.txt": COPY,
}


def build(corpus: Path, path: Path, server: Server, **options: bool) -> Summary:
    return build_index(corpus, path, FakeEmbedder(), server=server, **options)


def contents(path: Path, server: Server | None) -> tuple[list[Article], list[str], list[Relation]]:
    """Articles, chunks with the vectors that they have, and relations, as a reader sees them."""
    index = Index(path, FakeEmbedder(), server)
    try:
        with index.reading():
            files = index.catalog.files()
            rows = index.catalog.chunks_of_files(files)
            assert index.vectors_of(rows).keys() == {row.key for row in rows}
            articles = [index.articles[file] for file in files]
            return articles, [row.id for row in rows], index.catalog.relations()
    finally:
        index.close()


def on_server(server: Server) -> dict[str, int]:
    """Collection of this index → how many records it has."""
    connection = Connection(server)
    try:
        return connection.ask(
            lambda client: {
                found.name.removeprefix(server.collection): found.count()
                for found in client.list_collections()
                if found.name.startswith(server.collection)
            }
        )
    finally:
        connection.close()


def test_the_same_citations_as_from_the_disk(
    seeds: Path,
    seeds_index: Path,
    repository: Path,
    tmp_path: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = (repository / "tests/questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines[::6]]
    expected = [ask(question, index=seeds_index) for question in questions]
    build_index(seeds, tmp_path / "writer", local_embedder(), server=server)
    monkeypatch.setenv("FOOTNOTE_CHROMA_URL", server.url)
    monkeypatch.setenv("FOOTNOTE_CHROMA_COLLECTION", server.collection)
    for path in (tmp_path / "writer", tmp_path / "another machine"):
        found = [ask(question, index=path) for question in questions]
        assert [answer.text for answer in found] == [answer.text for answer in expected]
        assert [answer.citations for answer in found] == [a.citations for a in expected]
    assert len({answer.answered for answer in expected}) == 2, "answers and refusals are compared"
    assert not list(tmp_path.glob("*/data-*/chroma/*")), "no vectors lie on the disk"


def test_asking_on_another_machine_loads_nothing_heavy(
    tmp_path: Path, server: Server, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(
        write_articles(tmp_path / "articles", TOWN),
        tmp_path / "one",
        local_embedder(),
        server=server,
    )
    monkeypatch.setenv("FOOTNOTE_CHROMA_URL", server.url)
    monkeypatch.setenv("FOOTNOTE_CHROMA_COLLECTION", server.collection)
    asked = subprocess.run(
        [sys.executable, "-c", _ASK, tmp_path / "two"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.split() == ["harbour.txt", "[]"]


_ASK = """
import sys
from rag import ask
print(ask("How much did the repairs of the harbour cost?", index=sys.argv[1]).citations[0].file)
print([name for name in ("llama_index", "openai", "gradio") if name in sys.modules])
"""


def test_changes_reach_every_node_and_equal_a_build_from_scratch(
    tmp_path: Path, server: Server
) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    assert build(corpus, tmp_path / "one", server).embedded > 0
    other = Index(tmp_path / "two", FakeEmbedder(), server)
    again = build(corpus, tmp_path / "one", server)
    assert (again.embedded, again.added, again.updated, again.removed) == (0, 0, 0, 0)
    with other.reading():
        assert other.catalog.files() == sorted(TOWN)
        before = other.snapshot

    write_articles(corpus, CHANGED)
    done = build(corpus, tmp_path / "one", server)
    assert (done.added, done.updated, done.removed) == (1, 1, 1)
    with other.reading():
        assert other.catalog.files() == sorted(CHANGED)
        assert other.snapshot.generation > before.generation
        assert other.catalog.relations(), "what is related is found here as well"
        assert other.nearest(FakeEmbedder().embed_query("bridge committee"), 50)
    other.close()

    build_index(corpus, tmp_path / "disk", FakeEmbedder())
    expected = contents(tmp_path / "disk", None)
    for path in ("one", "two", "three"):
        assert contents(tmp_path / path, server) == expected
    kept = on_server(server)
    [vectors] = [kept[name] for name in kept if name.endswith("-vectors")]
    with store.open_catalog(tmp_path / "disk", "data-1")._db as database:
        [(distinct,)] = database.execute("SELECT count(DISTINCT vector) FROM chunk").fetchall()
    assert vectors == distinct, "vectors of what is gone are gone"
    [articles] = [kept[name] for name in kept if name.endswith("-articles")]
    assert articles == len(CHANGED), "and so are its texts"
    assert len(kept) == 3, "the head, vectors, articles; no lock is left"


def test_any_node_may_write(tmp_path: Path, server: Server) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    build(corpus, tmp_path / "one", server)
    write_articles(corpus, CHANGED)
    build(corpus, tmp_path / "two", server)  # it has neither catalogue nor cache yet
    write_articles(corpus, TOWN)
    done = build(corpus, tmp_path / "one", server)
    assert (done.added, done.updated, done.removed) == (1, 1, 1)
    assert contents(tmp_path / "two", server) == contents(tmp_path / "one", server)


def test_a_rebuild_replaces_the_data_at_once(tmp_path: Path, server: Server) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    build(corpus, tmp_path / "one", server)
    other = Index(tmp_path / "two", FakeEmbedder(), server)
    before, names = other.snapshot, set(on_server(server))
    expected = contents(tmp_path / "one", server)
    assert build(corpus, tmp_path / "one", server, rebuild=True).embedded == 0
    with other.reading():
        assert other.snapshot.data != before.data
        assert other.nearest(FakeEmbedder().embed_query("garden"), 3)
    other.close()
    assert contents(tmp_path / "two", server) == expected
    after = set(on_server(server))
    assert len(after) == 3
    assert names & after == {""}


def test_the_folder_of_articles_is_needed_by_the_indexer_alone(
    tmp_path: Path, server: Server
) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    build(corpus, tmp_path / "one", server)
    corpus.rename(tmp_path / "elsewhere-now")
    articles, chunks, _ = contents(tmp_path / "two", server)
    assert [article.text for article in articles] == [TOWN[name] for name in sorted(TOWN)]
    assert chunks
    status = read_status(tmp_path / "two", 10**6, server)
    assert status.complete
    assert status.server == f"{server.url} ({server.collection})"
    assert "there is no folder" in str(status.problem)


def test_long_and_strange_articles_come_back_as_they_were(tmp_path: Path, server: Server) -> None:
    strange = {
        "long.txt": "\n\n".join(f"Sentence {n} says “Zürich 東京 😀”.\r" for n in range(900)),
        'q"uo\nte é.txt': "A \x0b line\u2028 with \x85 odd breaks.\n\nIt’s “here”. \ud7ff \ufffe",
        "empty-ish.txt": ".",
    }
    corpus = tmp_path / "articles"
    corpus.mkdir()
    for name, text in strange.items():
        (corpus / name).write_bytes(text.encode())
    lines = [{"id": f"é/{n}", "text": f"Text {n}.", "title": "T"} for n in range(3)]
    lines.append({"id": "alone", "text": "A lone \ud800 surrogate is here.", "title": "x"})
    (corpus / "wire.jsonl").write_text("\n".join(map(json.dumps, lines)))
    build(corpus, tmp_path / "one", server)
    build_index(corpus, tmp_path / "disk", FakeEmbedder())
    expected = contents(tmp_path / "disk", None)
    assert len(expected[0]) >= 6
    assert contents(tmp_path / "one", server) == expected
    assert contents(tmp_path / "two", server) == expected


def test_processes_with_the_same_path_follow_one_another(tmp_path: Path, server: Server) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    build(corpus, tmp_path / "writer", server)
    readers = [Index(tmp_path / "shared", FakeEmbedder(), server) for _ in range(3)]
    write_articles(corpus, CHANGED)
    build(corpus, tmp_path / "writer", server)
    start = threading.Barrier(len(readers))

    def look(index: Index) -> list[str]:
        start.wait()
        with index.reading():
            return index.catalog.files()

    with ThreadPoolExecutor(len(readers)) as pool:
        assert list(pool.map(look, readers)) == [sorted(CHANGED)] * len(readers)
    for index in readers:
        index.close()


def test_readers_see_an_update_whole_or_not_at_all(tmp_path: Path, server: Server) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    build(corpus, tmp_path / "one", server)
    stop = threading.Event()
    seen: list[tuple[str, ...]] = []

    def read() -> None:
        index = Index(tmp_path / "two", FakeEmbedder(), server)
        while not stop.is_set():
            with index.reading():
                files = index.catalog.files()
                seen.append(tuple(index.articles[file].text for file in files))
        index.close()

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        for articles in (CHANGED, TOWN, CHANGED):
            write_articles(corpus, articles)
            build(corpus, tmp_path / "one", server)
        stop.set()
        reading.result()
    whole = {tuple(made[name] for name in sorted(made)) for made in (TOWN, CHANGED)}
    assert set(seen) <= whole
    assert len(set(seen)) == 2


def test_words_answer_where_a_first_index_is_being_built(tmp_path: Path, server: Server) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    with pytest.raises(RuntimeError, match="told to fail"):
        build_index(corpus, tmp_path / "one", FakeEmbedder(fail_after=3), server=server)
    index = Index(tmp_path / "one", FakeEmbedder(), server)
    assert not index.snapshot.complete
    assert index.snapshot.has_all_words
    with pytest.raises(IndexStoreError, match="not finished"):
        Index(tmp_path / "two", FakeEmbedder(), server)
    build(corpus, tmp_path / "one", server)
    with index.reading():
        assert index.snapshot.complete
        assert index.nearest(FakeEmbedder().embed_query("garden"), 3)
    index.close()
    build_index(corpus, tmp_path / "disk", FakeEmbedder())
    assert contents(tmp_path / "two", server) == contents(tmp_path / "disk", None)


def test_a_server_that_was_emptied_is_filled_again(tmp_path: Path, server: Server) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    build(corpus, tmp_path / "one", server)
    expected = contents(tmp_path / "one", server)
    connection = Connection(server)
    for name in on_server(server):
        connection.ask(lambda client, name=name: client.delete_collection(server.collection + name))
    connection.close()
    with pytest.raises(IndexStoreError, match="no index"):
        Index(tmp_path / "one", FakeEmbedder(), server)
    done = build(corpus, tmp_path / "one", server)
    assert done.embedded == 0
    assert "the server has no index" in done.notes[0]
    assert contents(tmp_path / "one", server) == expected


def test_disk_and_server_are_not_mixed_up(tmp_path: Path, server: Server) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    build_index(corpus, tmp_path / "disk", FakeEmbedder())
    build(corpus, tmp_path / "one", server)
    for path, where in ((tmp_path / "disk", server), (tmp_path / "one", None)):
        with pytest.raises(IndexStoreError) as raised:
            Index(path, FakeEmbedder(), where)
        assert "FOOTNOTE_CHROMA_URL" in raised.value.what + raised.value.fix
        with pytest.raises(IndexStoreError):
            build_index(corpus, path, FakeEmbedder(), server=where)
        done = build_index(corpus, path, FakeEmbedder(), server=where, rebuild=True)
        assert done.embedded == 0
        assert len(contents(path, where)[0]) == len(TOWN)


def test_another_folder_is_refused_until_it_is_meant(tmp_path: Path, server: Server) -> None:
    corpus = write_articles(tmp_path / "articles", TOWN)
    build(corpus, tmp_path / "one", server)
    moved = corpus.rename(tmp_path / "moved")
    with pytest.raises(CorpusError, match="stands for"):
        build(moved, tmp_path / "two", server)
    assert build(moved, tmp_path / "two", server, replace=True).embedded == 0
    assert build(moved, tmp_path / "one", server).embedded == 0
    found = heads.read_head(Connection(server))
    assert found is not None
    assert found.corpus == str(moved.resolve())


def test_the_session_builds_where_there_is_none_and_derives_where_there_is(
    tmp_path: Path, chroma: ChromaServer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_articles(tmp_path / "articles", TOWN)
    monkeypatch.setattr("rag.session.embedder_for", lambda *_: FakeEmbedder())
    monkeypatch.setenv("FOOTNOTE_CHROMA_URL", chroma.url)
    monkeypatch.setenv("FOOTNOTE_CHROMA_COLLECTION", name)
    monkeypatch.setenv("FOOTNOTE_CORPUS", str(tmp_path / "articles"))
    monkeypatch.setenv("FOOTNOTE_INDEX", str(tmp_path / "first"))
    with open_index().reading() as index:
        assert index.catalog.files() == sorted(TOWN)
    monkeypatch.setenv("FOOTNOTE_INDEX", str(tmp_path / "second"))
    monkeypatch.setenv("FOOTNOTE_CORPUS", str(tmp_path / "no such folder"))
    with open_index().reading() as index:
        assert index.catalog.files() == sorted(TOWN)
    close_indexes()


def test_vectors_over_http_are_those_of_the_embedded_chroma(tmp_path: Path, server: Server) -> None:
    texts = [f"text {n} of {n % 7}" for n in range(450)]  # more than one request
    made = FakeEmbedder().embed_passages(texts)
    ids = [f"id{n}" for n in range(len(texts))]
    connection = Connection(server)
    remote = ServerChroma(connection, server.collection)
    remote.create()
    local = LocalChroma(tmp_path / "chroma", create=True)
    for place in (remote, local):
        place.put(ids, made, texts)
        place.remove(["id3", "nothing"])
        assert place.count() == len(texts) - 1
        assert place.ids() == set(ids) - {"id3"}
    query = FakeEmbedder().embed_query("text 9")
    near = remote.nearest(query, 5)
    assert [id_ for id_, _ in near] == [id_ for id_, _ in local.nearest(query, 5)]
    found = remote.vectors(["id1", "id3", "id449"])
    assert found.keys() == {"id1", "id449"}
    assert abs(found["id449"] - made[449]).max() < 1e-5
    local.close()
    connection.close()


def test_a_large_update_and_a_folder_that_changes_under_it(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.build._AT_HAND", 0)  # every update is read a second time
    corpus = write_articles(tmp_path / "articles", TOWN)
    build(corpus, tmp_path / "one", server)
    change = _ServerBuild._change
    meanwhile = {
        "harbour.txt": TOWN["harbour.txt"],  # changed, and back again
        "garden.txt": "The garden was sold.",  # changed after it was looked at
        "bridge.txt": TOWN["bridge.txt"],  # gone, and there again
    }

    def meddled(self: _ServerBuild, *arguments: Any) -> set[str]:
        write_articles(corpus, meanwhile)
        return change(self, *arguments)

    write_articles(corpus, CHANGED)
    with monkeypatch.context() as patched:
        patched.setattr(_ServerBuild, "_change", meddled)
        build(corpus, tmp_path / "one", server)
    articles, _, _ = contents(tmp_path / "two", server)
    assert {article.file for article in articles} >= {"garden.txt", "harbour.txt"}
    write_articles(corpus, CHANGED)
    build(corpus, tmp_path / "one", server)
    build_index(corpus, tmp_path / "disk", FakeEmbedder())
    expected = contents(tmp_path / "disk", None)
    assert contents(tmp_path / "two", server) == expected
    assert contents(tmp_path / "one", server) == expected
