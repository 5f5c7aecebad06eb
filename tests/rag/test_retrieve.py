"""Retrieval: meaning and words together, exact and the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build_index
from index.errors import QuestionError
from index.store import Index
from rag.calibration import calibration
from rag.retrieve import Retriever
from tests.fakes import FakeEmbedder, FakeError
from tests.index.articles import TOWN, write_articles


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Retriever]:
    embedder = FakeEmbedder()
    folder = write_articles(tmp_path / "articles", TOWN | {"sub/note.txt": "The note is short."})
    build_index(folder, tmp_path / "index", embedder)
    index = Index(tmp_path / "index", embedder)
    yield Retriever(index)
    index.close()


@pytest.mark.parametrize(
    ("question", "file", "paragraph"),
    [
        ("How many roses are in the garden behind the museum?", "garden.txt", 1),
        ("Who opened the harbour of Bath again on Monday?", "harbour.txt", 3),
        ("For how many weeks will the bridge over the river be closed?", "bridge.txt", 1),
        ("What did the repairs cost?", "harbour.txt", 4),
    ],
)
def test_the_right_paragraph_comes_first(
    town: Retriever, question: str, file: str, paragraph: int
) -> None:
    assert town.retrieve(question).candidates[0].row.place == (file, paragraph)


def test_candidates_are_the_sentences_themselves_best_first(town: Retriever) -> None:
    found = town.retrieve("How many roses are in the garden?")
    with town.index.reading() as index:
        for candidate in found.candidates:
            row = candidate.row
            article = index.catalog.article(row.file)
            assert article is not None
            assert candidate.text == article.text[row.start : row.end]
            paragraph = article.paragraph(row.paragraph)
            assert paragraph.start <= row.start < row.end <= paragraph.end
            assert paragraph.kind.is_evidence
    scores = [candidate.score for candidate in found.candidates]
    assert scores == sorted(scores, reverse=True)
    keys = [candidate.row.key for candidate in found.candidates]
    assert len(set(keys)) == len(keys)


def test_cosines_are_exact(town: Retriever) -> None:
    question = "Who opened the harbour?"
    found = town.retrieve(question)
    query = town.index.embedder.embed_query(question)
    exact = town.index.cosines(query, [c.row for c in found.candidates])
    nearest = [cosine for _, cosine in town.index.nearest(query, 60)]
    scale = calibration(town.index.embedder.name).scale_for(nearest)  # the fake was never fitted
    assert scale > 0
    for candidate in found.candidates:
        assert candidate.cosine == pytest.approx(scale * exact[candidate.row.key], abs=1e-5)


def test_the_same_question_finds_the_same(town: Retriever) -> None:
    assert town.retrieve("Who was it?") == town.retrieve("Who was it?")


def test_words_that_no_article_uses_are_named(town: Retriever) -> None:
    found = town.retrieve("Did Mayor Ruiz see penguins in the harbour?")
    assert "penguins" in found.unknown
    assert not {"Mayor", "Ruiz", "harbour"} & set(found.unknown)


def test_whether_the_wanted_kind_is_there(town: Retriever) -> None:
    by_text = {c.text: c.offers for c in town.retrieve("How many roses are there?").candidates}
    assert by_text["The repairs cost 6,460 pounds and were paid by the city."] is True
    assert by_text["They took longer than planned."] is False
    assert {c.offers for c in town.retrieve("Tell me of the harbour.").candidates} == {None}


# -- some files only -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("globs", "files"),
    [
        (["garden.txt"], {"garden.txt"}),
        (["*.txt"], {"harbour.txt", "bridge.txt", "garden.txt", "sub/note.txt"}),
        (["[gb]*.txt"], {"garden.txt", "bridge.txt"}),
        (["sub/*"], {"sub/note.txt"}),
        (["harbour.txt", "nothing.txt"], {"harbour.txt"}),
    ],
)
def test_only_the_files_that_match_are_searched(
    town: Retriever, globs: list[str], files: set[str]
) -> None:
    found = town.retrieve("the harbour, the bridge, the garden, the note", globs)
    assert {candidate.row.file for candidate in found.candidates} == files


@pytest.mark.parametrize("glob", ["nothing.txt", "GARDEN.TXT", "/garden.txt", ""])
def test_a_glob_that_matches_nothing_is_an_error(town: Retriever, glob: str) -> None:
    with pytest.raises(QuestionError, match="no indexed file matches") as raised:
        town.retrieve("roses", [glob])
    assert raised.value.fix


# -- an index that changes, or is not ready ------------------------------------------------


def test_an_update_is_seen_by_the_next_question(town: Retriever, tmp_path: Path) -> None:
    tower = "The tower of the town hall is 63 metres high and was built in 1502."
    write_articles(tmp_path / "articles", TOWN | {"tower.txt": tower})
    assert "tower" in town.retrieve("How high is the tower?").unknown
    build_index(tmp_path / "articles", tmp_path / "index", FakeEmbedder())
    found = town.retrieve("How high is the tower?")
    assert found.candidates[0].text == tower
    assert found.unknown == ()


def test_an_index_half_made_answers_from_what_it_has(tmp_path: Path) -> None:
    articles = {f"{n}.txt": f"Report {n} says that penguin number {n} is well." for n in range(90)}
    folder = write_articles(tmp_path / "articles", articles)
    with pytest.raises(FakeError):
        build_index(folder, tmp_path / "index", FakeEmbedder(fail_after=64))
    index = Index(tmp_path / "index", FakeEmbedder())
    found = Retriever(index).retrieve("Is penguin number 7 well?")
    assert found.candidates
    assert not found.snapshot.complete
    index.close()
