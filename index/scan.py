"""The folder beside what is indexed of it: what is new, what is gone, what cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from index.boilerplate import classify, find_author, find_title
from index.dates import article_date
from index.errors import CorpusError, UnreadableFileError
from index.formats.apart import SECONDS, Apart
from index.load import Entry, SourceFile, digest, entries, extract
from index.models import Article, Chunk
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
    chunks: dict[str, list[Chunk]] = field(default_factory=dict)
    """Of what changed, where whoever read it has split it as well."""

    @property
    def present(self) -> set[str]:
        return self.kept | self.changed.keys()


@runtime_checkable
class FolderReader(Protocol):
    """Reads a folder elsewhere; an embedder that works on other machines may be one too."""

    def scans(
        self,
        files: Sequence[SourceFile],
        indexed: Mapping[str, str],
        max_file_bytes: int,
        progress: Progress,
    ) -> Iterator[Scan]:
        """What `scan_folder` would say of the files, a slice at a time, with the chunks."""
        ...


def read_article(file: SourceFile, data: bytes, apart: Apart | None = None) -> Article:
    """An article's bytes → the article: text, numbered paragraphs and what each is.

    Args:
        file: where it is from.
        data: as `index.load.entries` gives them.
        apart: where files of strangers are read; None for a process for this one alone.

    Raises:
        UnreadableFileError: it is no text, or cannot be read as what it is.
    """
    found = extract(file, data, apart)
    text = found.text
    paragraphs = classify(text, split_paragraphs(text))
    return Article(
        file=file.name,
        text=text,
        digest=digest(data),
        title=found.title or find_title(text, paragraphs),
        author=found.author or find_author(text, paragraphs),
        paragraphs=tuple(paragraphs),
        date=article_date(file.name, text, paragraphs, stated=found.date, created=found.created),
        url=found.url or None,
        pages=found.pages,
    )


def scan_folder(
    files: Sequence[SourceFile],
    indexed: Mapping[str, str],
    max_file_bytes: int,
    progress: Progress,
    seconds_a_file: float = SECONDS,
) -> Scan:
    """Read every file; parse the articles whose content is not what is indexed.

    Args:
        files: of the folder.
        indexed: name of an article → content hash, of the index.
        max_file_bytes: a larger file is skipped.
        progress: told how many files are read.
        seconds_a_file: a file that takes longer to read is skipped.
    """
    scan = Scan()
    with Apart(seconds_a_file) as apart:
        for done, file in enumerate(files, start=1):
            for entry in entries(file, max_file_bytes):
                try:
                    _take(entry, indexed, scan, apart)
                except UnreadableFileError as error:
                    scan.skipped.append(
                        Skipped(printable_name(file.name), printable_name(error.what))
                    )
            progress("reading", done, len(files))
    return scan


def _take(
    entry: Entry | UnreadableFileError, indexed: Mapping[str, str], scan: Scan, apart: Apart
) -> None:
    if isinstance(entry, UnreadableFileError):
        raise entry
    file, data = entry
    if file.name in scan.kept or file.name in scan.changed:
        raise there_twice(file.name)
    if indexed.get(file.name) == digest(data):
        scan.kept.add(file.name)
    else:
        scan.changed[file.name] = read_article(file, data, apart)


def there_twice(name: str) -> UnreadableFileError:
    """Two articles of one name."""
    return UnreadableFileError(
        f"{name} is there twice: the first is taken", "give each article its own id"
    )


def check_losses(corpus: Path, known: set[str], scan: Scan) -> None:
    """Refuse a folder that is empty, or that lost most of what was indexed of it.

    Raises:
        CorpusError: it is; an unmounted disk looks just so.
    """
    if not scan.present and not known:
        reasons = "".join(f"; {item.reason}" for item in scan.skipped[:3])
        raise CorpusError(
            f"there is no article to index in {corpus}{reasons}",
            "put articles in it, or name another folder",
        )
    lost = len(known - scan.present)
    if 2 * lost > len(known):
        raise CorpusError(
            f"{lost} of the {len(known)} indexed files are no longer in {corpus}",
            "check that the folder is whole and mounted; run footnote index "
            f"{corpus} --replace if they are meant to go",
        )


def printable_name(name: str) -> str:
    """A file's name as it can be printed, also where it is no text."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
