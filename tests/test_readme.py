"""What the README says to type works, and the figures it states are those that are measured."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.slow]

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def _commands() -> list[str]:
    lines = [line for block in _blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith(".venv/bin/footnote ")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place like a clone: the articles and the question files, and no index yet."""
    place = tmp_path_factory.mktemp("clone")
    (place / "seeds").symlink_to(ROOT / "seeds")
    (place / "tests").symlink_to(ROOT / "tests")
    (place / "docs").symlink_to(ROOT / "docs")
    return place


def _run(arguments: list[str], folder: Path) -> str:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FOOTNOTE_", "OPENAI_"))
    }
    done = subprocess.run(
        arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_command_runs(folder: Path) -> None:
    commands = _commands()
    assert len(commands) >= 6
    footnote = [sys.executable, "-c", "from rag.cli import run; run()"]
    outputs = {
        command: _run([*footnote, *shlex.split(command)[1:]], folder) for command in commands
    }
    asked = next(text for command, text in outputs.items() if "drones" in command)
    assert "91 long-range drones" in asked
    assert (folder / "report.html").read_text("utf-8").startswith("<!doctype html>")


def test_python_example_runs(folder: Path) -> None:
    (code,) = (block for block in _blocks("python") if "from rag import ask" in block)
    output = _run([sys.executable, "-c", code], folder)
    assert "91 long-range drones" in output
    assert "001_5bc5dbd4b62a0cd8.txt 11" in output


def test_figures_are_the_measured_ones(folder: Path) -> None:
    from rag.evaluate import evaluate, read_questions

    index = folder / "measured"
    footnote = [sys.executable, "-c", "from rag.cli import run; run()"]
    _run([*footnote, "index", "seeds", "--index", str(index)], folder)
    rows = re.findall(r"^\| `(tests/\S+)` \|(.*)\|$", README, re.MULTILINE)
    assert rows
    names = ("first", "found", "answered", "refused", "verbatim", "cites", "words")
    for file, cells in rows:
        metrics = evaluate(read_questions(ROOT / file), index).metrics
        stated = [cell.strip() for cell in cells.split("|")][1:]
        for name, cell in zip(names, stated, strict=True):
            value = metrics[name]
            if value is None:
                assert cell == "–", (file, name)
            else:
                assert float(cell) == pytest.approx(value, abs=0.0051 if value <= 1 else 0.051), (
                    file,
                    name,
                )
