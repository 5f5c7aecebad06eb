"""How far a long work is: a bar on a terminal, plain lines elsewhere; on standard error."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

_LINE_EVERY = 10.0  # seconds between plain lines


class Progress:
    """A context manager whose `show` is called with what is done, how much, and of how much."""

    def __init__(self) -> None:
        self._bar = None
        self._task = None
        self._what = ""
        self._printed = 0.0
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, what: str, done: int, total: int) -> None:
        if self._bar is not None:
            if what != self._what or self._task is None:
                if self._task is not None:
                    self._bar.remove_task(self._task)
                self._task = self._bar.add_task(what, total=total)
            self._bar.update(self._task, completed=done, total=total)
        elif what != self._what or done == total or self._is_time():
            self._printed = time.monotonic()
            print(f"{what} {done}/{total}", file=sys.stderr, flush=True)
        self._what = what

    def _is_time(self) -> bool:
        return time.monotonic() - self._printed >= _LINE_EVERY
