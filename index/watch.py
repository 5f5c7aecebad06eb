"""Keep an index up to date with its folder: one writer, a moment after each change.

The operating system tells of changes (watchfiles); what has changed the indexer finds out by
itself, so nothing is lost that is told late, twice or not at all.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

from watchfiles import watch

from index.build import Summary, build_index
from index.embed import Embedder
from index.errors import FootnoteError
from index.scan import Progress, Skipped

if TYPE_CHECKING:
    from index.server import Server

_QUIET: Final = 1000  # ms without a change before what changed is indexed
_AT_MOST: Final = 10_000  # ms that changes may go on before it is indexed all the same
_TICK: Final = 500  # ms between looks whether the folder is still the one that is watched
_LOOK_AGAIN: Final = 120  # ticks: a network drive may tell of nothing
_RETRY: Final = 2.0  # seconds until what failed is tried again
_SLOWEST_RETRY: Final = 60.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What was done: the summary of a run, or why there was none."""

    summary: Summary | None = None
    error: FootnoteError | None = None


def keep_up(
    corpus: Path,
    path: Path,
    embedder: Embedder,
    told: Callable[[Watched], None],
    *,
    stop: threading.Event,
    max_file_bytes: int = 20_000_000,
    progress: Progress = lambda what, done, total: None,
    server: Server | None = None,
    quiet_ms: int = _QUIET,
    retry_seconds: float = _RETRY,
) -> None:
    """Index the folder, and again after each change, until `stop` is set.

    What passes (another writer, a folder that is away for a moment, a full disk) is told once
    and tried again; the index in force goes on answering meanwhile.

    Args:
        corpus: the folder of articles.
        path: the index's folder.
        embedder: the model.
        told: called after the first run, after each run that changed something or left out a
            file that was not left out before, and when something begins to be wrong.
        stop: set it to end, from a signal handler or another thread.
        max_file_bytes: a larger file is left out.
        progress: told what is done of the work.
        server: the Chroma server that the index is on, or None.
        quiet_ms: how long nothing may change before what changed is indexed.
        retry_seconds: until what failed is tried again; then twice as long, and so on.

    Raises:
        FootnoteError: the first run cannot be made, for a reason that does not pass.
    """
    wrong = ""
    skipped: set[Skipped] = set()
    wait = retry_seconds
    is_first = True
    while not stop.is_set():
        # Watched before it is read: what changes meanwhile is told afterwards.
        for _ in _changes(corpus, path, stop, quiet_ms):
            try:
                summary = build_index(
                    corpus,
                    path,
                    embedder,
                    max_file_bytes=max_file_bytes,
                    progress=progress,
                    server=server,
                )
            except FootnoteError as error:
                if is_first and not error.retryable:
                    raise
                if error.what != wrong:
                    told(Watched(error=error))
                wrong = error.what
                break
            before, skipped = skipped, set(summary.skipped)
            changed = summary.added or summary.updated or summary.removed
            if is_first or wrong or changed or skipped - before:
                told(Watched(summary=summary))
            is_first, wrong, wait = False, "", retry_seconds
        if wrong:
            stop.wait(wait)
            wait = min(2 * wait, _SLOWEST_RETRY)


def _changes(corpus: Path, path: Path, stop: threading.Event, quiet_ms: int) -> Iterator[None]:
    """Yield at once, and whenever the folder is worth a look; end when it is to be found anew."""
    try:
        root, index = corpus.resolve(), path.resolve()
        seen = _identity(root)
        if seen is None:
            yield  # the indexer says what is wrong
            stop.wait(_TICK / 1000)
            return
        ticks = _LOOK_AGAIN - 1
        for changes in watch(
            root,
            watch_filter=lambda _, name: _matters(Path(name), root, index),
            debounce=max(_AT_MOST, quiet_ms),
            step=quiet_ms,
            stop_event=stop,
            rust_timeout=_TICK,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            if _identity(root) != seen:
                return
            ticks = _LOOK_AGAIN if changes else ticks + 1
            if ticks >= _LOOK_AGAIN:
                ticks = 0
                yield
    except KeyboardInterrupt:
        stop.set()
    except (OSError, RuntimeError):
        stop.wait(_TICK / 1000)  # it went away while the watch was set up


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another one of its name, as after a disk was mounted anew."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _matters(changed: Path, root: Path, index: Path) -> bool:
    """Whether a change is of the articles: hidden files and the index's own are not."""
    if changed.is_relative_to(index) or not changed.is_relative_to(root):
        return False
    return not any(part.startswith(".") for part in changed.relative_to(root).parts)


@contextmanager
def stopping_at_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; what is being done then is left, and loses nothing."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, end) for number in numbers]
    try:
        with suppress(KeyboardInterrupt):
            yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
