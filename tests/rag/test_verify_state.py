"""A check goes by the state of the index that the paragraphs came from."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from index.build import build_index
from index.store import Index
from rag.answering import Found
from rag.fluent import _hold
from rag.retrieve import Retriever
from rag.verify import Verifier, verify_sentence
from tests.fakes import FakeEmbedder
from tests.index.articles import TOWN, write_articles

ROSES = "The garden behind the museum has 4,711 roses, and visitors may enter it for free."
PLACE = ("garden.txt", 1)


@pytest.mark.parametrize("rebuild", [False, True], ids=["update", "rebuild"])
def test_an_update_does_not_change_what_is_held(tmp_path: Path, rebuild: bool) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    build_index(folder, tmp_path / "index", FakeEmbedder())
    index = Index(tmp_path / "index", FakeEmbedder())
    held = Verifier(index, [PLACE])
    write_articles(folder, {**TOWN, "garden.txt": TOWN["garden.txt"].replace("4,711", "12")})
    build_index(folder, tmp_path / "index", FakeEmbedder(), rebuild=rebuild)

    assert not verify_sentence(ROSES, [PLACE], [], index).supported
    verdict = held.verify(ROSES, [PLACE], [])
    assert verdict.supported
    assert verdict.passage is not None
    text = held.articles["garden.txt"].text
    assert text[verdict.passage.start : verdict.passage.end] == ROSES
    in_other_words = held.verify("Visitors see 12 roses in the garden.", [PLACE], [])
    assert in_other_words.reason == "12 is not in paragraph 1, which says 4,711"
    index.close()


def test_what_was_found_before_an_update_is_looked_for_again(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    build_index(folder, tmp_path / "index", FakeEmbedder())
    index = Index(tmp_path / "index", FakeEmbedder())
    retriever = Retriever(index)
    retrieval = retriever.retrieve("How many roses does the garden have?")
    found = cast(Found, SimpleNamespace(retrieval=retrieval, statements=()))
    assert _hold(found, retriever) is not None
    write_articles(folder, {**TOWN, "garden.txt": TOWN["garden.txt"].replace("4,711", "12")})
    build_index(folder, tmp_path / "index", FakeEmbedder())
    assert _hold(found, retriever) is None
    index.close()
