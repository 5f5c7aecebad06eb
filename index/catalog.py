"""The catalogue beside the vectors: articles, paragraphs, chunks, the word index, names.

One SQLite file in WAL mode: a writer's changes show to readers in other processes all
at once, when committed, or not at all. What the catalogue does not list does not
exist: vectors of a half-done update are ignored.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import IndexStoreError
from index.lexical import tokenize
from index.models import Article, Chunk, Kind, Paragraph
from index.spelling import names_in, skeleton

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article (
    file TEXT PRIMARY KEY, digest TEXT NOT NULL, text TEXT NOT NULL,
    title TEXT NOT NULL, author TEXT
) WITHOUT ROWID;
CREATE TABLE paragraph (
    file TEXT NOT NULL, number INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    kind TEXT NOT NULL, PRIMARY KEY (file, number)
) WITHOUT ROWID;
CREATE TABLE chunk (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL,
    paragraph INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    embedded TEXT NOT NULL, tokens INTEGER NOT NULL, kind TEXT NOT NULL
);
CREATE INDEX chunk_place ON chunk (file, paragraph, start);
CREATE TABLE posting (
    term TEXT NOT NULL, chunk INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (term, chunk)
) WITHOUT ROWID;
CREATE TABLE name (
    skeleton TEXT NOT NULL, word TEXT NOT NULL, file TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (skeleton, word, file)
) WITHOUT ROWID;
CREATE INDEX name_file ON name (file);
"""
_MAX_VARIABLES = 500


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk as the catalogue keeps it: where it is, not what it says."""

    key: int
    id: str
    file: str
    paragraph: int
    start: int
    end: int
    tokens: int
    kind: Kind

    @property
    def place(self) -> tuple[str, int]:
        return self.file, self.paragraph


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article without its text."""

    file: str
    title: str
    author: str | None
    paragraphs: int
    characters: int


@dataclass(frozen=True, slots=True)
class NameForm:
    """One way in which the articles spell a name, and how often."""

    word: str
    skeleton: str
    count: int


class Catalog:
    """One connection to the catalogue; use it from one thread at a time."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        if not create and not path.exists():
            raise IndexStoreError(
                f"the index has lost its catalogue {path.name}", "run footnote index --rebuild"
            )
        try:
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA busy_timeout = 10000")
            if create:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.executescript(f"BEGIN;{_SCHEMA}COMMIT;")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("SELECT value FROM meta").fetchone()
        except sqlite3.DatabaseError as error:
            raise damaged(path, error) from error

    def close(self) -> None:
        self._db.close()

    # -- transactions and meta ---------------------------------------------------------

    def begin(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self._db.execute("COMMIT")

    def rollback(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def begin_reading(self) -> None:
        """Hold one consistent view until `rollback`, whatever a writer commits meanwhile."""
        self._db.execute("BEGIN")

    def get(self, key: str, default: str = "") -> str:
        row = self._query("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return default if row is None else str(row[0])

    def set(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # -- writing -----------------------------------------------------------------------

    def put_article(self, article: Article, chunks: Sequence[Chunk]) -> None:
        """Add an article with its chunks and words; replaces what the file had before."""
        self.remove_article(article.file)
        self._db.execute(
            "INSERT INTO article VALUES (?, ?, ?, ?, ?)",
            (article.file, article.digest, article.text, article.title, article.author),
        )
        self._db.executemany(
            "INSERT INTO paragraph VALUES (?, ?, ?, ?, ?)",
            ((article.file, p.number, p.start, p.end, p.kind.value) for p in article.paragraphs),
        )
        for chunk in chunks:
            self._put_chunk(chunk, article.paragraph(chunk.paragraph).kind)
        self._db.executemany(
            "INSERT INTO name VALUES (?, ?, ?, ?)",
            (
                (skeleton(word), word, article.file, count)
                for word, count in names_in(article.text).items()
            ),
        )

    def _put_chunk(self, chunk: Chunk, kind: Kind) -> None:
        tokens = tokenize(chunk.text)
        key = self._db.execute(
            "INSERT INTO chunk (id, file, paragraph, start, end, embedded, tokens, kind)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                chunk.id,
                chunk.file,
                chunk.paragraph,
                chunk.start,
                chunk.end,
                chunk.embedded,
                len(tokens),
                kind.value,
            ),
        ).lastrowid
        self._db.executemany(
            "INSERT INTO posting VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
            ((token, key) for token in tokens),
        )

    def remove_article(self, file: str) -> None:
        text = self._query("SELECT text FROM article WHERE file = ?", (file,)).fetchone()
        if text is None:
            return
        for key, start, end in self._query(
            "SELECT key, start, end FROM chunk WHERE file = ?", (file,)
        ).fetchall():
            terms = set(tokenize(text[0][start:end]))
            self._db.executemany(
                "DELETE FROM posting WHERE term = ? AND chunk = ?", ((t, key) for t in terms)
            )
        for table in ("chunk", "name", "paragraph", "article"):
            self._db.execute(f"DELETE FROM {table} WHERE file = ?", (file,))

    # -- articles ----------------------------------------------------------------------

    def digests(self) -> dict[str, str]:
        """File → content hash, of everything indexed."""
        return dict(self._query("SELECT file, digest FROM article").fetchall())

    def articles(self) -> list[ArticleRow]:
        rows = self._query(
            "SELECT file, title, author, length(text),"
            " (SELECT count(*) FROM paragraph p WHERE p.file = a.file)"
            " FROM article a ORDER BY file"
        ).fetchall()
        return [ArticleRow(f, title, author, n, size) for f, title, author, size, n in rows]

    def files(self) -> list[str]:
        return [row[0] for row in self._query("SELECT file FROM article ORDER BY file").fetchall()]

    def article(self, file: str) -> Article | None:
        row = self._query(
            "SELECT text, digest, title, author FROM article WHERE file = ?", (file,)
        ).fetchone()
        if row is None:
            return None
        paragraphs = self._query(
            "SELECT number, start, end, kind FROM paragraph WHERE file = ? ORDER BY number", (file,)
        ).fetchall()
        return Article(
            file=file,
            text=row[0],
            digest=row[1],
            title=row[2],
            author=row[3],
            paragraphs=tuple(Paragraph(n, s, e, Kind(k)) for n, s, e, k in paragraphs),
        )

    # -- chunks ------------------------------------------------------------------------

    _COLUMNS = "key, id, file, paragraph, start, end, tokens, kind"

    def chunks_by_id(self, ids: Sequence[str]) -> dict[str, ChunkRow]:
        return {row.id: row for row in self._select_chunks("id", ids)}

    def chunks_by_key(self, keys: Sequence[int]) -> dict[int, ChunkRow]:
        return {row.key: row for row in self._select_chunks("key", keys)}

    def chunks_in(self, file: str, paragraph: int) -> list[ChunkRow]:
        """The chunks of one paragraph, in order."""
        rows = self._query(
            f"SELECT {self._COLUMNS} FROM chunk WHERE file = ? AND paragraph = ? ORDER BY start",
            (file, paragraph),
        )
        return [_chunk_row(row) for row in rows.fetchall()]

    def embedded_texts(self, files: Iterable[str] | None = None) -> dict[str, str]:
        """Chunk id → the text its vector is made of."""
        if files is None:
            return dict(self._query("SELECT id, embedded FROM chunk").fetchall())
        found: dict[str, str] = {}
        for file in files:
            found.update(
                self._query("SELECT id, embedded FROM chunk WHERE file = ?", (file,)).fetchall()
            )
        return found

    def count(self, table: str) -> int:
        """Rows of `article`, `paragraph` or `chunk`."""
        return int(self._query(f"SELECT count(*) FROM {table}").fetchone()[0])

    def token_count(self) -> int:
        return int(self._query("SELECT coalesce(sum(tokens), 0) FROM chunk").fetchone()[0])

    def paragraph_lengths(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Tokens of each paragraph named."""
        return {
            place: int(
                self._query(
                    "SELECT coalesce(sum(tokens), 0) FROM chunk WHERE file = ? AND paragraph = ?",
                    place,
                ).fetchone()[0]
            )
            for place in places
        }

    def _select_chunks(self, column: str, values: Sequence[str] | Sequence[int]) -> list[ChunkRow]:
        rows: list[ChunkRow] = []
        for i in range(0, len(values), _MAX_VARIABLES):
            part = values[i : i + _MAX_VARIABLES]
            marks = ",".join("?" * len(part))
            found = self._query(
                f"SELECT {self._COLUMNS} FROM chunk WHERE {column} IN ({marks})", tuple(part)
            )
            rows.extend(_chunk_row(row) for row in found.fetchall())
        return rows

    # -- words and names ---------------------------------------------------------------

    def frequency(self, term: str) -> int:
        """Chunks that hold a token."""
        row = self._query("SELECT count(*) FROM posting WHERE term = ?", (term,)).fetchone()
        return int(row[0])

    def postings(self, term: str) -> list[tuple[int, int]]:
        """(chunk key, count) of each chunk that holds a token."""
        return self._query("SELECT chunk, count FROM posting WHERE term = ?", (term,)).fetchall()

    def name_forms(self) -> list[NameForm]:
        rows = self._query("SELECT word, skeleton, sum(count) FROM name GROUP BY word, skeleton")
        return [NameForm(*row) for row in rows.fetchall()]

    def _query(self, sql: str, parameters: tuple[object, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._db.execute(sql, parameters)
        except sqlite3.DatabaseError as error:
            raise damaged(self.path, error) from error


def damaged(path: Path, error: Exception) -> IndexStoreError:
    return IndexStoreError(
        f"the index is damaged: {path.name}: {error}", "run footnote index --rebuild"
    )


def _chunk_row(row: tuple[int, str, str, int, int, int, int, str]) -> ChunkRow:
    return ChunkRow(*row[:7], Kind(row[7]))
