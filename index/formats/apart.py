"""Reading a file in a process apart: bounded in time and memory, restarted when it is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from index.formats.extracted import Extracted, FormatError

SECONDS: Final = 10.0
"""The longest that one file is read for, of the processor's time where the system can count it:
what is read must not depend on what else the machine does."""

_PATIENCE: Final = 2.0  # times as long by the clock, on a busy machine
_LATE: Final = {-getattr(signal, name, 0) for name in ("SIGPROF", "SIGALRM")} - {0}
"""Exit statuses of a process that has used its time up."""

_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from index.formats.worker import main; main(float(sys.argv[2]))"
)


class Apart:
    """A process that reads files; started when it is first needed. For one thread at a time."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def extract(self, name: str, data: bytes) -> Extracted:
        """What the module `index.formats.<name>` makes of a file.

        Raises:
            FormatError: it cannot read it, not in this time, or not in this memory.
        """
        process = self._running()
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        counts = hasattr(signal, "setitimer")
        timer = threading.Timer(self._seconds * (_PATIENCE if counts else 1.0), stop)
        timer.start()
        try:
            line = _exchange(process, name, data)
        finally:
            timer.cancel()
        if not line.endswith(b"\n"):
            self.close()
            if late.is_set() or process.returncode in _LATE:
                raise FormatError(
                    f"takes longer than {self._seconds:.0f} s to read",
                    "split it, save it anew, or move it out of the corpus",
                )
            raise FormatError(
                "cannot be read: it breaks the program that reads it", "move it out of the corpus"
            )
        reply = json.loads(line)
        if "article" not in reply:
            raise FormatError(reply["reason"], reply["fix"])
        article = reply["article"]
        return Extracted(**{**article, "pages": tuple(article["pages"])})

    def close(self) -> None:
        """End the process; the next file starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                # Isolated from the folder that it is started in, and on the path of this process.
                [
                    *(sys.executable, "-P", "-c", _START),
                    *(json.dumps(sys.path), str(self._seconds)),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process


def _exchange(process: subprocess.Popen[bytes], name: str, data: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    head = json.dumps({"format": name, "size": len(data)}).encode("ascii")
    try:
        process.stdin.write(head + b"\n")
        process.stdin.write(data)
        process.stdin.flush()
        return process.stdout.readline()
    except OSError:  # it is gone
        return b""
