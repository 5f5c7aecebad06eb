"""Words of time beside the day of their article, articles since a day, and the newest first."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from index.build import build_index
from index.catalog import Catalog
from index.errors import QuestionError
from index.store import Index
from rag.ask import ask
from rag.cli import app
from rag.models import Citation
from rag.quote import choose
from rag.retrieve import Retriever
from rag.session import close_indexes
from rag.since import Since, parse_since, since_note
from rag.when import date_notes, newest_first, relative_times
from tests.fakes import FakeEmbedder
from tests.index.articles import fill, write_articles

TOLD = "The harbour of Bath was opened again on Monday by Mayor Carla Ruiz after the storm."
COPIES = {
    "2023-05-01_oldest.txt": TOLD,
    "2024-05-01_old.txt": TOLD,
    "2025-05-01_new.txt": TOLD.replace("after the storm", "after the long storm"),
    "undated.txt": TOLD,
    "wire.jsonl": '{"id": "a", "date": "2022-01-01", "text": "The museum keeps 44 ship models."}',
}


def cited(quote: str, file: str = "a.txt", day: str | None = "2025-12-30") -> Citation:
    return Citation(1, file, 1, quote, 0, len(quote), "", 1.0, date=day)


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("He said on Tuesday that the bridge opens next week.", ["on Tuesday", "next week"]),
        ("Peskov said Monday that they were expected to speak.", ["Monday"]),
        ("Yesterday it rained, and two weeks ago too.", ["Yesterday", "two weeks ago"]),
        ("Trump said earlier this week that it was close.", ["earlier this week"]),
        ("It was late on Friday night.", ["late on Friday night"]),
        ("Am Montag sagte er, gestern sei es besser gewesen.", ["Montag", "gestern"]),
        ("В понедельник и в среду, вчера и сегодня.", ["в среду", "вчера", "сегодня"]),
        ("On Tuesday, December 30, 2025, he came home.", []),
        ("It began on Feb. 24, 2022, and in 1946.", []),
        ("Plácido Domingo sang about spring.", []),
        ("", []),
    ],
)
def test_words_that_need_a_date(text: str, phrases: list[str]) -> None:
    found = relative_times(text)
    assert [p for p in found if not p.startswith("В ")] == phrases


def test_a_note_names_the_words_and_the_day() -> None:
    citations = [
        cited("He said on Tuesday that it opens next week.", "wire.txt"),
        cited("She said so on Tuesday.", "wire.txt"),
        cited("It has 4,711 roses.", "garden.txt"),
        cited("It closed yesterday.", "undated.txt", None),
    ]
    expected = "“on Tuesday”, “next week” in wire.txt: the article is of Tuesday, 2025-12-30"
    assert date_notes(citations) == [expected]


@pytest.mark.parametrize(
    ("text", "day"),
    [("2025", "2025-01-01"), ("2025-03", "2025-03-01"), (" 2025-03-31 ", "2025-03-31")],
)
def test_since_a_year_a_month_or_a_day(text: str, day: str) -> None:
    assert parse_since(text) == day
    assert parse_since(date(2025, 3, 31)) == "2025-03-31"


@pytest.mark.parametrize("text", ["", "yesterday", "2025-02-30", "30.12.2025", "2025-3", "0000"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="is no date"):
        parse_since(text)


@pytest.fixture
def retriever(tmp_path: Path) -> Retriever:
    folder = write_articles(tmp_path / "articles", COPIES)
    build_index(folder, tmp_path / "index", FakeEmbedder())
    return Retriever(Index(tmp_path / "index", FakeEmbedder()))


def test_files_since_a_day(retriever: Retriever) -> None:
    with retriever.index.reading():
        matching = retriever.matching_files
        assert matching([]) is None
        assert matching([Since("2024-05-01")]) == ["2024-05-01_old.txt", "2025-05-01_new.txt"]
        assert matching(["*old*", Since("2024-05-01")]) == ["2024-05-01_old.txt"]
        assert matching(["wire.jsonl"]) == matching(["wire.jsonl#a"]) == ["wire.jsonl#a"]
        with pytest.raises(QuestionError, match="known to be of 2030-01-01 or later"):
            matching([Since("2030-01-01")])
        with pytest.raises(QuestionError, match=r"no indexed file matches nothing\*"):
            matching(["nothing*", Since("2024-05-01")])


def test_of_articles_that_say_the_same_the_newest_is_quoted(retriever: Retriever) -> None:
    with retriever.index.reading():
        found = retriever.retrieve("Who opened the harbour of Bath again?")
        claims = newest_first(choose(found.candidates), retriever.index.articles)
    [claim] = claims
    assert [passage.file for passage in claim.passages] == [  # type: ignore[union-attr]
        "2025-05-01_new.txt",
        "2024-05-01_old.txt",
        "2023-05-01_oldest.txt",
    ]


def test_a_note_counts_what_has_no_date(tmp_path: Path) -> None:
    with closing(Catalog(tmp_path / "catalog.sqlite3", create=True)) as catalog:
        fill(catalog, {"2025-01-01.txt": TOLD})
        assert since_note(Since("2025-01-01"), catalog).endswith("or later were asked")
        fill(catalog, {"a.txt": TOLD})
        assert since_note(Since("2025-01-01"), catalog).endswith(
            "1 article has no date and is left out"
        )


def test_a_citation_names_its_page() -> None:
    one = Citation(1, "a.pdf", 8, "x", 0, 1, "", 1.0, page=3)
    assert one.place == "a.pdf, paragraph 8, page 3"
    assert cited("x").place == "a.txt, paragraph 1"


# -- the way of a question -----------------------------------------------------------------


def test_ask_since_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rag.session.embedder_for", lambda *_: FakeEmbedder())
    path = tmp_path / "index"
    build_index(write_articles(tmp_path / "articles", COPIES), path, FakeEmbedder())
    question = "Who opened the harbour of Bath again?"
    answer = ask(question, path, since="2024-06")
    assert [(c.file, c.date) for c in answer.citations] == [("2025-05-01_new.txt", "2025-05-01")]
    assert answer.to_dict()["citations"][0]["date"] == "2025-05-01"
    assert "page" not in answer.to_dict()["citations"][0]
    since, relative = answer.notes[-2:] if len(answer.notes) > 1 else ("", "")
    assert since == (
        "Only articles of 2024-06-01 or later were asked; 1 article has no date and is left out"
    )
    assert relative.startswith("“on Monday” in 2025-05-01_new.txt: the article is of Thursday")
    with pytest.raises(QuestionError, match="is no date"):
        ask(question, path, since="soon")
    app(["ask", question, "--index", str(path), "--since", "2024-06"], standalone_mode=False)
    assert "[1] 2025-05-01_new.txt, paragraph 1 (article of 2025-05-01)" in capsys.readouterr().out
    close_indexes()
