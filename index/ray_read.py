"""Reading a folder on a Ray cluster: bytes are sent, so that workers need no disk of ours."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from index.errors import UnreadableFileError
from index.load import SourceFile, digest, entries
from index.ray_cluster import Cluster
from index.ray_tasks import ReadArticle, read, software
from index.scan import Progress, Scan, Skipped, printable_name, there_twice

_SLICE = 128  # files whose articles are given together, as they are written
_BATCH = 32  # articles in a task
_BATCH_BYTES = 1_000_000


@dataclass(slots=True)
class _Batch:
    """What one task reads, among what need not be read."""

    found: list[tuple[str, str | UnreadableFileError | None]] = field(default_factory=list)
    """(name of a file, and None for an article to read, the name of one that is indexed as it
    is, or why nothing is there), in the order of the files."""
    to_read: list[tuple[SourceFile, bytes]] = field(default_factory=list)
    size: int = 0
    files: int = 0
    """How many are read when this is."""
    ends_slice: bool = False


def read_folder(
    cluster: Cluster,
    files: Sequence[SourceFile],
    indexed: Mapping[str, str],
    max_file_bytes: int,
    progress: Progress,
) -> Iterator[Scan]:
    """What `index.scan.scan_folder` says of slices of the files, each with its chunks.

    Files are opened here, and only what is not indexed as it is goes to the workers.
    """
    sent: deque[_Batch] = deque()
    wanted = software()

    def tasks() -> Iterator[tuple[str, list[tuple[SourceFile, bytes]]]]:
        for batch in _batches(files, indexed, max_file_bytes):
            sent.append(batch)
            yield wanted, batch.to_read

    scan = Scan()
    for made in cluster.in_order(read, tasks()):
        batch = sent.popleft()
        _merge(batch, made, scan)
        progress("reading", batch.files, len(files))
        if batch.ends_slice:
            yield scan
            scan = Scan()


def _batches(
    files: Sequence[SourceFile], indexed: Mapping[str, str], max_file_bytes: int
) -> Iterator[_Batch]:
    batch = _Batch()
    for number, file in enumerate(files, start=1):
        for entry in entries(file, max_file_bytes):
            if isinstance(entry, UnreadableFileError):
                batch.found.append((file.name, entry))
                continue
            article, data = entry
            if indexed.get(article.name) == digest(data):
                batch.found.append((file.name, article.name))
                continue
            if len(batch.to_read) == _BATCH or (
                batch.to_read and batch.size + len(data) > _BATCH_BYTES
            ):
                batch.files = number - 1
                yield batch
                batch = _Batch()
            batch.found.append((file.name, None))
            batch.to_read.append(entry)
            batch.size += len(data)
        if number % _SLICE == 0 or number == len(files):
            batch.files, batch.ends_slice = number, True
            yield batch
            batch = _Batch()


def _merge(batch: _Batch, made: list[ReadArticle], scan: Scan) -> None:
    """Take what a task made into a scan, in the order of the files."""
    read_now = iter(zip(batch.to_read, made, strict=True))
    for file, found in batch.found:
        try:
            if isinstance(found, UnreadableFileError):
                raise found
            if found is not None:
                _check_first(found, scan)
                scan.kept.add(found)
                continue
            (source, _), one = next(read_now)
            _check_first(source.name, scan)
            if one.article is None:
                raise UnreadableFileError(one.problem, "")
            scan.changed[source.name] = one.article
            scan.chunks[source.name] = one.chunks
        except UnreadableFileError as error:
            scan.skipped.append(Skipped(printable_name(file), printable_name(error.what)))


def _check_first(name: str, scan: Scan) -> None:
    if name in scan.kept or name in scan.changed:
        raise there_twice(name)
