"""The process in which files of strangers are read: one request after another, on its pipes.

A request is a line of JSON (`format`, `size`) and the file's bytes. The reply is a line of JSON:
the article, or why there is none. Nothing else that a hostile file may bring about leaves this
process: its memory and its time are bounded, and its standard output is not the pipe.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module
from typing import Any, BinaryIO, Final

from index.formats import APART, IN_PROCESS
from index.formats.extracted import MOST_CHARACTERS, FormatError, too_much

MOST_MEMORY: Final = 2_000_000_000
"""Bytes of address space, the libraries themselves among them, where the system can bound it."""

_FIX: Final = "move it out of the corpus"


def read(name: str, data: bytes) -> dict[str, Any]:
    """The reply to a request: `article`, or `reason` and `fix`."""
    try:
        article = import_module(f"index.formats.{name}").extract(data)
        if len(article.text) > MOST_CHARACTERS:
            raise too_much()
    except FormatError as error:
        return {"reason": error.reason, "fix": error.fix}
    except MemoryError:
        return {"reason": "takes too much memory to read", "fix": f"split it, or {_FIX}"}
    except RecursionError:
        return {"reason": "is nested too deeply", "fix": _FIX}
    except Exception as error:  # a library met what its makers did not think of
        return {"reason": f"cannot be read ({type(error).__name__})", "fix": _FIX}
    return {"article": asdict(article)}


def main(seconds: float) -> None:
    """Serve until the other end closes.

    Args:
        seconds: of the processor's time after which a single file ends the process; and twice as
            many of any clock's, should nobody else end it.
    """
    requests = sys.stdin.buffer
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as replies:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        _bound_memory()
        _serve(requests, replies, seconds)


def _serve(requests: BinaryIO, replies: BinaryIO, seconds: float) -> None:
    formats = frozenset((APART | IN_PROCESS).values())
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["size"])
        assert request["format"] in formats
        _alarm(seconds)
        reply = json.dumps(read(request["format"], data))
        _alarm(0)
        replies.write(reply.encode("ascii") + b"\n")
        replies.flush()


def _alarm(seconds: float) -> None:
    """Have a signal end this process later; 0 for not."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, 2 * seconds)


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:
        return  # Windows
    with suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = MOST_MEMORY if most == resource.RLIM_INFINITY else min(MOST_MEMORY, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))
