"""How far a long work is: a bar on a terminal, plain lines elsewhere; on standard error."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_LINE_EVERY = 5.0  # seconds between plain lines; short work prints none


class Progress:
    """A context manager whose `show` is called with what is done, how much, and of how much."""

    def __init__(self) -> None:
        self._bar = _make_bar() if sys.stderr.isatty() else None
        self._task: TaskID | None = None
        self._what = ""
        self._printed = time.monotonic()

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
            if self._task is None or what != self._what:
                if self._task is not None:
                    self._bar.remove_task(self._task)
                self._task = self._bar.add_task(what, total=total)
            self._bar.update(self._task, completed=done, total=total)
        elif time.monotonic() - self._printed >= _LINE_EVERY:
            self._printed = time.monotonic()
            print(f"{what} {done}/{total}", file=sys.stderr, flush=True)
        self._what = what


def _make_bar() -> Bar:
    from rich.console import Console  # only where there is a terminal
    from rich.progress import Progress as Bar

    return Bar(console=Console(stderr=True), transient=True)
