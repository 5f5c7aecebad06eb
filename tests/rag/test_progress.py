"""Progress: a bar on a terminal, now and then a line elsewhere, never on standard output."""

from __future__ import annotations

import io
import sys
import time
from contextlib import suppress

import pytest

from rag.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that `Progress` sees; change its one element."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_short_work_prints_nothing(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        for done in range(100):
            progress.show("embedding", done, 100)
    assert capsys.readouterr() == ("", "")


def test_long_work_prints_a_plain_line_now_and_then(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress() as progress:
        for done in range(100):
            clock[0] += 1
            progress.show("embedding", done, 100)
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert 5 <= len(lines) <= 25
    assert lines[0].startswith("embedding ")
    assert all(line.endswith("/100") for line in lines)
    assert "\x1b" not in err


def test_a_terminal_gets_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Progress() as progress:
        progress.show("reading", 1, 2)
        progress.show("reading", 2, 2)
        progress.show("embedding", 5, 10)
        time.sleep(0.25)
    assert "embedding" in terminal.getvalue()
    assert "\x1b[" in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_a_terminal_is_left_as_it_was_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with suppress(ZeroDivisionError), Progress() as progress:
        progress.show("reading", 1, 2)
        raise ZeroDivisionError
    hidden, shown = terminal.getvalue().rfind("\x1b[?25l"), terminal.getvalue().rfind("\x1b[?25h")
    assert hidden < shown, "the cursor stays hidden"
