"""Whether Chroma's database has every vector that the catalogue lists.

The seal tells whether the saved graph is what it was; the database beside it changes with every
update and has none. Chroma takes a lost or an emptied one for a new one, so nothing but a
question would find out. It is read here without Chroma: that takes a tenth of a second for
40,000 vectors, no second for loading Chroma, and no graph.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import quote

import numpy as np

from index.catalog import Catalog
from index.errors import damaged
from index.faults import explain, unreadable
from index.local_chroma import COLLECTION, PART
from index.ours import DATABASE

_TABLES: Final = {"collections", "segments", "embeddings", "embeddings_queue", "max_seq_id"}
_AT_ONCE: Final = 500  # ids in one statement
_PATIENCE: Final = 10_000  # ms: others write a little when they open the database
_UNIT: Final = 1e-2  # how far from 1 the length of a vector may be


def check_listed(folder: Path, catalog: Catalog) -> bool:
    """See to it that a closed and settled store has the vectors that a catalogue lists.

    Returns:
        Whether it has no others; those do no harm, and are swept away.

    Raises:
        DamagedIndexError: some are missing, or the database is no database.
        IndexStoreError: the database cannot be read.
    """
    database = folder / DATABASE
    if not database.exists():
        raise damaged("its vectors are missing")
    # Not read-only: what a killed writer left half written is then taken back, where that can be.
    place = f"file:{quote(str(database.resolve()))}?mode=rw"
    try:
        with closing(sqlite3.connect(place, uri=True)) as db:
            db.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
            return not _is_known(db) or _compare(db, folder, catalog.vector_ids())
    except sqlite3.DatabaseError as error:
        raise unreadable(database) or explain(PART, error) from error


def _is_known(db: sqlite3.Connection) -> bool:
    """Whether the tables are those that are read here; a later Chroma may have others."""
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    if "migrations" not in tables:
        raise damaged("its vectors are missing")
    return tables >= _TABLES


def _compare(db: sqlite3.Connection, folder: Path, listed: Iterator[str]) -> bool:
    segments = dict(
        db.execute(
            "SELECT s.scope, s.id FROM segments s JOIN collections c ON s.collection = c.id"
            " WHERE c.name = ?",
            (COLLECTION,),
        )
    )
    if not segments.keys() >= {"VECTOR", "METADATA"}:
        raise damaged("its vectors are missing")
    total = found = 0
    while part := list(islice(listed, _AT_ONCE)):
        marks = ",".join("?" * len(part))
        total += len(part)
        found += db.execute(
            f"SELECT count(*) FROM embeddings WHERE segment_id = ? AND embedding_id IN ({marks})",
            (segments["METADATA"], *part),
        ).fetchone()[0]
    if found < total:
        raise damaged(f"{total - found} of {total} vectors are missing")
    if total and not (folder / segments["VECTOR"]).is_dir():
        raise damaged("its vectors are those of another index")
    _check_log(db, segments["VECTOR"])
    # The rows themselves: above, only their index was looked at.
    (stored,) = db.execute(
        "SELECT count(*) FROM embeddings NOT INDEXED WHERE segment_id = ?", (segments["METADATA"],)
    ).fetchone()
    return bool(stored == total)


def _check_log(db: sqlite3.Connection, segment: str) -> None:
    """See to it that what is not in the saved graph, and waits in the log, are vectors."""
    waiting = db.execute(
        "SELECT q.vector FROM embeddings_queue q WHERE q.vector IS NOT NULL AND q.seq_id >"
        " coalesce((SELECT seq_id FROM max_seq_id WHERE segment_id = ?), 0)",
        (segment,),
    )
    for (data,) in waiting:
        is_whole = isinstance(data, bytes) and len(data) % 4 == 0
        length = float(np.linalg.norm(np.frombuffer(data, "<f4"))) if is_whole else 0.0
        if not abs(length - 1) < _UNIT:
            raise damaged("a vector is not what it was")
