"""Which folders are Footnote's own: never read as articles, rebuilt when their marker is lost."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

MARKER: Final = "footnote.json"
NEW_MARKER: Final = f"{MARKER}.new"
LOCK: Final = "lock"
CACHE: Final = "embeddings.sqlite3"
NEW_CACHE: Final = f"{CACHE}.new"
CATALOG: Final = "catalog.sqlite3"
CHROMA: Final = "chroma"
DATABASE: Final = "chroma.sqlite3"
SEAL: Final = "seal.json"

_DATA: Final = re.compile(r"data-\d{1,9}")
_BESIDE: Final = ("", "-wal", "-shm", "-journal")  # what SQLite puts beside a file
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GRAPH: Final = frozenset(
    {"header.bin", "length.bin", "data_level0.bin", "link_lists.bin", "index_metadata.pickle"}
)


def is_index(folder: Path) -> bool:
    """Whether a folder is an index, by its marker or, where that is damaged, by what is beside."""
    marker = folder / MARKER
    try:
        if not marker.is_file():
            return False
        values = json.loads(marker.read_bytes())
        if isinstance(values, dict) and "footnote_index" in values:
            return True
    except (OSError, ValueError):
        pass
    return is_all_ours(folder)


def is_all_ours(folder: Path) -> bool:
    """Whether a folder holds an index or the cache of one, and nothing that is not Footnote's."""
    try:
        items = list(folder.iterdir())
        is_one = any((item / CATALOG).is_file() for item in items) or _is_cache(folder / CACHE)
        return is_one and all(map(_is_ours, items))
    except OSError:
        return False


def _is_cache(file: Path) -> bool:
    """Whether a file is a cache of vectors, and not one of its name alone."""
    if not file.is_file():
        return False
    try:
        # Nothing is written beside it: it may be somebody else's.
        place = f"file:{quote(str(file.resolve()))}?immutable=1"
        with closing(sqlite3.connect(place, uri=True)) as db:
            columns = {row[1] for row in db.execute("PRAGMA table_info(vector)")}
    except sqlite3.DatabaseError:
        return False
    return columns >= {"key", "value"}


def _is_ours(item: Path) -> bool:
    if item.is_symlink():
        return False
    if item.is_dir():
        return bool(_DATA.fullmatch(item.name)) and all(map(_is_of_data, item.iterdir()))
    if item.name == LOCK:
        return item.stat().st_size == 0
    if item.name in (MARKER, NEW_MARKER):
        return True
    return _is_database(item, CACHE) or _is_database(item, NEW_CACHE)


def _is_of_data(item: Path) -> bool:
    if item.is_symlink():
        return False
    if item.is_dir():
        return item.name == CHROMA and all(map(_is_of_chroma, item.iterdir()))
    return _is_database(item, CATALOG)


def _is_of_chroma(item: Path) -> bool:
    if item.is_symlink():
        return False
    if item.is_dir():
        return bool(_UUID.fullmatch(item.name)) and all(
            file.is_file() and file.name in _GRAPH for file in item.iterdir()
        )
    return item.name in (SEAL, f"{SEAL}.new") or _is_database(item, DATABASE)


def _is_database(item: Path, name: str) -> bool:
    return item.is_file() and item.name in {name + suffix for suffix in _BESIDE}
