"""The catalogue: what is put in comes out, and what is taken out leaves nothing behind."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from index.catalog import PARAGRAPH_SHIFT, ArticleCache, Catalog
from index.chunk import chunk_article
from index.errors import IndexStoreError
from index.models import Kind
from tests.index.articles import BRIDGE, GARDEN, HARBOUR, TOWN, fill, make_article

TABLES = ("article", "paragraph", "chunk", "posting", "name")


def rows(catalog: Catalog) -> dict[str, int]:
    return {table: catalog.count(table) for table in TABLES}


def test_an_article_comes_out_as_it_went_in(catalog: Catalog) -> None:
    fill(catalog, TOWN)
    assert catalog.article("harbour.txt") == make_article(HARBOUR, "harbour.txt")
    assert catalog.article("nothing.txt") is None


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffOne.\r\n\r\nTwo.",
        f"{BRIDGE}\x01 and \x1b[31m escape.",
        "😀 é 𝒳",
        "'; DROP TABLE chunk; --",
    ],
)
def test_any_text_comes_out_as_it_went_in(catalog: Catalog, text: str) -> None:
    fill(catalog, {"a.txt": text})
    article = catalog.article("a.txt")
    assert article is not None
    assert article.text == text


def test_articles_are_listed_by_name(catalog: Catalog) -> None:
    fill(catalog, TOWN)
    listed = catalog.articles()
    assert [row.file for row in listed] == catalog.files() == sorted(TOWN)
    harbour = listed[2]
    assert harbour.title == "The Harbour Opens Again"
    assert harbour.author == "Ann Byron"
    assert harbour.paragraphs == 5
    assert harbour.characters == len(HARBOUR)


def test_digests_are_of_the_bytes(catalog: Catalog) -> None:
    fill(catalog, TOWN)
    assert catalog.digests() == {file: make_article(text).digest for file, text in TOWN.items()}


def test_chunks_are_found_by_id_and_by_key(catalog: Catalog) -> None:
    fill(catalog, TOWN)
    chunks = {c.id: c for file in TOWN for c in chunk_article(make_article(TOWN[file], file))}
    found = catalog.chunks_by_id([*chunks, "no such id"])
    assert found.keys() == chunks.keys()
    for id_, row in found.items():
        chunk = chunks[id_]
        assert row.place == (chunk.file, chunk.paragraph)
        assert (row.start, row.end) == (chunk.start, chunk.end)
        assert row.kind in (Kind.BODY, Kind.HEADING)
    by_key = catalog.chunks_by_key([row.key for row in found.values()])
    assert by_key == {row.key: row for row in found.values()}


def test_more_ids_than_sqlite_takes_at_once(catalog: Catalog) -> None:
    fill(catalog, {f"{n}.txt": BRIDGE for n in range(300)})
    ids = list(catalog.embedded_texts())
    assert len(ids) > 700
    assert catalog.chunks_by_id(ids).keys() == set(ids)
    keys = sorted(catalog.paragraph_keys(f"{n}.txt" for n in range(300)))
    assert catalog.lengths(keys).keys() == set(keys)


def test_the_chunks_of_a_paragraph_are_in_order(catalog: Catalog) -> None:
    fill(catalog, {"a.txt": " ".join(f"This is sentence number {n} of many." for n in range(30))})
    (key,) = catalog.paragraph_keys(["a.txt"])
    found = catalog.chunks_of_paragraphs([key])
    assert len(found) == 30
    assert [row.start for row in found] == sorted(row.start for row in found)
    assert {row.paragraph_key for row in found} == {key}
    assert [row.key for row in found] == [(key << PARAGRAPH_SHIFT) + n for n in range(30)]
    assert catalog.chunks_of_paragraphs([key], 4) == found[:4]


def test_the_texts_embedded_are_listed_by_file(catalog: Catalog) -> None:
    fill(catalog, TOWN)
    chunks = chunk_article(make_article(GARDEN, "garden.txt"))
    assert catalog.embedded_texts(["garden.txt"]) == {c.id: c.embedded for c in chunks}
    assert len(catalog.embedded_texts()) == catalog.count("chunk")


def test_totals_count_what_is_searched(catalog: Catalog) -> None:
    fill(catalog, {"harbour.txt": HARBOUR})
    paragraphs, chunks, tokens = catalog.totals()
    assert paragraphs == 3  # neither byline nor credit
    assert chunks == catalog.count("chunk")
    keys = sorted(catalog.paragraph_keys(["harbour.txt"]))
    assert tokens == sum(catalog.lengths(keys).values()) > 30


def test_words_are_counted(catalog: Catalog) -> None:
    fill(catalog, TOWN)
    assert catalog.frequency("4711") == 1
    assert catalog.frequency("nothin") == 0
    ((key, count),) = catalog.postings("4711")
    assert catalog.chunks_by_key([key])[key].file == "garden.txt"
    assert count == 1


def test_names_are_found_by_their_beginning(catalog: Catalog) -> None:
    fill(catalog, {"a.txt": "Mayor Carla Ruiz met Carla Lang.", "b.txt": "Then Carla left."})
    assert {(form.word, form.count) for form in catalog.names_like("karl")} == {("Carla", 3)}
    assert catalog.names_like("xyz") == []


def test_putting_an_article_again_replaces_it(catalog: Catalog) -> None:
    fill(catalog, TOWN)
    before = rows(catalog)
    fill(catalog, {"harbour.txt": HARBOUR})
    assert rows(catalog) == before
    fill(catalog, {"harbour.txt": GARDEN})
    assert catalog.frequency("6460") == 0
    assert len(catalog.postings("4711")) == 2


def test_a_removed_article_leaves_nothing_behind(catalog: Catalog) -> None:
    fill(catalog, {"harbour.txt": HARBOUR})
    before = rows(catalog)
    fill(catalog, TOWN)
    catalog.begin()
    catalog.remove_article("bridge.txt")
    catalog.remove_article("garden.txt")
    catalog.remove_article("nothing.txt")
    catalog.commit()
    assert rows(catalog) == before
    catalog.begin()
    catalog.remove_article("harbour.txt")
    catalog.commit()
    assert set(rows(catalog).values()) == {0}


def test_what_is_rolled_back_never_was(catalog: Catalog) -> None:
    fill(catalog, {"harbour.txt": HARBOUR})
    before = rows(catalog)
    catalog.begin()
    catalog.remove_article("harbour.txt")
    article = make_article(GARDEN, "garden.txt")
    catalog.put_article(article, chunk_article(article))
    catalog.rollback()
    assert rows(catalog) == before
    assert catalog.files() == ["harbour.txt"]


def test_a_reader_sees_one_state_until_it_looks_again(catalog: Catalog) -> None:
    fill(catalog, {"harbour.txt": HARBOUR})
    reader = Catalog(catalog.path)
    reader.begin_reading()
    assert reader.files() == ["harbour.txt"]
    fill(catalog, {"garden.txt": GARDEN})
    assert reader.files() == ["harbour.txt"]
    reader.rollback()
    reader.begin_reading()
    assert reader.files() == ["garden.txt", "harbour.txt"]
    reader.close()


def test_a_reader_does_not_see_what_is_not_committed(catalog: Catalog) -> None:
    reader = Catalog(catalog.path)
    catalog.begin()
    article = make_article(GARDEN)
    catalog.put_article(article, chunk_article(article))
    assert reader.files() == []
    catalog.commit()
    assert reader.files() == ["a.txt"]
    reader.close()


def test_a_missing_catalogue_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(IndexStoreError, match="lost its catalogue"):
        Catalog(tmp_path / "nothing.sqlite3")
    assert not (tmp_path / "nothing.sqlite3").exists()


@pytest.mark.parametrize("data", [b"", b"not a database, but long enough to be one" * 40])
def test_a_damaged_catalogue_is_an_error_with_its_cure(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "c.sqlite3").write_bytes(data)
    with pytest.raises(IndexStoreError, match="damaged") as raised:
        Catalog(tmp_path / "c.sqlite3")
    assert "--rebuild" in raised.value.fix


def test_damage_inside_is_an_error_with_its_cure(catalog: Catalog) -> None:
    fill(catalog, {f"{n}.txt": BRIDGE for n in range(100)})
    catalog.close()
    sqlite3.connect(catalog.path).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    data = bytearray(catalog.path.read_bytes())
    data[4096:] = b"\x5a" * (len(data) - 4096)
    catalog.path.write_bytes(data)
    with pytest.raises(IndexStoreError, match="damaged") as raised:
        Catalog(catalog.path).article("7.txt")
    assert "--rebuild" in raised.value.fix


def test_articles_are_looked_up_once(catalog: Catalog) -> None:
    fill(catalog, TOWN)
    cache = ArticleCache(catalog)
    assert cache["bridge.txt"] is cache["bridge.txt"]
    assert cache["bridge.txt"].text == BRIDGE
    with pytest.raises(KeyError, match=r"nothing\.txt"):
        cache["nothing.txt"]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("article", "text = substr(text, 1, 40) || char(0, 0, 0) || substr(text, 44)"),
        ("article", "title = char(0, 0)"),
        ("article", "pages = char(0, 0)"),
        ("article", "pages = '7'"),
        ("article", "text = substr(text, 1, 40)"),
        ("paragraph", "kind = char(0)"),
        ("paragraph", "start = -1"),
        ("paragraph", "start = char(0)"),
    ],
)
def test_an_article_that_was_wiped_is_damage_and_is_not_quoted(
    catalog: Catalog, table: str, change: str
) -> None:
    fill(catalog, TOWN)
    catalog._db.execute(f"UPDATE {table} SET {change} WHERE file = 'harbour.txt'")
    assert catalog.article("garden.txt") is not None
    with pytest.raises(IndexStoreError, match="the index is damaged") as raised:
        catalog.article("harbour.txt")
    assert "--rebuild" in raised.value.fix


def test_other_rows_that_were_wiped_are_damage(catalog: Catalog) -> None:
    fill(catalog, TOWN)
    catalog.put("generation", "7")
    assert catalog.number("generation") == 7
    assert catalog.number("nothing") == 0
    chunk = catalog.chunks_of_files(["harbour.txt"], 1)[0]
    for change in [
        "UPDATE chunk SET kind = char(0)",
        "UPDATE article SET title = char(0), date = char(0)",
        "UPDATE meta SET value = char(0)",
        "INSERT INTO relation VALUES ('a', 'b', char(0), 1.0)",
    ]:
        catalog._db.execute(change)
    for read in (
        lambda: catalog.chunks_of_files(["harbour.txt"]),
        lambda: catalog.chunks_by_id([chunk.id]),
        lambda: catalog.sentences("harbour.txt", 3) or catalog.chunks_by_key([chunk.key]),
        catalog.articles,
        catalog.dates,
        catalog.relations,
        lambda: catalog.number("generation"),
    ):
        with pytest.raises(IndexStoreError, match="the index is damaged"):
            read()
