"""Bringing the index up to date while the page is in use.

The work is done by a process of its own, at a lower priority: llama-index loads for seconds
and the embedding model takes one caller at a time, and no question shall wait for either.
Run as a module, this file is that process: it reports on standard output, a JSON object a
line, and ends when its standard input does, so that it never outlives who started it.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from index.errors import FootnoteError, IndexStoreError
from index.load import list_files
from index.models import IN_FILE
from index.store import corpus_of, open_catalog, read_marker

_LESS_URGENT: Final = 10  # as `nice` counts
_BUSY_SECONDS: Final = 2.0  # before another writer is asked again whether it is done
_BUSY_TIMES: Final = 150
_BETWEEN_REPORTS: Final = 0.1  # seconds
_UNEXPECTED: Final = FootnoteError(
    "the index could not be brought up to date", "the server's log says more; try again"
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work has come; also how the last one ended, once it has."""

    running: bool = False
    what: str = ""
    """Of what is being done, "embedding" for example."""
    done: int = 0
    total: int = 0
    summary: str = ""
    skipped: tuple[tuple[str, str], ...] = ()
    """Files left out, and why."""
    error: str = ""

    def to_dict(self) -> dict[str, Any]:
        plain = asdict(self)
        plain["skipped"] = [{"file": file, "reason": reason} for file, reason in self.skipped]
        return plain


Report = dict[str, Any]
Run = Callable[[Path, Path, bool], Iterator[Report]]
"""Index a corpus (first) into a path (second); yields reports. The last says "summary" and
"skipped", or "what", "fix" and "retryable" of an error."""


class Indexer:
    """Brings an index up to date when it is asked to, one run at a time, in the background.

    Args:
        path: the index.
        run: does the work; the default is a process.
    """

    def __init__(self, path: Path, run: Run | None = None) -> None:
        self._path = path
        self._run = run or run_process
        self._lock = threading.Lock()
        self._wanted = False
        self._removed: set[str] = set()
        self._progress = Progress()

    @property
    def progress(self) -> Progress:
        return self._progress

    @property
    def corpus(self) -> Path:
        """The folder that the index stands for.

        Raises:
            IndexStoreError: there is no index.
        """
        return _corpus(self._path)

    def request(self, removed: Iterable[str] = ()) -> None:
        """Have the index brought up to date, now or after the run that is under way.

        Args:
            removed: files that are meant to be gone, were it most of all.
        """
        with self._lock:
            self._removed |= set(removed)
            self._wanted = True
            if self._progress.running:
                return
            self._progress = Progress(running=True)
        threading.Thread(target=self._work, name="indexing", daemon=True).start()

    def wait(self, seconds: float) -> Progress:
        """The progress when no work is left, or when the time is over."""
        end = time.monotonic() + seconds
        while self._progress.running and time.monotonic() < end:
            time.sleep(0.02)
        return self._progress

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._progress = replace(self._progress, running=False)
                    return
                self._wanted = False
                removed = frozenset(self._removed)
            try:
                ended = self._run_once(removed)
            except FootnoteError as error:
                ended = Progress(error=f"{error.what}. {error.fix}.")
            except Exception:
                # Whoever runs the server is told; a visitor is not shown the insides.
                _log.exception("indexing failed")
                ended = Progress(error=f"{_UNEXPECTED.what}. {_UNEXPECTED.fix}.")
            with self._lock:
                self._progress = replace(ended, running=True)
                if not ended.error:
                    self._removed -= removed

    def _run_once(self, removed: frozenset[str]) -> Progress:
        for attempt in range(_BUSY_TIMES):
            last: Report = {}
            for last in self._run(self.corpus, self._path, _is_meant(self._path, removed)):
                if "total" in last:
                    self._progress = Progress(True, last["doing"], last["done"], last["total"])
            if "summary" in last:
                skipped = tuple((item["file"], item["reason"]) for item in last["skipped"])
                return Progress(summary=last["summary"], skipped=skipped)
            if last.get("retryable") and attempt < _BUSY_TIMES - 1:
                self._progress = Progress(True, "waiting for another writer")
                time.sleep(_BUSY_SECONDS)
                continue
            if "what" in last:
                raise FootnoteError(last["what"], last["fix"])
            raise _UNEXPECTED
        raise AssertionError("the last attempt returns or raises")


def _corpus(path: Path) -> Path:
    marker = read_marker(path)
    if marker is None:
        raise IndexStoreError(f"there is no index at {path}", "run footnote index DIR")
    return corpus_of(path, marker)


def _is_meant(path: Path, removed: frozenset[str]) -> bool:
    """Whether all that the folder has lost was removed on purpose."""
    marker = read_marker(path)
    if marker is None or not marker.data or not removed:
        return False
    catalog = open_catalog(path, marker.data)
    try:
        known = set(catalog.files())
    finally:
        catalog.close()
    present = {file.name for file in list_files(corpus_of(path, marker))}
    lost = {name for name in known if not _names_of(name) & present}
    return bool(lost) and all(_names_of(name) & removed for name in lost)


def _names_of(article: str) -> set[str]:
    """What the file of an article may be called: it may be one of several in it."""
    parts = article.split(IN_FILE)
    return {IN_FILE.join(parts[:end]) for end in range(1, len(parts) + 1)}


# -- the process ---------------------------------------------------------------------------


def run_process(corpus: Path, path: Path, replace_: bool) -> Iterator[Report]:
    """Index in a process of its own; yields its reports."""
    arguments = [str(corpus), str(path), *(["--replace"] if replace_ else [])]
    process = subprocess.Popen(
        [sys.executable, "-m", "ui.indexing", *arguments],
        stdin=subprocess.PIPE,  # closed with this process, however that ends
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            report = json.loads(line)
            if isinstance(report, dict):
                yield report
    finally:
        process.kill()
        process.communicate()


def main(arguments: list[str]) -> None:
    """The process: `CORPUS PATH [--replace]`."""
    with suppress(AttributeError, OSError):  # Windows has no `nice`
        os.nice(_LESS_URGENT)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # What libraries print is no report.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def report(**values: Any) -> None:
        print(json.dumps(values), file=out, flush=True)

    last = 0.0

    def progress(what: str, done: int, total: int) -> None:
        nonlocal last
        if done == total or time.monotonic() - last >= _BETWEEN_REPORTS:
            last = time.monotonic()
            report(doing=what, done=done, total=total)

    from index.build import build_index  # loads llama-index: seconds
    from index.embedders import embedder_for
    from index.server import server_of
    from index.settings import load_settings

    try:
        settings = load_settings()
        summary = build_index(
            Path(arguments[0]),
            Path(arguments[1]),
            embedder_for(settings),
            replace="--replace" in arguments[2:],
            max_file_bytes=settings.max_file_bytes,
            progress=progress,
            server=server_of(settings),
        )
    except FootnoteError as error:
        report(what=error.what, fix=error.fix, retryable=error.retryable)
    else:
        report(
            summary=f"{summary.added} added, {summary.updated} updated, {summary.removed} removed",
            skipped=[{"file": item.file, "reason": item.reason} for item in summary.skipped],
        )


def _end_with_parent() -> None:
    # Killed at any moment, a run leaves the last complete state in force.
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
