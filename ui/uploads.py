"""Articles that visitors add: taken in where nothing can leave the folder, and indexed.

They lie in one folder inside the corpus, `uploads`, and only what lies there can be removed
again: the articles that were in the corpus before are out of a visitor's reach. The index is
brought up to date by a process of its own, so that questions are answered meanwhile, from
the last complete state.
"""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from index.errors import FootnoteError, UnreadableFileError
from index.formats import SUFFIXES
from index.formats.apart import Apart
from index.load import SourceFile, entries, extract
from index.models import IN_FILE

FOLDER: Final = "uploads"
MAX_NAME_BYTES: Final = 150
MAX_FILES: Final = 2000
MAX_TOTAL_BYTES: Final = 1_000_000_000

# What Windows opens as a device whatever the folder, with any suffix.
_RESERVED: Final = re.compile(
    r"(?:CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])", re.IGNORECASE
)
_SEPARATORS: Final = frozenset(f'/\\:*?"<>|{IN_FILE}')
_NO_CHARACTERS: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_JOINERS: Final = frozenset("\u200c\u200d")  # of Persian and of emoji; other formats mislead


class UploadError(FootnoteError):
    """A file cannot be taken in, or not be removed."""


def check_name(name: str, suffixes: Iterable[str] = SUFFIXES) -> str:
    """The name under which a file is kept: as it was given, in Unicode's composed form (NFC).

    Args:
        name: as a browser gave it.
        suffixes: of the kinds that are accepted, in lower case, with their dots.

    Raises:
        UploadError: on some system it means another place, a device or another file, or the
            kind of file is not accepted.
    """
    fix = "give the file a plain name, such as article.txt"
    name = unicodedata.normalize("NFC", name)
    shown = _printable(name)
    if not name or name.startswith((".", " ", "~")) or name.endswith((".", " ")):
        raise UploadError(f"the name {shown} begins or ends with what a file name may not", fix)
    if any(c in _SEPARATORS or _misleads(c) for c in name):
        raise UploadError(f"the name {shown} holds characters that a file name may not", fix)
    if len(name.encode("utf-8")) > MAX_NAME_BYTES:
        raise UploadError(f"the name {shown} is too long", fix)
    if _RESERVED.fullmatch(name.partition(".")[0].rstrip()):
        raise UploadError(f"the name {shown} is that of a device on some systems", fix)
    accepted = sorted(suffixes)
    if Path(name).suffix.lower() not in accepted:
        raise UploadError(
            f"{shown} is of a kind that is not accepted", f"add files of {', '.join(accepted)}"
        )
    return name


class UploadFolder:
    """The folder of what visitors added. Safe to use from threads.

    Args:
        corpus: the folder of articles that it lies in; it is made when the first file comes.
        max_file_bytes: a larger file is refused.
        suffixes: of the kinds that are accepted.
    """

    def __init__(
        self, corpus: Path, max_file_bytes: int, suffixes: Iterable[str] = SUFFIXES
    ) -> None:
        self._corpus = corpus
        self.max_file_bytes = max_file_bytes
        self.suffixes = frozenset(suffixes)
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        """Where the files lie.

        Raises:
            UploadError: something else is there, such as a link that leads elsewhere.
        """
        path = self._corpus / FOLDER
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise UploadError(
                f"{FOLDER} in the folder of articles is not a folder", "remove it, then try again"
            )
        return path

    def files(self) -> dict[str, int]:
        """The files that were added, by their names in the index, with their sizes in bytes."""
        found: dict[str, int] = {}
        try:
            items = sorted(self.path.iterdir())
        except FileNotFoundError:
            return found
        for item in items:
            if item.name.startswith(".") or item.is_symlink() or not item.is_file():
                continue
            with suppress(FileNotFoundError):  # removed meanwhile
                found[f"{FOLDER}/{item.name}"] = item.stat().st_size
        return found

    def add(self, name: str, data: bytes) -> str:
        """Keep a file that can be read as an article; its name in the index comes back.

        Raises:
            UploadError: its name, kind, size or content is refused, or there is no room.
        """
        name = check_name(name, self.suffixes)
        if len(data) > self.max_file_bytes:
            raise too_large(name, self.max_file_bytes)
        with self._lock:
            self._check_room(name, len(data))
            try:
                self._write(name, data)
            except FileExistsError:
                raise _taken(name) from None
            except UnreadableFileError as error:
                raise UploadError(error.what, error.fix) from error
            except OSError as error:
                raise UploadError(
                    f"{name} cannot be kept: {error.strerror}",
                    "ask whoever runs this server to make room, or to allow writing",
                ) from error
        return f"{FOLDER}/{name}"

    def remove(self, file: str) -> None:
        """Remove a file that was added, by its name in the index.

        Raises:
            UploadError: it is none of those.
        """
        with self._lock:
            if file not in self.files():
                raise UploadError(
                    f"{_printable(file)} was not added here", "choose a file that was"
                )
            try:
                (self.path / file.removeprefix(f"{FOLDER}/")).unlink(missing_ok=True)
            except OSError as error:
                raise UploadError(
                    f"{_printable(file)} cannot be removed: {error.strerror}",
                    "ask whoever runs this server to allow it",
                ) from error

    def _check_room(self, name: str, size: int) -> None:
        present = self.files()
        # Two names that differ in case, or in composition, are one file on some systems.
        taken = {_folded(file.removeprefix(f"{FOLDER}/")) for file in present}
        if _folded(name) in taken:
            raise _taken(name)
        if len(present) >= MAX_FILES or sum(present.values()) + size > MAX_TOTAL_BYTES:
            raise UploadError(
                "there is no room for another file", "remove some that were added before"
            )

    def _write(self, name: str, data: bytes) -> None:
        """The file appears whole, under a name that nothing had."""
        folder = self.path
        folder.mkdir(exist_ok=True)
        # Hidden, and so no article; of the same suffix, and so read as one.
        part = folder / f".{secrets.token_hex(8)}{Path(name).suffix}"
        try:
            with part.open("xb") as out:
                out.write(data)
            _check_content(SourceFile(name, part), self.max_file_bytes)
            # Reserved first: `replace` alone would overwrite what is there, this does not, nor
            # does it follow a link.
            (folder / name).open("xb").close()
            try:
                part.replace(folder / name)
            except OSError:
                (folder / name).unlink()
                raise
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _check_content(file: SourceFile, max_bytes: int) -> None:
    """See to it that there is an article in a file, at least one.

    Raises:
        UnreadableFileError: there is none; an archive that unpacks to too much is read no further.
    """
    problem: UnreadableFileError | None = None
    with Apart() as apart:
        for entry in entries(file, max_bytes):
            try:
                if isinstance(entry, UnreadableFileError):
                    raise entry
                extract(*entry, apart)
            except UnreadableFileError as error:
                problem = problem or error
            else:
                return
    if problem is not None:
        raise problem


def too_large(name: str, most: int) -> UploadError:
    return UploadError(
        f"{_printable(name)} is larger than the limit of {most / 1e6:.0f} MB",
        "split it, or add its text alone",
    )


def _taken(name: str) -> UploadError:
    return UploadError(
        f"there is a file {name} already", "rename yours, or remove the one that is there first"
    )


def _misleads(character: str) -> bool:
    return character not in _JOINERS and unicodedata.category(character) in _NO_CHARACTERS


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _printable(name: str) -> str:
    """A name as it can be shown in a sentence: short, and without what moves the text about."""
    bare = "".join(c if c.isprintable() else "\ufffd" for c in name[:80])
    return f"{bare}…" if len(name) > 80 else bare or "(none)"
