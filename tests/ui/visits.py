"""Visits to the page in a real browser, and what every visit must not do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

DRONES = "How many drones did Moscow say were used?"
WORDS = "91 long-range drones"
PHRASE = "91"
FOREIGN = "Who won the 1998 World Cup?"
PESKOV = "Who is the Kremlin spokesperson?"

_BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
_PATH = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_REPOSITORY = Path(__file__).parents[2]
_SERVE = (
    "import sys; from pathlib import Path; from ui.server import serve; "
    "serve(Path(sys.argv[1]), port=0)"
)


@dataclass
class Server:
    url: str
    process: subprocess.Popen[str]


@dataclass
class Seen:
    """What a page did that it should not."""

    console: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


# What Gradio says when a page is left while it waits for something.
_LEAVING = ("AbortError: signal is aborted", "Unexpected error Connection errored out")


def _hear(message: Any, seen: Seen) -> None:
    if message.type == "error" and not message.text.startswith(_LEAVING):
        seen.console.append(message.text)


@contextmanager
def running(index: Path, folder: Path, **environment: str) -> Iterator[Server]:
    """The real server in a process of its own, with the environment given and no other settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FOOTNOTE_", "OPENAI_"))}
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(index)],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(_REPOSITORY), **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        match = re.fullmatch(r"Footnote is at (http://\S+)\n", line)
        assert match, line + process.stderr.read()
        yield Server(match[1], process)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def server(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page over the samples, keyless; one for all tests, none of which changes it."""
    # A proxy that does not exist: nothing may go through it.
    folder = tmp_path_factory.mktemp("here")
    with running(seeds_index, folder, HTTP_PROXY="http://127.0.0.1:9") as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if _PATH is None:
        pytest.skip(f"no browser on this machine (looked for {', '.join(_BROWSERS)})")
    with playwright.sync_playwright() as api:
        browser = browsing(api)
        yield browser
        browser.close()


def browsing(api: Any) -> Any:
    """The browser of this machine, started by Playwright."""
    return api.chromium.launch(executable_path=_PATH, args=_ARGUMENTS)


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Any]:
    with visiting(browser, server.url) as page:
        yield page


@contextmanager
def visiting(
    browser: Any, url: str, width: int = 1280, query: str = "", **options: Any
) -> Iterator[Any]:
    """A new visitor's page; when done, it must have run and fetched nothing foreign."""
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    page = context.new_page()
    page.set_default_timeout(30_000)
    seen = Seen()
    page.on("console", lambda m: _hear(m, seen))
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.on("request", lambda request: _watch(request, url, seen))
    page.goto(url + query)
    page.locator("#question textarea").wait_for()
    try:
        yield page
        assert seen == Seen(), seen
    finally:
        context.close()


def _watch(request: Any, url: str, seen: Seen) -> None:
    if not request.url.startswith((url, "data:", "blob:")):
        seen.foreign.append(request.url)
    elif request.resource_type == "image" and not request.url.endswith("/favicon.ico"):
        seen.images.append(request.url)


def ask(page: Any, question: str) -> Any:
    """Ask, and wait for the whole turn."""
    turns = page.locator(".turn").count()
    page.fill("#question", question)
    page.click("#ask")
    return whole_turn(page, turns)


def whole_turn(page: Any, number: int) -> Any:
    turn = page.locator(".turn").nth(number)
    turn.locator(".answer.is-answered, .answer.is-refused, .problem").wait_for()
    return turn


def asked(page: Any) -> list[str]:
    """The questions of the conversation that shows."""
    found: list[str] = page.locator(".turn .asked").all_inner_texts()
    return found


def wait_for_mark(page: Any) -> Any:
    mark = page.locator("#source mark")
    mark.wait_for()
    page.wait_for_function(
        """() => {
            const box = document.querySelector("#source mark").getBoundingClientRect();
            return box.top >= 0 && box.bottom <= innerHeight;
        }"""
    )
    return mark


def is_in_view(page: Any, selector: str) -> bool:
    """Every line of it is on the screen, and nothing covers where it begins."""
    found: bool = page.evaluate(
        """selector => {
            const lines = [...document.querySelector(selector).getClientRects()];
            return lines.length > 0 && lines.every((line) =>
                line.bottom <= innerHeight &&
                document.elementFromPoint(line.left + 3, line.top + 3)?.closest(selector));
        }""",
        selector,
    )
    return found
