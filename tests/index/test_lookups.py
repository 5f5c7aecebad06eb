"""What the catalogue and the index look up beside the search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.build import build_index
from index.catalog import Catalog
from index.store import Index
from tests.fakes import FakeEmbedder, embed
from tests.index.articles import BRIDGE, HARBOUR, TOWN, fill, write_articles


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3", create=True)
    fill(catalog, {"bridge.txt": BRIDGE, "harbour.txt": HARBOUR})
    yield catalog
    catalog.close()


def test_the_first_chunk_of_each_body(catalog: Catalog) -> None:
    rows = catalog.first_chunks(["harbour.txt", "nowhere.txt", "bridge.txt"])
    assert [row.place for row in rows] == [("harbour.txt", 3), ("bridge.txt", 1)]
    assert HARBOUR[rows[0].start :].startswith("The harbour of Bath")


def test_of_more_files_than_one_statement_takes(catalog: Catalog) -> None:
    many = [f"{number}.txt" for number in range(1200)]
    assert [row.file for row in catalog.first_chunks([*many, "bridge.txt"])] == ["bridge.txt"]


def test_the_tokens_that_begin_alike(catalog: Catalog) -> None:
    assert catalog.terms_like("bri") == ["bridge"]
    assert catalog.terms_like("bridges") == []


def test_the_vectors_of_chunks(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    build_index(folder, tmp_path / "index", FakeEmbedder())
    index = Index(tmp_path / "index", FakeEmbedder())
    with index.reading():
        rows = index.catalog.first_chunks(["bridge.txt", "garden.txt"])
        vectors = index.vectors_of([*rows, *rows])
        texts = index.catalog.embedded_texts()
    assert list(vectors) == [row.key for row in rows]
    for row in rows:
        assert np.allclose(vectors[row.key], embed(texts[row.id]), atol=1e-5)
    index.close()
