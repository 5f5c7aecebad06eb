"""How each article of a folder stands beside the index: indexed, changed, new or gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from index.errors import UnreadableFileError
from index.formats.apart import Apart
from index.load import SourceFile, digest, entries, extract, list_files


class State(StrEnum):
    """What a file is to the index."""

    INDEXED = "indexed"
    CHANGED = "changed"
    """It says something else than when it was indexed."""
    NEW = "new"
    """It is not indexed yet."""
    GONE = "gone"
    """It is indexed, and no longer in the folder."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class FileState:
    """The state of a file; `reason` says why it cannot be read."""

    state: State
    bytes: int
    """Its size in the folder; 0 if it is gone."""
    reason: str = ""


_Seen = tuple[int, int]
"""Size and time of change: a file that keeps both is not read again."""


@dataclass(frozen=True, slots=True)
class _Found:
    """An article of a file: its content hash and size, or why it cannot be read."""

    name: str
    digest: str
    bytes: int
    reason: str = ""


class FolderStates:
    """The states of a folder's articles, remembered from look to look; safe to use from threads.

    Args:
        max_file_bytes: a larger file counts as unreadable.
    """

    def __init__(self, max_file_bytes: int) -> None:
        self._max_file_bytes = max_file_bytes
        self._known: dict[Path, tuple[_Seen, list[_Found]]] = {}
        self._lock = threading.Lock()

    def look(self, corpus: Path, indexed: Mapping[str, str]) -> dict[str, FileState]:
        """The state of every article of the folder and of the index, by name.

        Args:
            corpus: the folder.
            indexed: name → content hash, of the index.

        Raises:
            CorpusError: the folder cannot be read.
        """
        with self._lock, Apart() as apart:
            states: dict[str, FileState] = {}
            for file in list_files(corpus):
                for found in self._look_at(file, indexed, apart):
                    states[found.name] = _state(found, indexed)
            for name in indexed.keys() - states.keys():
                states[name] = FileState(State.GONE, 0)
            return dict(sorted(states.items()))

    def _look_at(self, file: SourceFile, indexed: Mapping[str, str], apart: Apart) -> list[_Found]:
        try:
            status = file.path.stat()
        except OSError:
            return []  # it went away meanwhile
        seen = status.st_size, status.st_mtime_ns
        known = self._known.get(file.path)
        if known is None or known[0] != seen:
            known = seen, list(self._read(file, seen[0], indexed, apart))
            self._known[file.path] = known
        return known[1]

    def _read(
        self, file: SourceFile, size: int, indexed: Mapping[str, str], apart: Apart
    ) -> Iterator[_Found]:
        for entry in entries(file, self._max_file_bytes):
            if isinstance(entry, UnreadableFileError):
                yield _Found(file.name, "", size, entry.what)
                continue
            article, data = entry
            found = _Found(article.name, digest(data), len(data))
            if indexed.get(article.name) != found.digest:
                try:
                    extract(article, data, apart)  # what was indexed once can be read
                except UnreadableFileError as error:
                    found = _Found(article.name, "", len(data), error.what)
            yield found


def _state(found: _Found, indexed: Mapping[str, str]) -> FileState:
    if found.reason:
        return FileState(State.UNREADABLE, found.bytes, found.reason)
    if found.name not in indexed:
        return FileState(State.NEW, found.bytes)
    same = indexed[found.name] == found.digest
    return FileState(State.INDEXED if same else State.CHANGED, found.bytes)
