"""A file that changes after it was indexed is told from one that did not."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import build_index
from index.store import Index
from tests.fakes import FakeEmbedder
from ui.freshness import is_stale


@pytest.mark.integration
def test_a_file_is_stale_when_it_says_something_else(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    file = corpus / "a.txt"
    file.write_text("The gardener counted the roses.", "utf-8")
    build_index(corpus, tmp_path / "index", FakeEmbedder())
    index = Index(tmp_path / "index", FakeEmbedder())
    with index.reading():
        article = index.catalog.article("a.txt")
    assert article is not None
    assert not is_stale(index, article)
    file.write_text("The gardener counted the tulips.", "utf-8")
    assert is_stale(index, article)
    file.unlink()
    assert not is_stale(index, article), "a file that cannot be read has not changed"
    index.close()
