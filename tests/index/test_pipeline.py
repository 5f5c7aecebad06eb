"""What indexing makes of the sample articles is on record: a change of it must be announced."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index import load
from index.build import build_index
from index.catalog import Catalog
from index.chunk import chunk_article
from index.load import SourceFile
from index.scan import read_article
from index.status import read_status
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, write_articles
from tests.index.contents import assert_same, read_contents

# PIPELINE_VERSION → what it makes of seeds/. Add a line; never change one.
RECORDED = {1: "ab030675546d707a", 2: "ab030675546d707a", 3: "ab030675546d707a"}

_OUTPUT = [
    "SELECT file, text, title, author FROM article ORDER BY 1",
    "SELECT file, number, start, end, kind, tokens FROM paragraph ORDER BY 1, 2",
    "SELECT id, start, end, embedded, kind, tokens FROM chunk ORDER BY 1",
    "SELECT chunk.id, term, count FROM posting JOIN chunk ON chunk.key = posting.chunk"
    " ORDER BY 1, 2",
    "SELECT skeleton, word, file, count FROM name ORDER BY 1, 2, 3",
]


def fingerprint(seeds: Path, path: Path) -> str:
    """Of all that the catalogue keeps of the sample articles; vectors and digests left out."""
    with closing(Catalog(path, create=True)) as catalog:
        catalog.begin()
        for file in sorted(seeds.iterdir()):
            article = read_article(SourceFile(file.name, file), file.read_bytes())
            catalog.put_article(article, chunk_article(article))
        catalog.commit()
    with closing(sqlite3.connect(path)) as database:
        rows = [database.execute(query).fetchall() for query in _OUTPUT]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def test_the_output_of_the_pipeline_is_the_one_on_record(seeds: Path, tmp_path: Path) -> None:
    now = fingerprint(seeds, tmp_path / "catalog.sqlite3")
    assert RECORDED.get(load.PIPELINE_VERSION) == now, (
        "indexing makes something else of the same files: "
        f"raise PIPELINE_VERSION in index/load.py and record {now!r} for it here"
    )
    assert max(RECORDED) == load.PIPELINE_VERSION


def test_another_pipeline_makes_every_file_anew_and_embeds_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, path = write_articles(tmp_path / "articles", TOWN), tmp_path / "index"
    build_index(folder, path, FakeEmbedder())
    before = read_contents(path)
    monkeypatch.setattr(load, "PIPELINE_VERSION", load.PIPELINE_VERSION + 1)
    assert read_status(path, 10**6).stale == sorted(TOWN)
    summary = build_index(folder, path, FakeEmbedder())
    assert (summary.added, summary.updated, summary.embedded) == (0, len(TOWN), 0)
    assert read_status(path, 10**6).stale == []
    assert read_contents(path).chunks == before.chunks
    build_index(folder, tmp_path / "scratch", FakeEmbedder())
    assert_same(path, tmp_path / "scratch")
