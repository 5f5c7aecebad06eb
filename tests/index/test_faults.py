"""What the disk, SQLite and Chroma raise, told to a person with the cure that fits."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from index.errors import IndexStoreError, UnreadableFileError
from index.faults import explain, explained


def sqlite_error(code: int, text: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        sqlite_error(sqlite3.SQLITE_FULL, "database or disk is full"),
        sqlite_error(sqlite3.SQLITE_IOERR_SHMSIZE, "disk I/O error"),
        RuntimeError("error returned from database: (code: 13) database or disk is full"),
        RuntimeError("IO error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_no_damage(error: Exception) -> None:
    told = explain("a part", error)
    assert told.what == "the disk is full: cannot write a part"
    assert "free some space" in told.fix
    assert "rebuild" not in told.fix
    assert told.retryable


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EROFS, "Read-only file system"),
        PermissionError(errno.EACCES, "Permission denied"),
        sqlite_error(sqlite3.SQLITE_READONLY, "attempt to write a readonly database"),
        RuntimeError("error returned from database: (code: 8) attempt to write a readonly"),
        sqlite_error(sqlite3.SQLITE_READONLY_DIRECTORY, "attempt to write a readonly database"),
        RuntimeError("error returned from database: (code: 1544) attempt to write a readonly"),
    ],
)
def test_what_must_not_be_written_is_no_damage(error: Exception) -> None:
    told = explain("a part", error)
    assert "cannot write a part" in told.what
    assert "writable" in told.fix


@pytest.mark.parametrize(
    "error",
    [
        sqlite_error(sqlite3.SQLITE_CORRUPT, "database disk image is malformed"),
        sqlite_error(sqlite3.SQLITE_READONLY_DBMOVED, "attempt to write a readonly database"),
        RuntimeError("(code: 1032) attempt to write a readonly database"),
        RuntimeError("(code: 11) database disk image is malformed"),
        OSError(errno.EIO, "Input/output error"),
    ],
)
def test_anything_else_is_damage(error: Exception) -> None:
    told = explain("a part", error)
    assert told.what == f"the index is damaged: a part: {error}"
    assert "--rebuild" in told.fix


def test_a_locked_database_is_no_damage() -> None:
    told = explain("a part", sqlite_error(sqlite3.SQLITE_BUSY, "database is locked"))
    assert told.what == "another process keeps a part locked"
    assert told.retryable


def test_an_error_that_hides_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = RuntimeError("Failed to apply logs")
    assert "damaged" in explain("a part", error, tmp_path / "gone").what
    assert "damaged" in explain("a part", error, tmp_path).what
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))
    assert explain("a part", error, tmp_path).what == "the disk is full: cannot write a part"


def test_an_error_without_words_is_named() -> None:
    assert explain("a part", RuntimeError()).what.endswith(": RuntimeError")


def test_errors_for_a_person_and_requests_to_stop_pass_as_they_are() -> None:
    for error in [UnreadableFileError("what", "fix"), KeyboardInterrupt(), SystemExit(3)]:
        with pytest.raises(type(error)) as raised, explained("a part"):
            raise error
        assert raised.value is error
    with pytest.raises(IndexStoreError, match="a part: bad"), explained("a part"):
        raise BaseException("bad")
