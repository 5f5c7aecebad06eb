"""What docs/interfaces.md, and so the README, says to type works against the running server."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.store import Index
from tests.interfaces.serving import serving
from ui.server import create_app

pytestmark = [pytest.mark.integration, pytest.mark.slow]

_ROOT = Path(__file__).resolve().parents[2]
_DOCS = (_ROOT / "docs" / "interfaces.md").read_text("utf-8")
_ADDRESS = "http://127.0.0.1:7860"
_ANSWER = "Dmitry Peskov"


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def url(index: Index) -> Iterator[str]:
    with serving(create_app(index)) as url:
        yield url


def _run(command: list[str], folder: Path, index: Index) -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FOOTNOTE_", "OPENAI_"))}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**kept, "PYTHONPATH": str(_ROOT), "FOOTNOTE_INDEX": str(index.path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("block", _blocks(_DOCS, "python"), ids=lambda block: block[:30])
def test_every_snippet_in_python_runs(url: str, tmp_path: Path, index: Index, block: str) -> None:
    shown = _run([sys.executable, "-c", block.replace(_ADDRESS, url)], tmp_path, index)
    assert _ANSWER in shown


@pytest.mark.parametrize("block", _blocks(_DOCS, "sh"), ids=lambda block: block[:30])
def test_every_command_runs(url: str, tmp_path: Path, index: Index, block: str) -> None:
    commands = [c for c in block.replace("\\\n", " ").splitlines() if c.startswith("curl ")]
    assert commands
    shown = [
        json.loads(_run(shlex.split(command.replace(_ADDRESS, url)), tmp_path, index))
        for command in commands
    ]
    assert shown[0]["status"] == "ok"
    assert _ANSWER in shown[1]["text"]


def test_the_mcp_servers_command_is_one_of_ours() -> None:
    (block,) = _blocks(_DOCS, "json")
    server = json.loads(block)["mcpServers"]["footnote"]
    done = subprocess.run(
        [sys.executable, "-c", "from rag.cli import run; run()", *server["args"], "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert server["command"].endswith("/footnote")
    assert "read_paragraph" in done.stdout


def test_the_readme_shows_nothing_that_is_not_tried_here() -> None:
    readme = (_ROOT / "README.md").read_text("utf-8")
    tried = " ".join(_DOCS.split())
    for language in ("python", "sh", "json"):
        for block in _blocks(readme, language):
            if any(word in block for word in ("curl ", "openai", "mcp", "llamaindex", "gradio")):
                for line in filter(None, map(str.strip, block.splitlines())):
                    assert " ".join(line.split()) in tried, line
