"""A file → its text; a folder → the files in it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from index.errors import CorpusError, UnreadableFileError

SUFFIXES = frozenset({".txt"})

PIPELINE_VERSION = 1
"""Raised when the same file gives other paragraphs, kinds, chunks, words, names or relations.

It is part of every content hash, so an index made by another version counts as stale, and
the next run makes it anew, without embedding again what reads the same.
"""

_CONTROL_SHARE = 0.02  # of the decoded characters: more than this is no text
_TEXT_CONTROLS = frozenset("\t\n\r\f\v\x1b\x85")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the corpus: its name relative to the folder, with `/`, and its path."""

    name: str
    path: Path


def list_files(folder: Path) -> list[SourceFile]:
    """The article files below a folder, sorted by name; hidden files and links are left out.

    Raises:
        CorpusError: the folder is missing, not a folder, or cannot be read.
    """
    if not folder.exists():
        raise CorpusError(
            f"there is no folder {folder}", "check the path, or that its disk is mounted"
        )
    if not folder.is_dir():
        raise CorpusError(f"{folder} is not a folder", "name the folder that holds the articles")

    def refuse(error: OSError) -> None:
        raise CorpusError(
            f"cannot read the folder {error.filename}: {error.strerror}",
            "give yourself permission to read it, or move it out of the corpus",
        ) from error

    found: list[SourceFile] = []
    for root, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(root) / name
            if name.startswith(".") or path.suffix.lower() not in SUFFIXES:
                continue
            if path.is_symlink() or not path.is_file():
                continue  # a pipe would be waited for, and a link may lead out of the folder
            found.append(SourceFile(path.relative_to(folder).as_posix(), path))
    return sorted(found, key=lambda file: file.name)


def read_bytes(file: SourceFile, max_bytes: int) -> bytes:
    """The bytes of a file.

    Raises:
        UnreadableFileError: it cannot be opened or named, or is larger than `max_bytes`.
    """
    try:
        file.name.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableFileError(
            f"{file.name!a}: its name is not text in the encoding of this system",
            "rename it",
        ) from None
    try:
        size = file.path.stat().st_size
        if size > max_bytes:
            raise UnreadableFileError(
                f"{file.name} has {size / 1e6:.1f} MB, more than the limit of "
                f"{max_bytes / 1e6:.0f} MB",
                "split it, or raise FOOTNOTE_MAX_FILE_MB",
            )
        return file.path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            f"cannot read {file.name}: {error.strerror}", "check its permissions"
        ) from error


def digest(data: bytes) -> str:
    """The hash that decides whether a file has changed since it was indexed, or its indexing."""
    return hashlib.sha256(b"%d\x00%s" % (PIPELINE_VERSION, data)).hexdigest()


def decode(name: str, data: bytes) -> str:
    """The text of a file: strict UTF-8, else the detected encoding; newlines untouched.

    A leading byte order mark of UTF-8 stays in the text as U+FEFF.

    Raises:
        UnreadableFileError: the file is empty, binary, or in no encoding that can be told.
    """
    if not data.strip():
        raise UnreadableFileError(f"{name} is empty", "write something in it, or remove it")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _detect(name, data)
    if _looks_binary(text):
        raise UnreadableFileError(
            f"{name} is not a text file", "save it as plain text, or move it out of the corpus"
        )
    if not text.strip("\ufeff \t\r\n\u00a0"):
        raise UnreadableFileError(f"{name} is empty", "write something in it, or remove it")
    return text


def _detect(name: str, data: bytes) -> str:
    from charset_normalizer import from_bytes  # 60 ms, and seldom needed

    undecodable = UnreadableFileError(
        f"cannot tell the encoding of {name}", "save it as UTF-8, or move it out of the corpus"
    )
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError(
            f"{name} is not a text file", "save it as plain text, or move it out of the corpus"
        )
    best = from_bytes(data).best()
    if best is None:
        raise undecodable
    try:
        # Decoded here, as the detector's own text may have its newlines changed.
        return data.decode(best.encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise undecodable from error


def _looks_binary(text: str) -> bool:
    sample = text[:65536]
    controls = sum(c < " " and c not in _TEXT_CONTROLS for c in sample)
    return "\x00" in sample or controls > _CONTROL_SHARE * len(sample)
