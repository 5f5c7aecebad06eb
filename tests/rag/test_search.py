"""Paragraphs found and read, each exactly where it says that it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embed import local_embedder
from index.errors import QuestionError
from index.store import Index
from rag.search import MAX_HITS, read_paragraph, search

pytestmark = pytest.mark.integration

_FILE = "004_c6b7aa09887676cd.txt"


@pytest.mark.parametrize("query", ["Kremlin spokesperson", "drone attack", "Wer verhandelt?", "?"])
def test_what_is_found_stands_where_it_says(seeds_index: Path, seeds: Path, query: str) -> None:
    hits = search(query, seeds_index, limit=20)
    assert len(hits) == len({(hit.file, hit.paragraph) for hit in hits}) > 5
    for hit in hits:
        text = (seeds / hit.file).read_text("utf-8")
        assert text[hit.start : hit.end] == hit.text
        assert text[hit.quote_start : hit.quote_end] == hit.quote
        assert hit.start <= hit.quote_start < hit.quote_end <= hit.end
        # What is found can be read: the same paragraph by its number.
        read = read_paragraph(hit.file, hit.paragraph, seeds_index).to_dict()
        assert read.items() <= hit.to_dict().items()
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_what_is_asked_for_comes_first(seeds_index: Path) -> None:
    best = search("Who is the Kremlin spokesperson?", seeds_index, limit=1)
    assert [(hit.file, hit.paragraph) for hit in best] == [(_FILE, 8)]


def test_only_the_files_asked_for_are_searched(seeds_index: Path) -> None:
    assert {hit.file for hit in search("war", seeds_index, ["004*"], limit=20)} == {_FILE}


def test_every_paragraph_can_be_read(seeds_index: Path, seeds: Path) -> None:
    index = Index(seeds_index, local_embedder())
    with index.reading():
        rows = index.catalog.articles()
    index.close()
    for row in rows:
        text = (seeds / row.file).read_text("utf-8")
        for number in range(1, row.paragraphs + 1):
            read = read_paragraph(row.file, number, seeds_index)
            assert read.text == text[read.start : read.end] != ""
            assert (read.paragraph, read.paragraphs) == (number, row.paragraphs)


@pytest.mark.parametrize(
    ("query", "files", "limit"),
    [("", [], 5), (" \n", [], 5), ("x" * 4001, [], 5), ("x", [], 0), ("x", [], MAX_HITS + 1)],
)
def test_a_query_that_cannot_be_used_is_refused(
    seeds_index: Path, query: str, files: list[str], limit: int
) -> None:
    with pytest.raises(QuestionError):
        search(query, seeds_index, files, limit)


@pytest.mark.parametrize(("file", "number"), [("no.txt", 1), (_FILE, 0), (_FILE, 13), ("", 1)])
def test_a_paragraph_that_is_not_there_is_named(seeds_index: Path, file: str, number: int) -> None:
    with pytest.raises(QuestionError, match=r"no article|no paragraph"):
        read_paragraph(file, number, seeds_index)
