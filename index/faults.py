"""What the disk, SQLite and Chroma raise → an error for a person, with the cure that fits.

A full disk and a folder that cannot be written are no damage: what is there still answers,
and the advice to rebuild would throw it away.
"""

from __future__ import annotations

import errno
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import FootnoteError, IndexStoreError

_FULL_ERRNO = {errno.ENOSPC, errno.EDQUOT}
_READ_ONLY_ERRNO = {errno.EROFS, errno.EACCES, errno.EPERM}
# SQLite's extended codes of a write that failed; a disk that is full gives them as well.
_FULL_CODES = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_TRUNCATE,
}
# Chroma's Rust core hands on SQLite's codes and the system's numbers inside its texts.
_FULL_TEXT = re.compile(r"\(code: 13\)|\bdisk is full\b|\bNo space left\b|\(os error 28\)")
_READ_ONLY_TEXT = re.compile(r"\(code: 8\)|\(os error (?:13|30)\)")
_NO_ROOM = 1_000_000  # free bytes: fewer hold no batch of vectors


def is_full(error: BaseException) -> bool:
    """Whether something could not be written because the disk, or a quota, is full."""
    return (
        (isinstance(error, OSError) and error.errno in _FULL_ERRNO)
        or _code(error) in _FULL_CODES
        or bool(_FULL_TEXT.search(str(error)))
    )


def is_read_only(error: BaseException) -> bool:
    """Whether something could not be written because that is not allowed."""
    return (
        (isinstance(error, OSError) and error.errno in _READ_ONLY_ERRNO)
        or _code(error) == sqlite3.SQLITE_READONLY
        or bool(_READ_ONLY_TEXT.search(str(error)))
    )


def explain(part: str, error: BaseException, place: Path | None = None) -> IndexStoreError:
    """The error for a person.

    Args:
        part: of the index, where it happened.
        error: what was raised.
        place: the folder that was written to, where `error` may hide that its disk is full.
    """
    if is_full(error) or (place is not None and _has_no_room(place)):
        return IndexStoreError(
            f"the disk is full: cannot write {part}",
            "free some space and run footnote index again; what is indexed is kept",
            retryable=True,
        )
    if is_read_only(error):
        return IndexStoreError(
            f"cannot write {part}: {_reason(error)}",
            "make it writable, or choose another --index",
        )
    return IndexStoreError(
        f"the index is damaged: {part}: {_reason(error)}", "run footnote index --rebuild"
    )


@contextmanager
def explained(part: str, place: Path | None = None) -> Iterator[None]:
    """Turn whatever is raised inside into an error for a person.

    That includes what is no `Exception`, such as a panic of Chroma's Rust core; a request to
    stop passes as it is. Arguments as for `explain`.
    """
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, FootnoteError):
        raise
    except BaseException as error:
        raise explain(part, error, place) from error


def _has_no_room(place: Path) -> bool:
    try:
        return shutil.disk_usage(place).free < _NO_ROOM
    except OSError:
        return False


def _code(error: BaseException) -> int | None:
    return getattr(error, "sqlite_errorcode", None) if isinstance(error, sqlite3.Error) else None


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
