"""Vectors by content hash: what was embedded once is never embedded again.

It outlives rebuilds and killed runs. What it holds took hours: of a damaged one everything is
kept that can be read, and one that cannot be opened or written for another reason, such as a
full disk, is left as it is. SQLite does not see that a block of a file was wiped, so each
vector has a checksum; one that does not fit counts as absent, and its text is embedded again.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import numpy as np

from index.embed import Vectors
from index.faults import explain, unreadable

_TABLE = """
CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, value BLOB, crc INTEGER) WITHOUT ROWID
"""
_ADD_CRC = "ALTER TABLE vector ADD COLUMN crc INTEGER"  # to a cache of an earlier Footnote
_UNIT = 1e-3  # how far from 1 the length of a vector without a checksum may be
_MAX_VARIABLES = 500
_KEY = 32  # bytes
_PAGE = 16_384  # bytes: of a smaller page each vector would take a second one, mostly empty
_OVERHEAD = 100  # bytes of the key and of SQLite, beside a vector
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


class VectorCache:
    """One connection; the writer's, but for `reading`.

    Args:
        path: the file; made if it is not there.
        tell: called with one line for a person when the file is damaged.
    """

    def __init__(self, path: Path, tell: Callable[[str], None] = lambda line: None) -> None:
        self._path = path
        self._tell = tell
        self._is_ours = True
        self.damaged = 0
        """How many of the vectors that were asked for were not what was put in."""
        try:
            self._db = self._open()
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)

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
        cache._path, cache._db, cache._is_ours, cache.damaged = path, db, False, 0
        return cache

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, check_same_thread=False)
        try:
            db.execute(f"PRAGMA page_size = {_PAGE}")  # of a new file
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(_TABLE)
            if not _has_crc(db):
                db.execute(_ADD_CRC)
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def _begin_anew(self, error: sqlite3.DatabaseError) -> None:
        """Begin again with what can be read, if it is damaged.

        Raises:
            IndexStoreError: it is not: something else went wrong.
        """
        if error.sqlite_errorcode & 0xFF not in _DAMAGE:
            raise unreadable(self._path) or explain(self._path.name, error) from error
        new = self._path.with_name(f"{self._path.name}.new")
        _remove(new)
        kept = 0
        try:
            with closing(VectorCache(new)) as cache:
                for rows in _readable(self._path):
                    cache._put(rows)
                kept = cache._count()
        except sqlite3.DatabaseError as failed:
            _remove(new)
            raise explain(self._path.name, failed) from failed
        _remove(self._path)
        new.replace(self._path)
        self._db = self._open()
        self._tell(
            f"{self._path.name} was damaged ({error}): {kept} vectors of it are kept, and texts "
            "whose vectors are lost are embedded again"
        )

    def _count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM vector").fetchone()[0])

    def close(self) -> None:
        self._db.close()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The vectors that are there, by key."""
        try:
            return self._get(keys)
        except sqlite3.DatabaseError as error:
            if self._is_ours:
                self._db.close()
                self._begin_anew(error)
                return self._get(keys)
            return {}

    def _get(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        crc = "crc" if self._is_ours or _has_crc(self._db) else "NULL"
        for i in range(0, len(keys), _MAX_VARIABLES):
            part = keys[i : i + _MAX_VARIABLES]
            rows = self._db.execute(
                f"SELECT key, value, {crc} FROM vector WHERE key IN ({','.join('?' * len(part))})",
                part,
            )
            for key, value, checksum in rows:
                if (vector := _whole(value, checksum)) is not None:
                    found[key] = vector
                else:
                    self.damaged += 1
        return found

    def put(self, items: Iterable[tuple[bytes, Vectors]]) -> None:
        values = [(key, vector.astype("<f4").tobytes()) for key, vector in items]
        rows = [(key, value, zlib.crc32(value)) for key, value in values]
        try:
            self._put(rows)
        except sqlite3.DatabaseError as error:
            self._db.close()
            self._begin_anew(error)
            self._put(rows)

    def _put(self, rows: list[tuple[bytes, bytes, int]]) -> None:
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", rows)

    def bytes_each(self) -> int:
        """How much of the file a vector takes, of those that lie there."""
        try:
            row = self._db.execute("SELECT length(value) FROM vector LIMIT 1").fetchone()
        except sqlite3.DatabaseError as error:
            self._db.close()
            self._begin_anew(error)
            row = None
        return (row[0] if row else 0) + _OVERHEAD

    def keep_only(self, keys: Iterable[bytes]) -> None:
        """Forget what no chunk needs any more."""
        try:
            self._keep_only(keys)
        except sqlite3.DatabaseError as error:
            self._db.close()
            self._begin_anew(error)

    def _keep_only(self, keys: Iterable[bytes]) -> None:
        with self._db:
            self._db.execute("CREATE TEMP TABLE kept (key BLOB PRIMARY KEY)")
            self._db.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((k,) for k in keys))
            self._db.execute("DELETE FROM vector WHERE key NOT IN (SELECT key FROM kept)")
            self._db.execute("DROP TABLE kept")
        self._db.execute("VACUUM")  # or the file keeps its size, and this is done again


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _readable(path: Path) -> Iterator[list[tuple[bytes, bytes, int]]]:
    """The rows of a damaged file that are whole, by the first byte of their keys.

    Of those with one first byte, all up to the damage, and all that come after it.
    """
    with closing(sqlite3.connect(path)) as db:
        try:
            crc = "crc" if _has_crc(db) else "NULL"
        except sqlite3.DatabaseError:
            return
        for first in range(256):
            for order in ("ASC", "DESC"):
                try:
                    rows = db.execute(
                        f"SELECT key, value, {crc} FROM vector WHERE key >= ? AND key < ?"
                        f" ORDER BY key {order}",
                        (bytes([first]), bytes([first, *[255] * _KEY])),
                    )
                    while some := rows.fetchmany(_MAX_VARIABLES):
                        yield [
                            (key, value, zlib.crc32(value))
                            for key, value, checksum in some
                            if _whole(value, checksum) is not None
                        ]
                    break
                except sqlite3.DatabaseError:
                    continue


def _has_crc(db: sqlite3.Connection) -> bool:
    return any(row[1] == "crc" for row in db.execute("PRAGMA table_info(vector)"))


def _whole(value: object, checksum: object) -> Vectors | None:
    """The vector of a row, or None if it is not what was put in.

    Without a checksum, of an earlier Footnote, it has to be as long as every model's: 1.
    """
    if not isinstance(value, bytes) or len(value) % 4:
        return None
    vector = np.frombuffer(value, dtype="<f4")
    if checksum is None:
        return vector if abs(float(np.linalg.norm(vector)) - 1) < _UNIT else None
    return vector if checksum == zlib.crc32(value) else None
