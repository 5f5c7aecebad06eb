"""The folder beside what is indexed of it: what is new, what is gone, what cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.boilerplate import classify, find_author, find_title
from index.errors import CorpusError, UnreadableFileError
from index.load import SourceFile, decode, digest, read_bytes
from index.models import Article
from index.paragraphs import split_paragraphs

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why."""

    file: str
    reason: str


@dataclass(slots=True)
class Scan:
    """What a folder holds, compared with an index."""

    changed: dict[str, Article] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def present(self) -> set[str]:
        return self.kept | self.changed.keys()


def read_article(file: SourceFile, data: bytes) -> Article:
    """A file's bytes → the article: text, numbered paragraphs and what each is.

    Raises:
        UnreadableFileError: it is no text.
    """
    text = decode(file.name, data)
    paragraphs = classify(text, split_paragraphs(text))
    return Article(
        file=file.name,
        text=text,
        digest=digest(data),
        title=find_title(text, paragraphs),
        author=find_author(text, paragraphs),
        paragraphs=tuple(paragraphs),
    )


def scan_folder(
    files: Sequence[SourceFile],
    indexed: Mapping[str, str],
    max_file_bytes: int,
    progress: Progress,
) -> Scan:
    """Read every file; parse those whose content is not what is indexed.

    Args:
        files: of the folder.
        indexed: file → content hash, of the index.
        max_file_bytes: a larger file is skipped.
        progress: told how many files are read.
    """
    scan = Scan()
    for done, file in enumerate(files, start=1):
        try:
            data = read_bytes(file, max_file_bytes)
            if indexed.get(file.name) == digest(data):
                scan.kept.add(file.name)
            else:
                scan.changed[file.name] = read_article(file, data)
        except UnreadableFileError as error:
            scan.skipped.append(Skipped(_printable(file.name), error.what))
        progress("reading", done, len(files))
    return scan


def check_losses(corpus: Path, known: set[str], scan: Scan) -> None:
    """Refuse a folder that is empty, or that lost most of what was indexed of it.

    Raises:
        CorpusError: it is; an unmounted disk looks just so.
    """
    if not scan.present and not known:
        reasons = "".join(f"; {item.reason}" for item in scan.skipped[:3])
        raise CorpusError(
            f"there is no article to index in {corpus}{reasons}",
            "put .txt files in it, or name another folder",
        )
    lost = len(known - scan.present)
    if 2 * lost > len(known):
        raise CorpusError(
            f"{lost} of the {len(known)} indexed files are no longer in {corpus}",
            "check that the folder is whole and mounted; add --replace if they are meant to go",
        )


def _printable(name: str) -> str:
    """A file's name as it can be printed, also where it is no text."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
