"""The console script `footnote`: apart, because loading the command line takes a moment."""

from __future__ import annotations


def run() -> None:
    """Run the command line; Ctrl-C ends it without a traceback from the first moment on."""
    try:
        from rag.cli import run as command
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    command()
