"""What is indexed, with which model, and what has changed in the folder since."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index import store
from index.errors import FootnoteError, IndexStoreError, UnreadableFileError
from index.formats.apart import Apart
from index.load import digest, entries, extract, list_files
from index.models import RelationKind
from index.server import Server


@dataclass(frozen=True, slots=True)
class Status:
    """The state of an index; `stale` files were added, changed or removed since."""

    path: str
    corpus: str
    model: str
    files: int
    paragraphs: int
    chunks: int
    size_mb: float
    complete: bool
    stale: list[str]
    problem: str | None
    copies: int
    rewrites: int
    """Pairs of articles that are copies of one another, or tell one story in other words."""
    server: str | None = None
    """The Chroma server that the index is on; `path` then holds what is derived from it."""
    is_damaged: bool = False
    """Whether its vectors are not what they were; `problem` says how."""

    def to_dict(self) -> dict[str, Any]:
        values = asdict(self)
        del values["is_damaged"]
        if self.server is None:
            del values["server"]
        return values

    def __str__(self) -> str:
        state = "complete" if self.complete else "still being built, or its building was cut off"
        if self.is_damaged:
            state = "damaged: run footnote index --rebuild"
        lines = [
            f"index       {self.path} ({state})",
            f"articles    {self.corpus}",
            *([f"server      {self.server}"] if self.server else []),
            f"model       {self.model}",
            f"files       {self.files}",
            f"paragraphs  {self.paragraphs}",
            f"chunks      {self.chunks}",
            f"relations   copies: {self.copies}, rewrites: {self.rewrites} (pairs of articles)",
            f"size        {self.size_mb:.1f} MB",
            f"stale       {', '.join(self.stale) if self.stale else 'none'}",
        ]
        if self.problem:
            lines.append(f"problem     {self.problem}")
        return "\n".join(lines)


def read_status(path: Path, max_file_bytes: int, server: Server | None = None) -> Status:
    """Look at an index and the folder that it stands for.

    Args:
        path: its folder; of an index on a server, the copy, which `index.mirror` brings up to date.
        max_file_bytes: larger files are not looked at.
        server: the Chroma server that it is on, or None.

    Raises:
        IndexStoreError: there is no index at `path`, or it is damaged.
    """
    marker = store.read_marker(path)
    if marker is None or not marker.data:
        raise IndexStoreError(f"there is no index at {path}", "run footnote index DIR")
    store.check_place(path, marker, is_on_server=server is not None)
    catalog = store.open_catalog(path, marker.data)
    try:
        digests = catalog.digests()
        corpus = store.corpus_of(path, marker)
        kinds = Counter(relation.kind for relation in catalog.relations())
        stale, problem = _compare(corpus, digests, max_file_bytes)
        complete = catalog.get(store.COMPLETE) == "1"
        damage = store.damage_of(path, marker.data, catalog) if complete and not server else None
        if damage is not None:
            problem = damage.what
        return Status(
            path=str(path),
            corpus=str(corpus),
            model=marker.model,
            files=len(digests),
            paragraphs=catalog.count("paragraph"),
            chunks=catalog.count("chunk"),
            size_mb=round(_size(path) / 1e6, 1),
            complete=complete and damage is None,
            stale=stale,
            problem=problem,
            copies=kinds[RelationKind.COPY],
            rewrites=kinds[RelationKind.REWRITE],
            server=f"{server} ({server.collection})" if server is not None else None,
            is_damaged=damage is not None,
        )
    finally:
        catalog.close()


def _compare(
    corpus: Path, digests: dict[str, str], max_file_bytes: int
) -> tuple[list[str], str | None]:
    """Files that differ from the index, and what keeps us from telling."""
    try:
        files = list_files(corpus)
    except FootnoteError as error:
        return [], error.what
    now: dict[str, str] = {}
    with Apart() as apart:
        for entry in (entry for file in files for entry in entries(file, max_file_bytes)):
            if isinstance(entry, UnreadableFileError):
                continue
            file, data = entry
            if file.name not in digests:
                try:
                    extract(file, data, apart)
                except UnreadableFileError:
                    continue  # what cannot be indexed is not missing from the index
            now.setdefault(file.name, digest(data))
    changed = {name for name in now.keys() | digests.keys() if now.get(name) != digests.get(name)}
    return sorted(changed), None


def _size(path: Path) -> int:
    return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())
