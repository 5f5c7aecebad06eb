"""A folder → the files in it; a file → the articles in it, each with its bytes and its text."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from index.errors import CorpusError, UnreadableFileError
from index.formats import SUFFIXES, is_apart, name_of
from index.formats.apart import Apart
from index.formats.extracted import Extracted, FormatError
from index.formats.text import decode as decode_text
from index.models import IN_FILE
from index.ours import is_index

PIPELINE_VERSION = 3
"""Raised when the same file gives other paragraphs, kinds, chunks, words, names or relations.

It is part of every content hash, so an index made by another version counts as stale, and
the next run makes it anew, without embedding again what reads the same.
"""

_LOCK_PREFIX = "~$"  # what Word leaves beside a document that is open
_LONGEST_NAME = 1000  # characters
_MOST_NAMED = 10  # lines of one file that are named as wrong, before they are counted


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An article's file: its name relative to the folder, with `/`, and its path.

    Of an article that shares its file with others, the name has its id behind `IN_FILE`.
    `problem` and `fix` say why what lies there cannot be read, if that is known already.
    """

    name: str
    path: Path
    problem: str = ""
    fix: str = ""


Entry = tuple[SourceFile, bytes]
"""An article and the bytes that it is made of: its file's, or its part of them."""


def list_files(folder: Path) -> list[SourceFile]:
    """The article files below a folder, sorted by name; hidden files and indexes are left out.

    Links, and folders that cannot be read, are listed with their `problem`.

    Raises:
        CorpusError: the folder is missing, not a folder, or cannot be read.
    """
    if not folder.exists():
        raise CorpusError(
            f"there is no folder {folder}", "check the path, or that its disk is mounted"
        )
    if not folder.is_dir():
        raise CorpusError(f"{folder} is not a folder", "name the folder that holds the articles")
    found: list[SourceFile] = []

    def note(error: OSError) -> None:
        where = Path(error.filename)
        if where == folder:
            raise CorpusError(
                f"cannot read the folder {error.filename}: {error.strerror}",
                "give yourself permission to read it, or name another folder",
            ) from error
        name = f"{_relative(where, folder)}/"
        found.append(
            SourceFile(
                name, where, f"cannot read the folder {name}: {error.strerror}", "let it be read"
            )
        )

    for root, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not is_index(Path(root) / name)
        )
        for name in folders:
            path = Path(root) / name
            if path.is_symlink():
                found.append(_link(path, folder, "its articles are read where they lie"))
        for name in names:
            path = Path(root) / name
            if name.startswith((".", _LOCK_PREFIX)) or path.suffix.lower() not in SUFFIXES:
                continue
            if path.is_symlink():
                found.append(_link(path, folder, "its article is read where it lies"))
            elif path.is_file():
                found.append(SourceFile(_relative(path, folder), path))
            else:
                shown = _relative(path, folder)  # a pipe would be waited for
                found.append(SourceFile(shown, path, f"{shown} is no regular file", "remove it"))
    return sorted(found, key=lambda file: file.name)


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _link(path: Path, folder: Path, what: str) -> SourceFile:
    """A link, which is not followed: it may lead out of the folder, or round in a circle."""
    name = _relative(path, folder)
    try:
        inside = path.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return SourceFile(name, path, f"{name} is a link to nothing", "remove it")
    if inside:
        problem, fix = f"{name} is a link: {what}", "nothing has to be done"
    else:
        problem, fix = f"{name} is a link out of the folder", "put what it leads to in its place"
    return SourceFile(name, path, problem, fix)


def entries(file: SourceFile, max_bytes: int) -> Iterator[Entry | UnreadableFileError]:
    """The articles of a file, each with its bytes; errors for what is not readable as such.

    Most files hold one. Of a .jsonl every line is one, of a .json that is a list every item:
    these are named `file.jsonl#id`, or by their line (`#line-7`) or place where they have no id.
    """
    try:
        suffix = file.path.suffix.lower()
        if suffix == ".jsonl":
            yield from _lines(file, max_bytes)
        elif suffix == ".json":
            yield from _items(file, read_bytes(file, max_bytes))
        else:
            yield file, read_bytes(file, max_bytes)
    except UnreadableFileError as error:
        yield error


def _items(file: SourceFile, data: bytes) -> Iterator[Entry | UnreadableFileError]:
    from index.formats.json_lines import items_of

    try:
        for name, item in items_of(data):
            yield (replace(file, name=f"{file.name}{IN_FILE}{name}") if name else file), item
    except FormatError as error:
        yield _unreadable(file.name, error)


def _lines(file: SourceFile, max_bytes: int) -> Iterator[Entry | UnreadableFileError]:
    """The lines of a .jsonl, one in memory at a time."""
    from index.formats.json_lines import id_of, parse

    check_readable(file, max_bytes)
    wrong = articles = 0
    try:
        with file.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip(b"\xef\xbb\xbf \t\r\n"):
                    continue
                articles += 1
                try:
                    name = id_of(parse(line)) or f"line-{number}"
                except FormatError as error:
                    wrong += 1
                    if wrong <= _MOST_NAMED:
                        yield _unreadable(f"line {number} of {file.name}", error)
                    continue
                yield replace(file, name=f"{file.name}{IN_FILE}{name}"), line.rstrip(b"\r\n")
    except OSError as error:
        raise _cannot_read(file, error) from error
    if wrong > _MOST_NAMED:
        yield UnreadableFileError(
            f"{wrong - _MOST_NAMED} more lines of {file.name} cannot be read", "correct them"
        )
    if not articles:
        yield UnreadableFileError(f"{file.name} is empty", "write something in it, or remove it")


def check_readable(file: SourceFile, max_bytes: int) -> None:
    """See to it that a file is worth opening.

    Raises:
        UnreadableFileError: it has a problem, no name that can be written, or more than
            `max_bytes`.
    """
    if file.problem:
        raise UnreadableFileError(file.problem, file.fix)
    try:
        file.name.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableFileError(
            f"{file.name!a}: its name is not text in the encoding of this system", "rename it"
        ) from None
    if len(file.name) > _LONGEST_NAME:
        raise UnreadableFileError(
            f"{file.name[:80]}…: its name has more than {_LONGEST_NAME} characters", "rename it"
        )
    try:
        size = file.path.stat().st_size
    except OSError as error:
        raise _cannot_read(file, error) from error
    if size > max_bytes:
        raise UnreadableFileError(
            f"{file.name} has {_megabytes(size)}, more than the limit of {_megabytes(max_bytes)}",
            "split it, or raise FOOTNOTE_MAX_FILE_MB",
        )


def read_bytes(file: SourceFile, max_bytes: int) -> bytes:
    """The bytes of a file.

    Raises:
        UnreadableFileError: it cannot be opened or named, or is larger than `max_bytes`.
    """
    check_readable(file, max_bytes)
    try:
        with file.path.open("rb") as opened:
            data = opened.read(max_bytes + 1)  # it may have grown meanwhile
    except OSError as error:
        raise _cannot_read(file, error) from error
    if len(data) > max_bytes:
        raise UnreadableFileError(
            f"{file.name} grew beyond the limit of {_megabytes(max_bytes)} while it was read",
            "split it, or raise FOOTNOTE_MAX_FILE_MB",
        )
    return data


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB".replace(".0 MB", " MB") if size >= 1e6 else f"{size / 1e6:g} MB"


def digest(data: bytes) -> str:
    """The hash that decides whether a file has changed since it was indexed, or its indexing."""
    return hashlib.sha256(b"%d\x00%s" % (PIPELINE_VERSION, data)).hexdigest()


def extract(file: SourceFile, data: bytes, apart: Apart | None = None) -> Extracted:
    """The text of an article and what its file says about it.

    Args:
        file: its path tells the format.
        data: of `entries`.
        apart: where files of strangers are read; None for a process for this one alone.

    Raises:
        UnreadableFileError: it cannot be read; the message begins with its name.
    """
    suffix = file.path.suffix.lower()
    try:
        name = name_of(suffix)
        if not is_apart(suffix, data):
            made = import_module(f"index.formats.{name}").extract(data)
            assert isinstance(made, Extracted)
            return made
        if not data.strip():
            raise FormatError("is empty", "write something in it, or remove it")
        if apart is not None:
            return apart.extract(name, data)
        with Apart() as own:
            return own.extract(name, data)
    except FormatError as error:
        raise _unreadable(file.name, error) from error


def decode(name: str, data: bytes) -> str:
    """The text of a plain text file: strict UTF-8, else the detected encoding.

    Raises:
        UnreadableFileError: the file is empty, binary, or in no encoding that can be told.
    """
    try:
        return decode_text(data)
    except FormatError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: FormatError) -> UnreadableFileError:
    return UnreadableFileError(f"{name} {error.reason}", error.fix)


def _cannot_read(file: SourceFile, error: OSError) -> UnreadableFileError:
    return UnreadableFileError(
        f"cannot read {file.name}: {error.strerror}", "check its permissions"
    )
