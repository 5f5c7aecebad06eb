"""The catalogue beside the vectors: articles, paragraphs, chunks, words, names, relations.

One SQLite file in WAL mode: a writer's changes show to readers in other processes all
at once, when committed, or not at all. What the catalogue does not list does not
exist: vectors of a half-done update are ignored.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from index.chunk import searched_tokens
from index.errors import IndexStoreError
from index.faults import explain, explained, unreadable
from index.models import Article, Chunk, Kind, Paragraph, RelationKind
from index.spelling import names_in, skeleton
from index.tokens import tokenize
from index.vectors import vector_id

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article (
    file TEXT PRIMARY KEY, digest TEXT NOT NULL, text TEXT NOT NULL,
    title TEXT NOT NULL, author TEXT, date TEXT, url TEXT, pages TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE paragraph (
    key INTEGER PRIMARY KEY, file TEXT NOT NULL, number INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, kind TEXT NOT NULL, tokens INTEGER NOT NULL,
    UNIQUE (file, number)
);
CREATE TABLE chunk (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL,
    paragraph INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    embedded TEXT NOT NULL, tokens INTEGER NOT NULL, kind TEXT NOT NULL, vector TEXT NOT NULL
);
CREATE INDEX chunk_file ON chunk (file);
CREATE INDEX chunk_vector ON chunk (vector);
CREATE TABLE posting (
    term TEXT NOT NULL, chunk INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (term, chunk)
) WITHOUT ROWID;
CREATE TABLE name (
    skeleton TEXT NOT NULL, word TEXT NOT NULL, file TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (skeleton, word, file)
) WITHOUT ROWID;
CREATE INDEX name_file ON name (file);
CREATE TABLE gist (
    file TEXT PRIMARY KEY, signature BLOB NOT NULL, lead BLOB NOT NULL, nearness REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE relation (
    file_a TEXT NOT NULL, file_b TEXT NOT NULL, kind TEXT NOT NULL, similarity REAL NOT NULL,
    PRIMARY KEY (file_a, file_b)
) WITHOUT ROWID;
CREATE INDEX relation_b ON relation (file_b);
"""
_MAX_VARIABLES = 500
_WRITER_CACHE = 32_000  # KiB: with the usual 2,000, pages are written again and again
_AT_ONCE = 2000  # rows of what may be long
PARAGRAPH_SHIFT = 20
"""A chunk's key is its paragraph's key, shifted, plus its place in it: both in one number."""


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
    vector: str = ""
    """The id of its vector; chunks that say the same share one."""

    @property
    def place(self) -> tuple[str, int]:
        return self.file, self.paragraph

    @property
    def paragraph_key(self) -> int:
        return self.key >> PARAGRAPH_SHIFT


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article without its text."""

    file: str
    title: str
    author: str | None
    paragraphs: int
    characters: int
    date: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class NameForm:
    """One way in which the articles spell a name, and how often."""

    word: str
    skeleton: str
    count: int


@dataclass(frozen=True, slots=True)
class Relation:
    """Two articles that are one source; `file_a` sorts before `file_b`.

    `similarity`: the share of the shorter article that stands in the other (copy), or that it
    tells again (rewrite), from 0 to 1.
    """

    file_a: str
    file_b: str
    kind: RelationKind
    similarity: float


@dataclass(frozen=True, slots=True)
class Gist:
    """What an article is compared by, as `index.relations` makes it."""

    file: str
    signature: bytes
    lead: bytes
    nearness: float


class Catalog:
    """One connection to the catalogue; use it from one thread at a time."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self.is_frozen = False
        """Opened as it lies there, where nothing can be written: it shows no later update."""
        self._why_frozen: IndexStoreError | None = None
        if not create and (wrong := unreadable(path)) is not None:
            raise wrong
        if not create and not path.exists():
            raise IndexStoreError(
                f"the index has lost its catalogue {path.name}", "run footnote index --rebuild"
            )
        try:
            self._db = self._open(path, create=create)
        except sqlite3.OperationalError as error:
            if create or not self._may_be_frozen():
                raise explain(path.name, error) from error
            try:
                # Reading in WAL mode writes a little beside the file: not on a full disk.
                self._db = self._open(f"file:{quote(str(path))}?immutable=1", uri=True)
                self.is_frozen = True
                self._why_frozen = explain(path.name, error)
            except sqlite3.DatabaseError:
                raise explain(path.name, error) from error
        except sqlite3.DatabaseError as error:
            raise explain(path.name, error) from error

    @staticmethod
    def _open(place: Path | str, *, create: bool = False, uri: bool = False) -> sqlite3.Connection:
        db = sqlite3.connect(place, check_same_thread=False, isolation_level=None, uri=uri)
        try:
            db.execute("PRAGMA busy_timeout = 10000")
            if create:
                db.execute("PRAGMA journal_mode = WAL")
                db.executescript(f"BEGIN;{_SCHEMA}COMMIT;")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("SELECT value FROM meta").fetchone()
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def _may_be_frozen(self) -> bool:
        """Whether the file alone is the whole catalogue: no commit waits beside it."""
        waiting = self.path.with_name(self.path.name + "-wal")
        return self.path.is_file() and not (waiting.exists() and waiting.stat().st_size > 0)

    def close(self) -> None:
        self._db.close()

    def copy_to(self, path: Path) -> None:
        """Write a copy, as of the last commit, which readers may go on using meanwhile."""
        try:
            with closing(sqlite3.connect(path)) as copy:
                self._db.backup(copy)
                copy.execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError as error:
            raise explain(self.path.name, error) from error

    # -- transactions and meta ---------------------------------------------------------

    def begin(self) -> None:
        """Begin to write; other connections go on reading what was committed."""
        if self._why_frozen is not None:
            raise self._why_frozen
        self._execute(f"PRAGMA cache_size = -{_WRITER_CACHE}")
        self._execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self._execute("COMMIT")

    def rollback(self) -> None:
        if self._db.in_transaction:
            self._execute("ROLLBACK")

    def begin_reading(self) -> None:
        """Hold one consistent view until `rollback`, whatever a writer commits meanwhile."""
        self._execute("BEGIN")

    def get(self, key: str, default: str = "") -> str:
        rows = self._query("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else default

    def number(self, key: str) -> int:
        """A number of the meta table; 0 if it is not there."""
        with explained(self.path.name):
            return int(self.get(key, "0"))

    def put(self, key: str, value: str) -> None:
        self._execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # -- writing -----------------------------------------------------------------------

    def put_article(self, article: Article, chunks: Sequence[Chunk]) -> None:
        """Add an article with its chunks and words; replaces what the file had before."""
        self.remove_article(article.file)
        self._execute(
            "INSERT INTO article VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.file,
                article.digest,
                article.text,
                article.title,
                article.author,
                article.date,
                article.url,
                json.dumps(article.pages),
            ),
        )
        by_paragraph: dict[int, list[Chunk]] = {}
        for chunk in chunks:
            by_paragraph.setdefault(chunk.paragraph, []).append(chunk)
        for paragraph in article.paragraphs:
            self._put_paragraph(article, paragraph, by_paragraph.get(paragraph.number, []))
        self._execute_many(
            "INSERT INTO name VALUES (?, ?, ?, ?)",
            (
                (skeleton(word), word, article.file, count)
                for word, count in names_in(article.text).items()
            ),
        )

    def _put_paragraph(
        self, article: Article, paragraph: Paragraph, chunks: Sequence[Chunk]
    ) -> None:
        tokens = [searched_tokens(chunk) for chunk in chunks]
        key = self._execute(
            "INSERT INTO paragraph (file, number, start, end, kind, tokens)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                article.file,
                paragraph.number,
                paragraph.start,
                paragraph.end,
                paragraph.kind.value,
                sum(map(len, tokens)),
            ),
        ).lastrowid
        assert key is not None
        for place, (chunk, words) in enumerate(zip(chunks, tokens, strict=True)):
            chunk_key = (key << PARAGRAPH_SHIFT) + place
            self._execute(
                "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    chunk_key,
                    chunk.id,
                    chunk.file,
                    chunk.paragraph,
                    chunk.start,
                    chunk.end,
                    chunk.embedded,
                    len(words),
                    paragraph.kind.value,
                    vector_id(chunk.embedded),
                ),
            )
            self._execute_many(
                "INSERT INTO posting VALUES (?, ?, ?)",
                ((term, chunk_key, count) for term, count in Counter(words).items()),
            )

    def remove_article(self, file: str) -> None:
        for key, embedded in self._query("SELECT key, embedded FROM chunk WHERE file = ?", (file,)):
            terms = set(tokenize(embedded))  # of the sentence, and of what it leans on
            self._execute_many(
                "DELETE FROM posting WHERE term = ? AND chunk = ?", ((t, key) for t in terms)
            )
        for table in ("chunk", "name", "paragraph", "article", "gist"):
            self._execute(f"DELETE FROM {table} WHERE file = ?", (file,))
        self._execute("DELETE FROM relation WHERE file_a = ? OR file_b = ?", (file, file))

    # -- articles ----------------------------------------------------------------------

    def digests(self) -> dict[str, str]:
        """File → content hash, of everything indexed."""
        return dict(self._query("SELECT file, digest FROM article"))

    def articles(self) -> list[ArticleRow]:
        rows = self._query_whole(
            "SELECT file, title, author, length(text),"
            " (SELECT count(*) FROM paragraph p WHERE p.file = a.file), date, url"
            " FROM article a ORDER BY file"
        )
        return [
            ArticleRow(f, title, author, n, size, date, url)
            for f, title, author, size, n, date, url in rows
        ]

    def files(self) -> list[str]:
        return [row[0] for row in self._query_whole("SELECT file FROM article ORDER BY file")]

    def dates(self) -> dict[str, str | None]:
        """File → the day that its article is of, as YYYY-MM-DD, where it is known."""
        return dict(self._query_whole("SELECT file, date FROM article ORDER BY file"))

    def article(self, file: str) -> Article | None:
        rows = self._query(
            "SELECT text, digest, title, author, date, url, pages FROM article WHERE file = ?",
            (file,),
        )
        if not rows:
            return None
        paragraphs = self._query(
            "SELECT number, start, end, kind FROM paragraph WHERE file = ? ORDER BY number", (file,)
        )
        with explained(self.path.name):
            return _article(file, rows[0], paragraphs)

    # -- chunks ------------------------------------------------------------------------

    _COLUMNS = "key, id, file, paragraph, start, end, tokens, kind, vector"

    def chunks_by_id(self, ids: Sequence[str]) -> dict[str, ChunkRow]:
        return {row.id: row for row in self._select_chunks("id", ids)}

    def chunks_by_key(self, keys: Sequence[int]) -> dict[int, ChunkRow]:
        return {row.key: row for row in self._select_chunks("key", keys)}

    def chunks_by_vector(self, vectors: Sequence[str]) -> dict[str, list[ChunkRow]]:
        """Id of a vector → the chunks that it is of, in order of their keys."""
        found: dict[str, list[ChunkRow]] = {}
        for row in self._select_chunks("vector", vectors, "ORDER BY key"):
            found.setdefault(row.vector, []).append(row)
        return found

    def chunks_of_files(self, files: Iterable[str], most: int = -1) -> list[ChunkRow]:
        """The chunks of these files, each file's in order: all, or the first `most`."""
        rows: list[ChunkRow] = []
        for file in files:
            if 0 <= most <= len(rows):
                break
            found = self._query(
                f"SELECT {self._COLUMNS} FROM chunk WHERE file = ? ORDER BY key LIMIT ?",
                (file, most - len(rows) if most >= 0 else -1),
            )
            rows.extend(self._chunk_rows(found))
        return rows

    def vector_texts(self, ids: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
        """(id of a vector, the text that it is made of), each once: of all, or of these.

        Memory stays bounded, and what is committed meanwhile may be among them or not.
        """
        one_each = "SELECT vector, embedded FROM chunk INDEXED BY chunk_vector"
        if ids is None:
            last = ""
            while rows := self._query(
                f"{one_each} WHERE vector > ? GROUP BY vector ORDER BY vector LIMIT ?",
                (last, _AT_ONCE),
            ):
                yield from rows
                last = rows[-1][0]
            return
        for i in range(0, len(ids), _MAX_VARIABLES):
            part = tuple(ids[i : i + _MAX_VARIABLES])
            marks = ",".join("?" * len(part))
            yield from self._query(f"{one_each} WHERE vector IN ({marks}) GROUP BY vector", part)

    def vector_ids(self) -> Iterator[str]:
        """The ids of the vectors that are listed, each once and in order; memory stays bounded."""
        last = ""
        while rows := self._query(
            "SELECT DISTINCT vector FROM chunk WHERE vector > ? ORDER BY vector LIMIT ?",
            (last, _AT_ONCE),
        ):
            yield from (row[0] for row in rows)
            last = rows[-1][0]

    def count_vectors(self) -> int:
        """How many different texts are embedded."""
        return int(self._query("SELECT count(DISTINCT vector) FROM chunk")[0][0])

    def chunks_of_paragraphs(self, keys: Iterable[int], limit: int = -1) -> list[ChunkRow]:
        """The chunks of these paragraphs, each paragraph's in order, its first `limit`."""
        rows: list[ChunkRow] = []
        for key in keys:
            found = self._query(
                f"SELECT {self._COLUMNS} FROM chunk WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?",
                (key << PARAGRAPH_SHIFT, ((key + 1) << PARAGRAPH_SHIFT) - 1, limit),
            )
            rows.extend(self._chunk_rows(found))
        return rows

    def first_chunks(self, files: Sequence[str]) -> list[ChunkRow]:
        """The first chunk of the body of each of these files, in their order, where it has one."""
        first: list[int] = []
        for i in range(0, len(files), _MAX_VARIABLES):
            part = files[i : i + _MAX_VARIABLES]
            marks = ",".join("?" * len(part))
            found = dict(
                self._query(
                    "SELECT file, min(key) FROM chunk"
                    f" WHERE file IN ({marks}) AND kind = ? GROUP BY file",
                    (*part, Kind.BODY.value),
                )
            )
            first.extend(found[file] for file in part if file in found)
        rows = self.chunks_by_key(first)
        return [rows[key] for key in first]

    def embedded_texts(self, files: Iterable[str] | None = None) -> dict[str, str]:
        """Chunk id → the text its vector is made of."""
        if files is None:
            return dict(self._query("SELECT id, embedded FROM chunk"))
        found: dict[str, str] = {}
        for file in files:
            found.update(self._query("SELECT id, embedded FROM chunk WHERE file = ?", (file,)))
        return found

    def count(self, table: str) -> int:
        """Rows of `article`, `paragraph` or `chunk`."""
        return int(self._query(f"SELECT count(*) FROM {table}")[0][0])

    def lengths(self, keys: Sequence[int]) -> dict[int, int]:
        """Paragraph key → its number of tokens."""
        found: dict[int, int] = {}
        for i in range(0, len(keys), _MAX_VARIABLES):
            part = tuple(keys[i : i + _MAX_VARIABLES])
            marks = ",".join("?" * len(part))
            found.update(
                self._query(f"SELECT key, tokens FROM paragraph WHERE key IN ({marks})", part)
            )
        return found

    def totals(self) -> tuple[int, int, int]:
        """Paragraphs that are searched, chunks, and tokens."""
        [(paragraphs, tokens)] = self._query(
            "SELECT count(*), coalesce(sum(tokens), 0) FROM paragraph WHERE tokens > 0"
        )
        return int(paragraphs), self.count("chunk"), int(tokens)

    def paragraph_keys(self, files: Iterable[str]) -> set[int]:
        """The keys of all paragraphs of these files."""
        return {
            row[0]
            for file in files
            for row in self._query("SELECT key FROM paragraph WHERE file = ?", (file,))
        }

    def _select_chunks(
        self, column: str, values: Sequence[str] | Sequence[int], order: str = ""
    ) -> list[ChunkRow]:
        rows: list[ChunkRow] = []
        for i in range(0, len(values), _MAX_VARIABLES):
            part = values[i : i + _MAX_VARIABLES]
            marks = ",".join("?" * len(part))
            found = self._query(
                f"SELECT {self._COLUMNS} FROM chunk WHERE {column} IN ({marks}) {order}",
                tuple(part),
            )
            rows.extend(self._chunk_rows(found))
        return rows

    # -- words and names ---------------------------------------------------------------

    def frequency(self, term: str) -> int:
        """Chunks that hold a token."""
        return int(self._query("SELECT count(*) FROM posting WHERE term = ?", (term,))[0][0])

    def postings(self, term: str) -> list[tuple[int, int]]:
        """(chunk key, count) of each chunk that holds a token."""
        return self._query("SELECT chunk, count FROM posting WHERE term = ?", (term,))

    def terms_like(self, first: str) -> list[str]:
        """The tokens that begin with these letters."""
        rows = self._query(
            "SELECT DISTINCT term FROM posting WHERE term >= ? AND term < ?",
            (first, first + "\U0010ffff"),
        )
        return [row[0] for row in rows]

    def names_like(self, first: str) -> list[NameForm]:
        """The names whose skeleton begins with these letters, each spelling with its count."""
        rows = self._query(
            "SELECT word, skeleton, sum(count) FROM name WHERE skeleton >= ? AND skeleton < ?"
            " GROUP BY word, skeleton",
            (first, first + "\U0010ffff"),
        )
        return [NameForm(*row) for row in rows]

    # -- relations ---------------------------------------------------------------------

    def relations(self) -> list[Relation]:
        """The pairs of articles that are copies or rewrites, in order of their names."""
        rows = self._query(
            "SELECT file_a, file_b, kind, similarity FROM relation ORDER BY file_a, file_b"
        )
        with explained(self.path.name):
            return [Relation(a, b, RelationKind(kind), share) for a, b, kind, share in rows]

    def groups(self, files: Iterable[str]) -> list[list[str]]:
        """The stories that these files tell: those joined by copies and rewrites are one.

        They may be joined by way of articles that are not among them. Every file is in one
        group, each once; groups and files in the order in which they are given.
        """
        asked = list(dict.fromkeys(files))
        if not asked:
            return []
        rows = self._query(
            "WITH RECURSIVE reached (start, file) AS ("
            " SELECT value, value FROM json_each(?)"
            " UNION SELECT start, CASE file WHEN file_a THEN file_b ELSE file_a END"
            " FROM reached JOIN relation ON file = file_a OR file = file_b"
            ") SELECT start, min(file) FROM reached GROUP BY start",
            (json.dumps(asked),),
        )
        story = dict(rows)
        groups: dict[str, list[str]] = {}
        for file in asked:
            groups.setdefault(story[file], []).append(file)
        return list(groups.values())

    def put_relations(self, relations: Iterable[Relation]) -> None:
        self._execute_many(
            "INSERT INTO relation VALUES (?, ?, ?, ?)",
            ((r.file_a, r.file_b, r.kind.value, r.similarity) for r in relations),
        )

    def put_gist(self, gist: Gist) -> None:
        self._execute(
            "INSERT INTO gist VALUES (?, ?, ?, ?)",
            (gist.file, gist.signature, gist.lead, gist.nearness),
        )

    def gists(self) -> list[Gist]:
        """What each article that has been compared is compared by."""
        rows = self._query("SELECT file, signature, lead, nearness FROM gist ORDER BY file")
        return [Gist(*row) for row in rows]

    def files_without_gist(self) -> list[str]:
        """The articles that have not been compared with others, by name."""
        rows = self._query(
            "SELECT file FROM article WHERE file NOT IN (SELECT file FROM gist) ORDER BY file"
        )
        return [row[0] for row in rows]

    def sentences(self, file: str, limit: int) -> list[ChunkRow]:
        """The first chunks of an article's body, in reading order."""
        rows = self._query(
            f"SELECT {self._COLUMNS} FROM chunk WHERE file = ? AND kind = ? ORDER BY key LIMIT ?",
            (file, Kind.BODY.value, limit),
        )
        return self._chunk_rows(rows)

    # -- SQL ---------------------------------------------------------------------------

    def _chunk_rows(
        self, rows: Iterable[tuple[int, str, str, int, int, int, int, str, str]]
    ) -> list[ChunkRow]:
        with explained(self.path.name):
            return [ChunkRow(*row[:7], Kind(row[7]), row[8]) for row in rows]

    def _query(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        try:
            return self._db.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise explain(self.path.name, error) from error

    def _query_whole(self, sql: str) -> list[Any]:
        """As `_query`, of texts that are shown as they are."""
        rows = self._query(sql)
        with explained(self.path.name):
            for row in rows:
                _check_whole(row)
        return rows

    def _execute(self, sql: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        try:
            return self._db.execute(sql, parameters)
        except sqlite3.DatabaseError as error:
            raise explain(self.path.name, error) from error

    def _execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        try:
            self._db.executemany(sql, rows)
        except sqlite3.DatabaseError as error:
            raise explain(self.path.name, error) from error


class ArticleCache:
    """Articles looked up once, for the length of one question."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._articles: dict[str, Article] = {}

    def __getitem__(self, file: str) -> Article:
        """The article of an indexed file.

        Raises:
            KeyError: the file is not indexed.
        """
        if file not in self._articles:
            article = self._catalog.article(file)
            if article is None:
                raise KeyError(file)
            self._articles[file] = article
        return self._articles[file]


def _check_whole(row: Sequence[object]) -> None:
    """See to it that no block of a row's texts was wiped, which SQLite does not see.

    Raises:
        ValueError: one was: no text of an article has such a character.
    """
    if any(isinstance(value, str) and "\x00" in value for value in row):
        raise ValueError("a text is not what it was")


def _article(file: str, row: tuple[Any, ...], paragraphs: Sequence[tuple[Any, ...]]) -> Article:
    """The article of its rows.

    Raises:
        ValueError: they are not what was written.
    """
    _check_whole(row)
    text, digest, title, author, date, url, pages = row
    if any(not 0 <= start <= end <= len(text) for _, start, end, _ in paragraphs):
        raise ValueError(f"the paragraphs of {file} are not what they were")
    return Article(
        file=file,
        text=text,
        digest=digest,
        title=title,
        author=author,
        paragraphs=tuple(Paragraph(n, s, e, Kind(k)) for n, s, e, k in paragraphs),
        date=date,
        url=url,
        pages=tuple(json.loads(pages)),
    )
