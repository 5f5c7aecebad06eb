"""Vectors by content hash: what was embedded once is never embedded again.

It outlives rebuilds and killed runs; it is a cache, so a damaged one is thrown away. One
that cannot be opened or written for another reason, such as a full disk, is kept: what it
holds took hours.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

import numpy as np

from index.embed import Vectors
from index.faults import explain, explained

_TABLE = "CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID"
_MAX_VARIABLES = 500
_PAGE = 16_384  # bytes: of a smaller page each vector would take a second one, mostly empty
_OVERHEAD = 100  # bytes of the key and of SQLite, beside a vector
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


class VectorCache:
    """One connection; the writer's, but for `reading`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_ours = True
        try:
            self._db = self._open()
        except sqlite3.DatabaseError as error:
            self._throw_away(error)

    @classmethod
    def reading(cls, path: Path) -> VectorCache | None:
        """The cache as another process fills it, to be read alone; None if it cannot be."""
        try:
            db = sqlite3.connect(
                f"file:{quote(str(path.resolve()))}?mode=ro", uri=True, check_same_thread=False
            )
        except sqlite3.DatabaseError:
            return None
        cache = cls.__new__(cls)
        cache._path, cache._db, cache._is_ours = path, db, False
        return cache

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, check_same_thread=False)
        try:
            db.execute(f"PRAGMA page_size = {_PAGE}")  # of a new file
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(_TABLE)
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def _throw_away(self, error: sqlite3.DatabaseError) -> None:
        """Begin again with an empty one, if it is damaged.

        Raises:
            IndexStoreError: it is not: something else went wrong.
        """
        if error.sqlite_errorcode & 0xFF not in _DAMAGE:
            raise explain(self._path.name, error) from error
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._db = self._open()

    def close(self) -> None:
        self._db.close()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The vectors that are there, by key."""
        try:
            return self._get(keys)
        except sqlite3.DatabaseError as error:
            if self._is_ours:
                self._db.close()
                self._throw_away(error)
            return {}

    def _get(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        for i in range(0, len(keys), _MAX_VARIABLES):
            part = keys[i : i + _MAX_VARIABLES]
            rows = self._db.execute(
                f"SELECT key, value FROM vector WHERE key IN ({','.join('?' * len(part))})", part
            )
            found.update((key, np.frombuffer(value, dtype="<f4")) for key, value in rows)
        return found

    def put(self, items: Iterable[tuple[bytes, Vectors]]) -> None:
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in items]
        try:
            self._put(rows)
        except sqlite3.DatabaseError as error:
            self._db.close()
            self._throw_away(error)
            self._put(rows)

    def _put(self, rows: list[tuple[bytes, bytes]]) -> None:
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)

    def bytes_each(self) -> int:
        """How much of the file a vector takes, of those that lie there."""
        with explained(self._path.name):
            row = self._db.execute("SELECT length(value) FROM vector LIMIT 1").fetchone()
        return (row[0] if row else 0) + _OVERHEAD

    def keep_only(self, keys: Iterable[bytes]) -> None:
        """Forget what no chunk needs any more."""
        with explained(self._path.name), self._db:
            self._db.execute("CREATE TEMP TABLE kept (key BLOB PRIMARY KEY)")
            self._db.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((k,) for k in keys))
            self._db.execute("DELETE FROM vector WHERE key NOT IN (SELECT key FROM kept)")
            self._db.execute("DROP TABLE kept")
        with explained(self._path.name):
            self._db.execute("VACUUM")  # or the file keeps its size, and this is done again
