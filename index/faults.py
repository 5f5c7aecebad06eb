"""What the disk, SQLite and Chroma raise → an error for a person, with the cure that fits.

A full disk, a folder that cannot be written and a file that may not be read are no damage: what
is there still answers, and the advice to rebuild would throw it away.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import FootnoteError, IndexStoreError, damaged

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
_CODE_IN_TEXT = re.compile(r"\(code: (\d+)\)")
_READ_ONLY_TEXT = re.compile(r"\(os error (?:13|30)\)")
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
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
        or _means_read_only(_code(error))
        or any(_means_read_only(int(code)) for code in _CODE_IN_TEXT.findall(str(error)))
        or bool(_READ_ONLY_TEXT.search(str(error)))
    )


def _means_read_only(code: int | None) -> bool:
    """Of SQLite's codes, such as that of a folder (1544) where no journal can be written.

    A database that was moved away under its reader (1032) is none of them.
    """
    return (
        code is not None
        and code & 0xFF == sqlite3.SQLITE_READONLY
        and code != sqlite3.SQLITE_READONLY_DBMOVED
    )


def unreadable(path: Path) -> IndexStoreError | None:
    """The error for a file that is there and may not be read; None if it may.

    SQLite and Chroma only say that they cannot open it.
    """
    try:
        path.stat()
        if os.access(path, os.R_OK):
            return None
        reason = os.strerror(errno.EACCES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        reason = error.strerror or str(error)
    return IndexStoreError(
        f"cannot read {path}: {reason}", "make it readable for yourself; nothing in it is lost"
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
    if (code := _code(error)) is not None and code & 0xFF in _BUSY:
        return IndexStoreError(
            f"another process keeps {part} locked", "try again in a moment", retryable=True
        )
    return damaged(f"{part}: {_reason(error)}")


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
